-- The order of amounts goes together with words. Two ways, by how many have the words: few are found as in 0069 and sorted; many fill a page while
-- the amounts of the copies are read in their order. Nothing but the functions below is new: a server of the version before works on.

-- Copies that have these words, in the order of amounts: the first `most` after (`after_amount`, `after_id`) are among those returned, and none that
-- does not match now. Without a bitmap, so that the index of amounts is read in its order.
CREATE FUNCTION copied_by_amount(merchant uuid, patterns text[], lowest bigint, highest bigint, states text[], in_currency text,
    from_at timestamptz, until_at timestamptz, after_amount bigint, after_id uuid, rising boolean, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan
  SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  step_ids uuid[];
  edge_amount bigint := coalesce(after_amount, CASE WHEN rising THEN -9223372036854775808 ELSE 9223372036854775807 END);
  edge_id uuid := coalesce(after_id, '00000000-0000-0000-0000-000000000000');
  found_rows integer := 0;
  more_rows integer;
BEGIN
  LOOP
    IF rising THEN
      step_ids := ARRAY(SELECT x.payment_id FROM public.payment_text x
        WHERE x.merchant_id = merchant AND x.currency = in_currency::char(3) AND x.amount BETWEEN lowest AND highest
          AND (x.amount, x.payment_id) > (edge_amount, edge_id) AND x.at >= from_at AND x.at < until_at AND x.words LIKE ALL (patterns)
        ORDER BY x.amount, x.payment_id LIMIT most);
    ELSE
      step_ids := ARRAY(SELECT x.payment_id FROM public.payment_text x
        WHERE x.merchant_id = merchant AND x.currency = in_currency::char(3) AND x.amount BETWEEN lowest AND highest
          AND (x.amount, x.payment_id) < (edge_amount, edge_id) AND x.at >= from_at AND x.at < until_at AND x.words LIKE ALL (patterns)
        ORDER BY x.amount DESC, x.payment_id DESC LIMIT most);
    END IF;
    -- A copy may say what was.
    RETURN QUERY SELECT s.id FROM (SELECT x.* FROM public.searched_payment x WHERE x.merchant_id = merchant AND x.id = ANY (step_ids) OFFSET 0) s
      WHERE s.words LIKE ALL (patterns) AND (states IS NULL OR s.status = ANY (states));
    GET DIAGNOSTICS more_rows = ROW_COUNT;
    found_rows := found_rows + more_rows;
    EXIT WHEN found_rows >= most OR cardinality(step_ids) < most;
    SELECT p.amount, p.id INTO edge_amount, edge_id FROM public.payment p WHERE p.merchant_id = merchant AND p.id = step_ids[most];
  END LOOP;
END $$;

-- As `payments_found`, of one currency and in the order of amounts: the smallest first (`rising`) or the greatest, after (`after_amount`, `after_id`)
-- in that order (null: from its beginning). The first `most` of them are among those returned, and none that does not match.
CREATE FUNCTION payments_found_by_amount(merchant uuid, wanted text, needles text[], lowest bigint, highest bigint, states text[], in_currency text,
    from_at timestamptz, until_at timestamptz, after_amount bigint, after_id uuid, rising boolean, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  -- As many are sorted themselves. What more have is so frequent that the amounts have a page of them soon.
  sorted_whole CONSTANT integer := 1000;
  nothing CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  all_needles CONSTANT text[] := array_remove(ARRAY(SELECT lower(n) FROM unnest(array_append(needles, wanted)) AS n WHERE n <> ''), NULL);
  patterns CONSTANT text[] := ARRAY(SELECT '%' || regexp_replace(n, '([\\%_])', '\\\1', 'g') || '%' FROM unnest(all_needles) AS n);
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'payment'), '-infinity');
  least_amount bigint := coalesce(lowest, -9223372036854775808);
  most_amount bigint := coalesce(highest, 9223372036854775807);
  all_ids uuid[];
BEGIN
  IF rising THEN least_amount := greatest(least_amount, after_amount); ELSE most_amount := least(most_amount, after_amount); END IF;
  all_ids := ARRAY(SELECT DISTINCT t.id FROM public.payments_found(merchant, wanted, needles, least_amount, most_amount, states, in_currency, from_at, until_at, nothing, sorted_whole + 1) t);
  RETURN QUERY SELECT p.id FROM (SELECT x.* FROM public.payment x WHERE x.merchant_id = merchant AND x.id = ANY (all_ids) OFFSET 0) p
    WHERE after_amount IS NULL OR p.amount <> after_amount OR (p.id > after_id) = rising AND p.id <> after_id;
  IF cardinality(all_ids) <= sorted_whole THEN RETURN; END IF;

  -- Those that are not copied yet, and those that were noted, whose copies say what was.
  RETURN QUERY SELECT s.id FROM public.searched_payment s
    WHERE s.merchant_id = merchant AND s.at >= greatest(copied, from_at) AND s.at < until_at
      AND s.currency = in_currency AND s.amount BETWEEN least_amount AND most_amount AND (states IS NULL OR s.status = ANY (states))
      AND s.words LIKE ALL (patterns) AND (after_amount IS NULL OR s.amount <> after_amount OR (s.id > after_id) = rising AND s.id <> after_id)
    ORDER BY CASE WHEN rising THEN s.amount ELSE -s.amount END, CASE WHEN rising THEN s.id END, s.id DESC LIMIT most;
  RETURN QUERY SELECT s.id FROM public.search_changed c CROSS JOIN LATERAL (
      SELECT x.* FROM public.searched_payment x WHERE x.merchant_id = merchant AND x.order_id = c.id::uuid OFFSET 0) s
    WHERE c.merchant_id = merchant AND c.kind = 'order' AND s.at >= from_at AND s.at < until_at
      AND s.currency = in_currency AND s.amount BETWEEN least_amount AND most_amount AND (states IS NULL OR s.status = ANY (states))
      AND s.words LIKE ALL (patterns) AND (after_amount IS NULL OR s.amount <> after_amount OR (s.id > after_id) = rising AND s.id <> after_id);
  RETURN QUERY SELECT t.id FROM public.copied_by_amount(merchant, patterns, least_amount, most_amount, states, in_currency, from_at, until_at, after_amount, after_id, rising, most) t;
END $$;

-- Deny by default.
REVOKE EXECUTE ON FUNCTION copied_by_amount(uuid, text[], bigint, bigint, text[], text, timestamptz, timestamptz, bigint, uuid, boolean, integer),
  payments_found_by_amount(uuid, text, text[], bigint, bigint, text[], text, timestamptz, timestamptz, bigint, uuid, boolean, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION copied_by_amount(uuid, text[], bigint, bigint, text[], text, timestamptz, timestamptz, bigint, uuid, boolean, integer),
  payments_found_by_amount(uuid, text, text[], bigint, bigint, text[], text, timestamptz, timestamptz, bigint, uuid, boolean, integer) TO payonce_app;
