-- As in 0068, with the bank's references of charges where 0062 keeps them: payments have no index of them any more.
CREATE OR REPLACE FUNCTION payments_found(merchant uuid, wanted text, needles text[], lowest bigint, highest bigint, states text[], in_currency text,
    from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  -- Newest rows that are read themselves first: what many have fills a page there.
  read_first CONSTANT integer := 500;
  all_needles CONSTANT text[] := array_remove(ARRAY(SELECT lower(n) FROM unnest(array_append(needles, wanted)) AS n WHERE n <> ''), NULL);
  patterns CONSTANT text[] := ARRAY(SELECT '%' || regexp_replace(n, '([\\%_])', '\\\1', 'g') || '%' FROM unnest(all_needles) AS n);
  least_amount CONSTANT bigint := coalesce(lowest, -9223372036854775808);
  most_amount CONSTANT bigint := coalesce(highest, 9223372036854775807);
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'payment'), '-infinity');
  newest uuid[];
  -- Of some of the newest, to see which parts of the texts are rare: those are looked for.
  sample text[];
  rarest text[];
  edge_at timestamptz := before_at;
  edge_id uuid := before_id;
  found_rows integer;
  step integer;
BEGIN
  RETURN QUERY SELECT s.id FROM public.payment_charge c CROSS JOIN LATERAL (
      SELECT x.* FROM public.searched_payment x WHERE x.merchant_id = merchant AND x.id = c.payment_id OFFSET 0) s
    WHERE c.gateway_ref = wanted AND c.merchant_id = merchant
      AND s.at >= from_at AND (s.at, s.id) < (before_at, before_id) AND s.amount BETWEEN least_amount AND most_amount
      AND (states IS NULL OR s.status = ANY (states)) AND (in_currency IS NULL OR s.currency = in_currency)
      AND NOT EXISTS (SELECT FROM unnest(needles) AS n WHERE strpos(s.words, lower(n)) = 0);

  IF states IS NULL AND in_currency IS NULL THEN
    newest := ARRAY(SELECT p.id FROM public.payment p WHERE p.merchant_id = merchant AND p.created_at >= from_at AND p.created_at <= before_at
      AND (p.created_at, p.id) < (before_at, before_id) ORDER BY p.created_at DESC, p.id DESC LIMIT read_first);
  ELSE
    newest := ARRAY(SELECT t.id FROM public.payments_that_are(merchant, states, in_currency, from_at, before_at, before_id, read_first) t);
  END IF;
  -- OFFSET 0: by their ids, not past all payments in the order of the list.
  RETURN QUERY SELECT s.id FROM (SELECT x.* FROM public.searched_payment x WHERE x.merchant_id = merchant AND x.id = ANY (newest) OFFSET 0) s
    WHERE s.words LIKE ALL (patterns) AND s.amount BETWEEN least_amount AND most_amount
    ORDER BY s.at DESC, s.id DESC LIMIT most;
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF cardinality(newest) < read_first OR found_rows >= most THEN RETURN; END IF;
  SELECT p.created_at, p.id INTO edge_at, edge_id FROM public.payment p WHERE p.merchant_id = merchant AND p.id = newest[read_first];

  -- Those beyond, which are not copied yet.
  IF edge_at >= copied THEN
    RETURN QUERY SELECT s.id FROM public.searched_payment s
      WHERE s.merchant_id = merchant AND s.at >= greatest(copied, from_at) AND s.at <= edge_at AND (s.at, s.id) < (edge_at, edge_id)
        AND (states IS NULL OR s.status = ANY (states)) AND (in_currency IS NULL OR s.currency = in_currency)
        AND s.words LIKE ALL (patterns) AND s.amount BETWEEN least_amount AND most_amount
      ORDER BY s.at DESC, s.id DESC LIMIT most - found_rows;
    GET DIAGNOSTICS step = ROW_COUNT;
    found_rows := found_rows + step;
    edge_at := copied;
    edge_id := '00000000-0000-0000-0000-000000000000';
    IF found_rows >= most OR copied <= from_at THEN RETURN; END IF;
  END IF;
  -- Those that were noted, whose copies say what was.
  RETURN QUERY SELECT s.id FROM public.search_changed c CROSS JOIN LATERAL (
      SELECT x.* FROM public.searched_payment x WHERE x.merchant_id = merchant AND x.order_id = c.id::uuid OFFSET 0) s
    WHERE c.merchant_id = merchant AND c.kind = 'order' AND s.at >= from_at AND (s.at, s.id) < (edge_at, edge_id)
      AND (states IS NULL OR s.status = ANY (states)) AND (in_currency IS NULL OR s.currency = in_currency)
      AND s.words LIKE ALL (patterns) AND s.amount BETWEEN least_amount AND most_amount;
  sample := ARRAY(SELECT s.words FROM public.searched_payment s WHERE s.merchant_id = merchant AND s.id = ANY (newest[1:100]));
  rarest := ARRAY(SELECT u.part FROM (
      SELECT DISTINCT substr(n, i, 3) AS part FROM unnest(all_needles) AS n, generate_series(1, length(n) - 2, greatest(1, length(n) / 20)) AS i) u
    ORDER BY (SELECT count(*) FROM unnest(sample) AS t WHERE strpos(t, u.part) > 0), u.part LIMIT 4);
  RETURN QUERY SELECT t.id FROM public.copied_with_words(merchant, patterns, rarest, least_amount, most_amount, states, in_currency, from_at, edge_at, edge_id, most - found_rows) t;
END $$;

-- As in 0068, with the currency as the type of its column: as a text it was compared with every amount of a merchant, in whatever currency.
CREATE OR REPLACE FUNCTION payments_of_amount(merchant uuid, lowest bigint, highest bigint, states text[], in_currency text,
    from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan
  SET enable_seqscan = off AS $$
DECLARE
  read_first CONSTANT integer := 500;
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'payment'), '-infinity');
  newest uuid[];
  edge_at timestamptz;
  edge_id uuid;
  found_rows integer;
BEGIN
  newest := ARRAY(SELECT t.id FROM public.payments_that_are(merchant, states, in_currency, from_at, before_at, before_id, read_first) t);
  RETURN QUERY SELECT p.id FROM (SELECT x.* FROM public.payment x WHERE x.merchant_id = merchant AND x.id = ANY (newest) OFFSET 0) p
    WHERE p.amount BETWEEN lowest AND highest ORDER BY p.created_at DESC, p.id DESC LIMIT most;
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF cardinality(newest) < read_first OR found_rows >= most THEN RETURN; END IF;
  SELECT p.created_at, p.id INTO edge_at, edge_id FROM public.payment p WHERE p.merchant_id = merchant AND p.id = newest[read_first];
  -- Those that are not copied yet, and those that were noted. What changes leaves an amount as it was.
  RETURN QUERY SELECT p.id FROM public.payment p
    WHERE p.merchant_id = merchant AND p.created_at >= greatest(copied, from_at) AND p.created_at <= edge_at AND (p.created_at, p.id) < (edge_at, edge_id)
      AND p.currency = in_currency AND p.amount BETWEEN lowest AND highest AND (states IS NULL OR p.status = ANY (states))
    ORDER BY p.created_at DESC, p.id DESC LIMIT most;
  RETURN QUERY SELECT p.id FROM public.search_changed c JOIN public.payment p ON p.merchant_id = merchant AND p.order_id = c.id::uuid
    WHERE c.merchant_id = merchant AND c.kind = 'order' AND p.created_at >= from_at AND (p.created_at, p.id) < (edge_at, edge_id)
      AND p.currency = in_currency AND p.amount BETWEEN lowest AND highest AND (states IS NULL OR p.status = ANY (states));
  RETURN QUERY SELECT t.payment_id FROM (
      SELECT x.at, x.payment_id FROM public.payment_text x
      WHERE x.merchant_id = merchant AND x.currency = in_currency::char(3) AND x.amount BETWEEN lowest AND highest
        AND x.at >= from_at AND x.at <= edge_at AND (x.at, x.payment_id) < (edge_at, edge_id)
      ORDER BY x.at DESC, x.payment_id DESC OFFSET 0) t
    WHERE states IS NULL OR (SELECT p.status FROM public.payment p WHERE p.merchant_id = merchant AND p.id = t.payment_id) = ANY (states)
    ORDER BY t.at DESC, t.payment_id DESC LIMIT most - found_rows;
END $$;

-- The same. And the index is read in steps, whatever the planner believes of how many have these states.
CREATE OR REPLACE FUNCTION payments_by_amount(merchant uuid, lowest bigint, highest bigint, states text[], in_currency text,
    from_at timestamptz, until_at timestamptz, after_amount bigint, after_id uuid, rising boolean, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan
  SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  -- As many are sorted themselves. More are so frequent that the index has a page of them soon.
  sorted_whole CONSTANT integer := 500;
  nothing CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'payment'), '-infinity');
  least_amount bigint := coalesce(lowest, -9223372036854775808);
  most_amount bigint := coalesce(highest, 9223372036854775807);
  all_ids uuid[];
  step CONSTANT integer := CASE WHEN states IS NULL THEN most ELSE greatest(most, 200) END;
  step_ids uuid[];
  edge_amount bigint := after_amount;
  edge_id uuid := after_id;
  found_rows integer := 0;
  more_rows integer;
BEGIN
  IF rising THEN least_amount := greatest(least_amount, after_amount); ELSE most_amount := least(most_amount, after_amount); END IF;
  all_ids := ARRAY(SELECT t.id FROM public.payments_that_are(merchant, states, in_currency, from_at, until_at, nothing, sorted_whole) t);
  IF cardinality(all_ids) < sorted_whole THEN
    RETURN QUERY SELECT p.id FROM (SELECT x.* FROM public.payment x WHERE x.merchant_id = merchant AND x.id = ANY (all_ids) OFFSET 0) p
      WHERE p.amount BETWEEN least_amount AND most_amount AND (after_amount IS NULL OR p.amount <> after_amount OR (p.id > after_id) = rising AND p.id <> after_id);
    RETURN;
  END IF;
  RETURN QUERY SELECT p.id FROM public.payment p
    WHERE p.merchant_id = merchant AND p.created_at >= greatest(copied, from_at) AND p.created_at < until_at
      AND p.currency = in_currency AND p.amount BETWEEN least_amount AND most_amount AND (states IS NULL OR p.status = ANY (states))
      AND (after_amount IS NULL OR p.amount <> after_amount OR (p.id > after_id) = rising AND p.id <> after_id)
    ORDER BY CASE WHEN rising THEN p.amount ELSE -p.amount END, CASE WHEN rising THEN p.id END, p.id DESC LIMIT most;
  RETURN QUERY SELECT p.id FROM public.search_changed c JOIN public.payment p ON p.merchant_id = merchant AND p.order_id = c.id::uuid
    WHERE c.merchant_id = merchant AND c.kind = 'order' AND p.created_at >= from_at AND p.created_at < until_at
      AND p.currency = in_currency AND p.amount BETWEEN least_amount AND most_amount AND (states IS NULL OR p.status = ANY (states))
      AND (after_amount IS NULL OR p.amount <> after_amount OR (p.id > after_id) = rising AND p.id <> after_id);
  LOOP
    IF rising THEN
      step_ids := ARRAY(SELECT x.payment_id FROM public.payment_text x
        WHERE x.merchant_id = merchant AND x.currency = in_currency::char(3) AND x.amount BETWEEN least_amount AND most_amount
          AND (x.amount, x.payment_id) > (coalesce(edge_amount, -9223372036854775808), coalesce(edge_id, nothing)) AND x.at >= from_at AND x.at < until_at
        ORDER BY x.amount, x.payment_id LIMIT step);
    ELSE
      step_ids := ARRAY(SELECT x.payment_id FROM public.payment_text x
        WHERE x.merchant_id = merchant AND x.currency = in_currency::char(3) AND x.amount BETWEEN least_amount AND most_amount
          AND (x.amount, x.payment_id) < (coalesce(edge_amount, 9223372036854775807), coalesce(edge_id, nothing)) AND x.at >= from_at AND x.at < until_at
        ORDER BY x.amount DESC, x.payment_id DESC LIMIT step);
    END IF;
    RETURN QUERY SELECT p.id FROM public.payment p
      WHERE p.merchant_id = merchant AND p.id = ANY (step_ids) AND (states IS NULL OR p.status = ANY (states));
    GET DIAGNOSTICS more_rows = ROW_COUNT;
    found_rows := found_rows + more_rows;
    EXIT WHEN found_rows >= most OR cardinality(step_ids) < step;
    SELECT p.amount, p.id INTO edge_amount, edge_id FROM public.payment p WHERE p.merchant_id = merchant AND p.id = step_ids[step];
  END LOOP;
END $$;
