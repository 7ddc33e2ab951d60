-- More of a payment is searched: its description, metadata and amount, and each of its texts by itself. As in 0050 the worker copies it all; a payment
-- writes none of it. The copies are made anew, some minutes for a million payments; meanwhile searches read row by row.

-- Of copies alone. Nothing but the functions below names these columns; a server of the version before calls them as it did.
TRUNCATE payment_text;
DELETE FROM search_indexed WHERE kind = 'payment';
DROP VIEW integrity_across.everything_is_found;
DROP FUNCTION copied_with_text(uuid, text, text[], text[], text, timestamptz, timestamptz, uuid, integer);
DROP VIEW searched_payment;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX payment_text_parts;
-- squawk-ignore ban-drop-column
ALTER TABLE payment_text DROP COLUMN reference;
-- squawk-ignore ban-drop-column
ALTER TABLE payment_text DROP COLUMN email;
-- squawk-ignore ban-drop-column
ALTER TABLE payment_text DROP COLUMN card;
-- The table is empty.
-- squawk-ignore adding-required-field
ALTER TABLE payment_text ADD COLUMN currency char(3) NOT NULL, ADD COLUMN amount bigint NOT NULL, ADD COLUMN words text NOT NULL;

-- The entries of one's metadata, as they stand in its words.
CREATE FUNCTION metadata_words(metadata jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN coalesce((SELECT string_agg(translate(e.key || '=' || e.value, U&'\0001\0002\0003\0004\0005', '') || U&'\0005', '') FROM jsonb_each_text(metadata) e
    WHERE e.value IS NOT NULL), '');

-- All texts of a payment, in lower case, in an order that never changes: U+0001 reference U+0002 e-mail U+0003 card U+0004 description U+0005, and
-- then key=value U+0005 for each entry of its metadata and of its order's. So one search finds a text anywhere, or where a text of this kind begins
-- or ends. What people type has no such characters; a text that has them loses them here.
-- No subquery is in it, so that a statement takes it in as an expression; most payments have no metadata.
CREATE FUNCTION payment_words(reference text, email text, card text, description text, metadata jsonb, order_metadata jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN lower(U&'\0001' || coalesce(translate(reference, U&'\0001\0002\0003\0004\0005', ''), '')
    || U&'\0002' || coalesce(translate(email, U&'\0001\0002\0003\0004\0005', ''), '')
    || U&'\0003' || coalesce(translate(card, U&'\0001\0002\0003\0004\0005', ''), '')
    || U&'\0004' || coalesce(translate(description, U&'\0001\0002\0003\0004\0005', ''), '') || U&'\0005'
    || CASE WHEN metadata = '{}' THEN '' ELSE metadata_words(metadata) END || CASE WHEN order_metadata = '{}' THEN '' ELSE metadata_words(order_metadata) END);

-- What of a payment is searched, as it is now. OFFSET 0: its order by primary key, also where the statistics know nothing of the tables yet.
CREATE VIEW searched_payment AS
  SELECT p.merchant_id, p.created_at AS at, p.id, p.order_id, p.status, p.currency, p.amount,
    payment_words(o.reference, o.customer_email, p.card_label, p.description, p.metadata, o.metadata) AS words
  FROM payment p CROSS JOIN LATERAL (
    SELECT x.reference, x.customer_email, x.metadata FROM orders x WHERE x.merchant_id = p.merchant_id AND x.id = p.order_id OFFSET 0) o;
GRANT SELECT ON searched_payment TO payonce_app;

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX payment_text_parts ON payment_text USING gin (text_parts(merchant_id, day_of(at), words)) WITH (gin_pending_list_limit = 65536);
ALTER INDEX payment_text_parts ALTER COLUMN 1 SET STATISTICS 0;
-- Payments of an amount, and lists in the order of amounts. A payment's amount and currency never change.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX payment_text_amount ON payment_text (merchant_id, currency, amount, payment_id, at);

-- Copies up to `batch` rows of each table, and up to `batch` that were noted. @returns the number of whichever were most. Any number of callers:
-- one of them copies, the others return 0.
-- By indexes alone: statistics of tables that were empty say that reading all of them is cheaper. As in 0050, with these columns.
CREATE OR REPLACE FUNCTION index_searches(batch integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
DECLARE
  horizon bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  began timestamptz := clock_timestamp();
  ours bigint;
  place public.search_indexed;
  next_upto timestamptz;
  step integer;
  most integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('payonce: index_searches', 0)) THEN RETURN 0; END IF;
  -- Given after `began`: whoever wrote before that instant has a lower id.
  ours := pg_current_xact_id()::text::bigint;
  INSERT INTO public.search_indexed (kind) VALUES ('payment'), ('record') ON CONFLICT DO NOTHING;
  FOR place IN SELECT * FROM public.search_indexed LOOP
    -- An id above ours is of another database, whose dump this was: none of its transactions runs here.
    IF place.noted_xid <= horizon OR place.noted_xid > ours THEN
      place.complete_at := greatest(place.complete_at, place.noted_at - interval '1 minute');
      place.noted_at := began;
      place.noted_xid := ours;
    END IF;
    next_upto := public.search_step(place.kind, place.upto, place.complete_at, batch);
    IF place.kind = 'payment' THEN
      INSERT INTO public.payment_text (merchant_id, at, payment_id, currency, amount, words)
        SELECT f.merchant_id, f.at, f.id, f.currency, f.amount, f.words FROM public.merchant m CROSS JOIN LATERAL (
          SELECT s.* FROM public.searched_payment s WHERE s.merchant_id = m.id AND s.at >= place.upto AND s.at < next_upto OFFSET 0) f
        ON CONFLICT (merchant_id, at, payment_id) DO UPDATE SET words = excluded.words;
    ELSE
      INSERT INTO public.record_key (merchant_id, day, key, record_id) SELECT f.merchant_id, public.day_of(f.created_at), f.key, f.id
        FROM public.merchant m CROSS JOIN LATERAL (
          SELECT r.* FROM public.idempotency_record r WHERE r.merchant_id = m.id AND r.created_at >= place.upto AND r.created_at < next_upto OFFSET 0) f
        ON CONFLICT DO NOTHING;
    END IF;
    GET DIAGNOSTICS step = ROW_COUNT;
    most := greatest(most, step);
    UPDATE public.search_indexed s SET upto = next_upto, complete_at = place.complete_at, noted_at = place.noted_at, noted_xid = place.noted_xid
      WHERE s.kind = place.kind;
  END LOOP;
  -- A note that this statement sees was committed with its row, which it sees too. What is added to that order later is noted or copied later.
  WITH gone AS (
    DELETE FROM public.search_changed c WHERE (c.merchant_id, c.kind, c.id, c.xid) IN (
      SELECT d.merchant_id, d.kind, d.id, d.xid FROM public.search_changed d LIMIT batch)
    RETURNING c.merchant_id, c.kind, c.id),
  due AS MATERIALIZED (SELECT DISTINCT * FROM gone),
  texts AS (
    INSERT INTO public.payment_text (merchant_id, at, payment_id, currency, amount, words)
    SELECT f.merchant_id, f.at, f.id, f.currency, f.amount, f.words FROM due d CROSS JOIN LATERAL (
      SELECT s.* FROM public.searched_payment s WHERE s.merchant_id = d.merchant_id AND s.order_id = d.id::uuid OFFSET 0) f
    WHERE d.kind = 'order'
    ON CONFLICT (merchant_id, at, payment_id) DO UPDATE SET words = excluded.words),
  keys AS (
    INSERT INTO public.record_key (merchant_id, day, key, record_id) SELECT r.merchant_id, public.day_of(r.created_at), r.key, r.id
    FROM due d JOIN public.idempotency_record r ON r.merchant_id = d.merchant_id AND r.id = d.id WHERE d.kind = 'record' ON CONFLICT DO NOTHING)
  SELECT count(*) INTO step FROM gone;
  -- A search would read the whole list for each of its days.
  PERFORM gin_clean_pending_list('public.payment_text_parts');
  RETURN greatest(most, step);
END $$;

-- Ids of a merchant's payments that have a text (`wanted`; null: any) anywhere in their words or as their charge's reference at the bank, all of
-- `needles` in their words, an amount within these bounds, one of these states and this currency (null: any), created since `from_at` and before
-- (`before_at`, `before_id`). The newest `most` of them are among those returned, and none that does not match.
CREATE FUNCTION payments_found(merchant uuid, wanted text, needles text[], lowest bigint, highest bigint, states text[], in_currency text,
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
  RETURN QUERY SELECT p.id FROM public.payment_charge c JOIN public.payment p ON p.merchant_id = c.merchant_id AND p.id = c.payment_id
      JOIN public.searched_payment s ON s.merchant_id = p.merchant_id AND s.id = p.id
    WHERE c.gateway_ref = wanted AND c.merchant_id = merchant
      AND p.created_at >= from_at AND (p.created_at, p.id) < (before_at, before_id) AND p.amount BETWEEN least_amount AND most_amount
      AND (states IS NULL OR p.status = ANY (states)) AND (in_currency IS NULL OR p.currency = in_currency)
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

-- The same for what is copied, day by day from the newest on, without a look at what has not these parts of the texts. Exactly the newest `most`.
-- One plan for every day, and always through the index: statistics of a table that was empty say that reading all of it is cheaper.
CREATE FUNCTION copied_with_words(merchant uuid, patterns text[], parts text[], lowest bigint, highest bigint, states text[], in_currency text,
    from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off AS $$
DECLARE
  wanted integer := most;
  day date;
  day_starts timestamptz;
  found_rows integer;
BEGIN
  -- One or two characters have no parts. What has them is frequent, as a rule.
  IF cardinality(parts) = 0 THEN
    RETURN QUERY SELECT p.id FROM public.payment_text t JOIN public.payment p ON p.merchant_id = t.merchant_id AND p.id = t.payment_id
      WHERE t.merchant_id = merchant AND t.at >= from_at AND t.at <= before_at AND (t.at, t.payment_id) < (before_at, before_id)
        AND t.words LIKE ALL (patterns) AND t.amount BETWEEN lowest AND highest
        AND (states IS NULL OR p.status = ANY (states)) AND (in_currency IS NULL OR t.currency = in_currency)
        AND NOT EXISTS (SELECT FROM public.search_changed c WHERE c.merchant_id = merchant AND c.kind = 'order' AND c.id = p.order_id::text)
      ORDER BY t.at DESC, t.payment_id DESC LIMIT wanted;
    RETURN;
  END IF;
  day_starts := before_at + interval '1 microsecond';
  LOOP
    SELECT public.day_of(t.at) INTO day FROM public.payment_text t WHERE t.merchant_id = merchant AND t.at >= from_at AND t.at < day_starts
      ORDER BY t.at DESC LIMIT 1;
    EXIT WHEN NOT FOUND;
    RETURN QUERY SELECT p.id FROM (
        SELECT t.* FROM public.payment_text t
        WHERE public.text_parts(t.merchant_id, public.day_of(t.at), t.words) @> public.text_parts(merchant, day, VARIADIC parts)
        OFFSET 0) AS t
      JOIN public.payment p ON p.merchant_id = merchant AND p.id = t.payment_id
      WHERE t.merchant_id = merchant AND t.at >= from_at AND (t.at, t.payment_id) < (before_at, before_id) AND public.day_of(t.at) = day
        AND t.words LIKE ALL (patterns) AND t.amount BETWEEN lowest AND highest
        AND (states IS NULL OR p.status = ANY (states)) AND (in_currency IS NULL OR t.currency = in_currency)
        AND NOT EXISTS (SELECT FROM public.search_changed c WHERE c.merchant_id = merchant AND c.kind = 'order' AND c.id = p.order_id::text)
      ORDER BY t.at DESC, t.payment_id DESC LIMIT wanted;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    wanted := wanted - found_rows;
    EXIT WHEN wanted <= 0;
    day_starts := day::timestamp AT TIME ZONE 'UTC';
  END LOOP;
END $$;

-- As in 0050, for servers of the version before.
CREATE OR REPLACE FUNCTION payments_with_text(merchant uuid, wanted text, states text[], in_currency text, from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT f.id FROM public.payments_found(merchant, wanted, '{}', NULL, NULL, states, in_currency, from_at, before_at, before_id, most) f;
END;

-- The same by amount alone, in one currency: without a look at what has another one. Newest first, as payments_found.
CREATE FUNCTION payments_of_amount(merchant uuid, lowest bigint, highest bigint, states text[], in_currency text,
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
      WHERE x.merchant_id = merchant AND x.currency = in_currency AND x.amount BETWEEN lowest AND highest
        AND x.at >= from_at AND x.at <= edge_at AND (x.at, x.payment_id) < (edge_at, edge_id)
      ORDER BY x.at DESC, x.payment_id DESC OFFSET 0) t
    WHERE states IS NULL OR (SELECT p.status FROM public.payment p WHERE p.merchant_id = merchant AND p.id = t.payment_id) = ANY (states)
    ORDER BY t.at DESC, t.payment_id DESC LIMIT most - found_rows;
END $$;

-- The same in the order of amounts: the smallest first (`rising`) or the greatest, after (`after_amount`, `after_id`) in that order (null: from its
-- beginning). The first `most` of them are among those returned, and none that does not match.
CREATE FUNCTION payments_by_amount(merchant uuid, lowest bigint, highest bigint, states text[], in_currency text,
    from_at timestamptz, until_at timestamptz, after_amount bigint, after_id uuid, rising boolean, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan
  SET enable_seqscan = off AS $$
DECLARE
  -- As many are sorted themselves. More are so frequent that the index has a page of them soon.
  sorted_whole CONSTANT integer := 500;
  nothing CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'payment'), '-infinity');
  least_amount bigint := coalesce(lowest, -9223372036854775808);
  most_amount bigint := coalesce(highest, 9223372036854775807);
  all_ids uuid[];
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
  IF rising THEN
    RETURN QUERY SELECT t.payment_id FROM (
        SELECT x.amount, x.payment_id FROM public.payment_text x
        WHERE x.merchant_id = merchant AND x.currency = in_currency AND x.amount BETWEEN least_amount AND most_amount
          AND (x.amount, x.payment_id) > (coalesce(after_amount, -9223372036854775808), coalesce(after_id, nothing)) AND x.at >= from_at AND x.at < until_at
        ORDER BY x.amount, x.payment_id OFFSET 0) t
      WHERE states IS NULL OR (SELECT p.status FROM public.payment p WHERE p.merchant_id = merchant AND p.id = t.payment_id) = ANY (states)
      ORDER BY t.amount, t.payment_id LIMIT most;
  ELSE
    RETURN QUERY SELECT t.payment_id FROM (
        SELECT x.amount, x.payment_id FROM public.payment_text x
        WHERE x.merchant_id = merchant AND x.currency = in_currency AND x.amount BETWEEN least_amount AND most_amount
          AND (x.amount, x.payment_id) < (coalesce(after_amount, 9223372036854775807), coalesce(after_id, nothing)) AND x.at >= from_at AND x.at < until_at
        ORDER BY x.amount DESC, x.payment_id DESC OFFSET 0) t
      WHERE states IS NULL OR (SELECT p.status FROM public.payment p WHERE p.merchant_id = merchant AND p.id = t.payment_id) = ANY (states)
      ORDER BY t.amount DESC, t.payment_id DESC LIMIT most;
  END IF;
END $$;

-- Currencies in which a merchant has payments.
CREATE FUNCTION payment_currencies(merchant uuid) RETURNS TABLE (currency text) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
  SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
DECLARE
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'payment'), '-infinity');
  known text[] := ARRAY(SELECT DISTINCT p.currency::text FROM public.payment p WHERE p.merchant_id = merchant AND p.created_at >= copied);
  code char(3) := '';
BEGIN
  LOOP
    SELECT t.currency INTO code FROM public.payment_text t WHERE t.merchant_id = merchant AND t.currency > code ORDER BY t.currency LIMIT 1;
    EXIT WHEN NOT FOUND;
    IF code <> ALL (known) THEN known := known || code::text; END IF;
  END LOOP;
  RETURN QUERY SELECT u FROM unnest(known) AS u;
END $$;

-- Deny by default.
REVOKE EXECUTE ON FUNCTION metadata_words(jsonb), payment_words(text, text, text, text, jsonb, jsonb), payment_currencies(uuid),
  payments_found(uuid, text, text[], bigint, bigint, text[], text, timestamptz, timestamptz, uuid, integer),
  copied_with_words(uuid, text[], text[], bigint, bigint, text[], text, timestamptz, timestamptz, uuid, integer),
  payments_of_amount(uuid, bigint, bigint, text[], text, timestamptz, timestamptz, uuid, integer),
  payments_by_amount(uuid, bigint, bigint, text[], text, timestamptz, timestamptz, bigint, uuid, boolean, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metadata_words(jsonb), payment_words(text, text, text, text, jsonb, jsonb), payment_currencies(uuid),
  payments_found(uuid, text, text[], bigint, bigint, text[], text, timestamptz, timestamptz, uuid, integer),
  copied_with_words(uuid, text[], text[], bigint, bigint, text[], text, timestamptz, timestamptz, uuid, integer),
  payments_of_amount(uuid, bigint, bigint, text[], text, timestamptz, timestamptz, uuid, integer),
  payments_by_amount(uuid, bigint, bigint, text[], text, timestamptz, timestamptz, bigint, uuid, boolean, integer) TO payonce_app;

-- What must be true of it, as 0006_integrity says it. Reads every payment and every record. -----------------------------------------
CREATE VIEW integrity_across.everything_is_found AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'a search does not know its text' AS detail
  FROM payment p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
  LEFT JOIN payment_text t ON t.merchant_id = p.merchant_id AND t.at = p.created_at AND t.payment_id = p.id
  WHERE p.created_at < (SELECT s.upto FROM search_indexed s WHERE s.kind = 'payment')
    AND (t.payment_id IS NULL OR (t.currency, t.amount, t.words) IS DISTINCT FROM
      (p.currency, p.amount, payment_words(o.reference, o.customer_email, p.card_label, p.description, p.metadata, o.metadata)))
    AND NOT EXISTS (SELECT FROM search_changed c WHERE c.merchant_id = p.merchant_id AND c.kind = 'order' AND c.id = p.order_id::text)
  UNION ALL
  SELECT r.merchant_id, 'record ' || r.id, 'a search does not know its key'
  FROM idempotency_record r
  WHERE r.created_at < (SELECT s.upto FROM search_indexed s WHERE s.kind = 'record')
    AND NOT EXISTS (SELECT FROM record_key k WHERE k.merchant_id = r.merchant_id AND k.day = (r.created_at AT TIME ZONE 'UTC')::date AND k.key = r.key AND k.record_id = r.id)
    AND NOT EXISTS (SELECT FROM search_changed c WHERE c.merchant_id = r.merchant_id AND c.kind = 'record' AND c.id = r.id);
COMMENT ON VIEW integrity_across.everything_is_found IS 'A search finds each payment by its texts, and each record by its key';
