-- What people search for, copied beside the rows: texts of payments by every three characters of them, and keys of records by their
-- beginning. The worker copies (index_searches); a payment writes none of it. Rows that are not copied yet are read themselves, so a search
-- finds what reading every row would find, whether a worker runs or not.

-- Texts of a payment that people search, in lower case: of its order and of its card.
CREATE TABLE payment_text (
  merchant_id uuid NOT NULL,
  -- When the payment was created.
  at timestamptz(6) NOT NULL,
  payment_id uuid NOT NULL,
  reference text,
  email text,
  card text,
  CONSTRAINT payment_text_pkey PRIMARY KEY (merchant_id, at, payment_id),
  CONSTRAINT payment_text_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- Keys of records. The day (UTC) of the record stands first, so new keys, which are random, go to the same few pages of the index.
CREATE TABLE record_key (
  merchant_id uuid NOT NULL,
  day date NOT NULL,
  key text COLLATE "C" NOT NULL,
  -- No foreign key: an abandoned claim is deleted, and what is left here of it finds nothing.
  record_id text NOT NULL,
  CONSTRAINT record_key_pkey PRIMARY KEY (merchant_id, day, key, record_id),
  CONSTRAINT record_key_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- Notes of what came or changed more than a minute after its row was created: the order of a payment, or a record.
CREATE TABLE search_changed (
  merchant_id uuid NOT NULL,
  kind text NOT NULL CONSTRAINT search_changed_kind CHECK (kind IN ('order', 'record')),
  id text NOT NULL,
  -- The transaction that wrote the row and the note, so that no two of them wait for each other.
  xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  CONSTRAINT search_changed_pkey PRIMARY KEY (merchant_id, kind, id, xid),
  CONSTRAINT search_changed_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- How far rows are copied, by table: those created before `upto`, but for what search_changed names.
CREATE TABLE search_indexed (
  kind text NOT NULL CONSTRAINT search_indexed_kind CHECK (kind IN ('payment', 'record')),
  upto timestamptz(6) NOT NULL DEFAULT '-infinity',
  -- Rows created before it are all there: what comes yet leaves a note.
  complete_at timestamptz(6) NOT NULL DEFAULT '-infinity',
  -- Whoever wrote before `noted_at` has an id below `noted_xid`: once those have all ended, `complete_at` moves there.
  noted_at timestamptz(6) NOT NULL DEFAULT '-infinity',
  noted_xid bigint NOT NULL DEFAULT 0,
  CONSTRAINT search_indexed_pkey PRIMARY KEY (kind)
);

-- Days (UTC) of a merchant on which a record was created whose answer has expired since. A trigger writes them; 0051 adds those of before.
CREATE TABLE expired_day (
  merchant_id uuid NOT NULL,
  day date NOT NULL,
  -- No foreign key to the merchant: a record has none.
  CONSTRAINT expired_day_pkey PRIMARY KEY (merchant_id, day)
);

-- What of a payment is searched, as it is now. OFFSET 0: its order by primary key, also where the statistics know nothing of the tables yet.
CREATE VIEW searched_payment AS
  SELECT p.merchant_id, p.created_at AS at, p.id, p.order_id, p.status, p.currency, o.reference, o.email, lower(p.card_label) AS card
  FROM payment p CROSS JOIN LATERAL (
    SELECT lower(x.reference) AS reference, lower(x.customer_email) AS email FROM orders x WHERE x.merchant_id = p.merchant_id AND x.id = p.order_id OFFSET 0) o;

-- Read by the functions that search, as their caller; written by index_searches, note_search_change and note_expired_day alone.
GRANT SELECT ON payment_text, record_key, search_changed, search_indexed, searched_payment, expired_day TO payonce_app;

-- The parts of three characters of these texts, each as a number that is of this merchant and day alone: those of one day stand together in the
-- index, and another merchant's are not among them. Two parts may have one number, so what is found by it is compared.
CREATE FUNCTION text_parts(merchant uuid, day date, VARIADIC texts text[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  base bigint := (hashtextextended(merchant::text, day - DATE '2000-01-01') >> 32) << 32;
  parts bigint[] := '{}';
  part_of text;
BEGIN
  FOREACH part_of IN ARRAY texts LOOP
    FOR i IN 1 .. coalesce(length(part_of), 0) - 2 LOOP
      parts[cardinality(parts) + 1] := base | (hashtextextended(substr(part_of, i, 3), 0) & 4294967295);
    END LOOP;
  END LOOP;
  RETURN parts;
END $$;
CREATE FUNCTION day_of(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (at AT TIME ZONE 'UTC')::date;

-- What a turn of the worker adds goes to a list first, and at the end of the turn in one go into the index: each part once, however many have it.
CREATE INDEX payment_text_parts ON payment_text USING gin (text_parts(merchant_id, day_of(at), reference, email, card)) WITH (gin_pending_list_limit = 65536);
-- Nobody plans by the frequency of a part, and counting them would take minutes.
ALTER INDEX payment_text_parts ALTER COLUMN 1 SET STATISTICS 0;

-- A minute: a transaction that writes that long after it began leaves a note, and a clock that is set back by less does no harm.
CREATE FUNCTION note_search_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.search_changed (merchant_id, kind, id) VALUES (NEW.merchant_id, TG_ARGV[0],
      CASE TG_TABLE_NAME WHEN 'payment' THEN to_jsonb(NEW) ->> 'order_id' ELSE to_jsonb(NEW) ->> 'id' END)
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER late_payment_is_searched AFTER INSERT ON payment FOR EACH ROW
  WHEN (NEW.created_at < clock_timestamp() - interval '1 minute') EXECUTE FUNCTION note_search_change('order');
CREATE TRIGGER late_card_is_searched AFTER UPDATE ON payment FOR EACH ROW
  WHEN (OLD.card_label IS DISTINCT FROM NEW.card_label AND NEW.created_at < clock_timestamp() - interval '1 minute')
  EXECUTE FUNCTION note_search_change('order');
CREATE TRIGGER late_text_is_searched AFTER UPDATE ON orders FOR EACH ROW
  WHEN ((OLD.reference, OLD.customer_email) IS DISTINCT FROM (NEW.reference, NEW.customer_email) AND NEW.created_at < clock_timestamp() - interval '1 minute')
  EXECUTE FUNCTION note_search_change('order');
CREATE TRIGGER late_record_is_searched AFTER INSERT ON idempotency_record FOR EACH ROW
  WHEN (NEW.created_at < clock_timestamp() - interval '1 minute') EXECUTE FUNCTION note_search_change('record');

-- Once for each record, by the worker's retention: it costs a payment nothing.
CREATE FUNCTION note_expired_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.expired_day (merchant_id, day) VALUES (NEW.merchant_id, public.day_of(NEW.created_at)) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER expired_day_is_noted AFTER UPDATE ON idempotency_record FOR EACH ROW
  WHEN (NEW.state = 'tombstone' AND OLD.state <> 'tombstone') EXECUTE FUNCTION note_expired_day();

-- Copies up to `batch` rows of each table, and up to `batch` that were noted. @returns the number of whichever were most. Any number of callers:
-- one of them copies, the others return 0.
-- By indexes alone: statistics of tables that were empty say that reading all of them is cheaper.
CREATE FUNCTION index_searches(batch integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
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
      INSERT INTO public.payment_text (merchant_id, at, payment_id, reference, email, card)
        SELECT f.merchant_id, f.at, f.id, f.reference, f.email, f.card FROM public.merchant m CROSS JOIN LATERAL (
          SELECT s.* FROM public.searched_payment s WHERE s.merchant_id = m.id AND s.at >= place.upto AND s.at < next_upto OFFSET 0) f
        ON CONFLICT (merchant_id, at, payment_id) DO UPDATE SET reference = excluded.reference, email = excluded.email, card = excluded.card;
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
    INSERT INTO public.payment_text (merchant_id, at, payment_id, reference, email, card)
    SELECT f.merchant_id, f.at, f.id, f.reference, f.email, f.card FROM due d CROSS JOIN LATERAL (
      SELECT s.* FROM public.searched_payment s WHERE s.merchant_id = d.merchant_id AND s.order_id = d.id::uuid OFFSET 0) f
    WHERE d.kind = 'order'
    ON CONFLICT (merchant_id, at, payment_id) DO UPDATE SET reference = excluded.reference, email = excluded.email, card = excluded.card),
  keys AS (
    INSERT INTO public.record_key (merchant_id, day, key, record_id) SELECT r.merchant_id, public.day_of(r.created_at), r.key, r.id
    FROM due d JOIN public.idempotency_record r ON r.merchant_id = d.merchant_id AND r.id = d.id WHERE d.kind = 'record' ON CONFLICT DO NOTHING)
  SELECT count(*) INTO step FROM gone;
  -- A search would read the whole list for each of its days.
  PERFORM gin_clean_pending_list('public.payment_text_parts');
  RETURN greatest(most, step);
END $$;

-- Where the next `batch` rows of a table end that were created since `since` and before `complete`: all of one microsecond, or none of them.
CREATE FUNCTION search_step(kind text, since timestamptz, complete timestamptz, batch integer) RETURNS timestamptz LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  last_at timestamptz;
BEGIN
  IF kind = 'payment' THEN
    SELECT f.created_at INTO last_at FROM public.merchant m CROSS JOIN LATERAL (SELECT p.created_at FROM public.payment p
      WHERE p.merchant_id = m.id AND p.created_at >= since AND p.created_at < complete ORDER BY p.created_at LIMIT batch) f
    ORDER BY f.created_at OFFSET batch - 1 LIMIT 1;
  ELSE
    SELECT f.created_at INTO last_at FROM public.merchant m CROSS JOIN LATERAL (SELECT r.created_at FROM public.idempotency_record r
      WHERE r.merchant_id = m.id AND r.created_at >= since AND r.created_at < complete ORDER BY r.created_at LIMIT batch) f
    ORDER BY f.created_at OFFSET batch - 1 LIMIT 1;
  END IF;
  RETURN coalesce(last_at + interval '1 microsecond', greatest(since, complete));
END $$;

-- Ids of a merchant's payments whose order or card has this text, or whose charge has it as its reference at the bank: of these states and this
-- currency (null: any), created since `from_at` and before (`before_at`, `before_id`). The newest `most` of them are among those returned.
CREATE FUNCTION payments_with_text(merchant uuid, wanted text, states text[], in_currency text, from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  -- Newest rows that are read themselves first: what many have fills a page there.
  read_first CONSTANT integer := 500;
  needle CONSTANT text := lower(wanted);
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'payment'), '-infinity');
  newest uuid[];
  -- Of some of the newest, to see which parts of the text are rare: those are looked for.
  sample text[];
  rarest text[];
  edge_at timestamptz := before_at;
  edge_id uuid := before_id;
  found_rows integer;
  step integer;
BEGIN
  RETURN QUERY SELECT p.id FROM public.payment p WHERE p.gateway_ref = wanted AND p.merchant_id = merchant
    AND p.created_at >= from_at AND (p.created_at, p.id) < (before_at, before_id)
    AND (states IS NULL OR p.status = ANY (states)) AND (in_currency IS NULL OR p.currency = in_currency);

  IF states IS NULL AND in_currency IS NULL THEN
    newest := ARRAY(SELECT p.id FROM public.payment p WHERE p.merchant_id = merchant AND p.created_at >= from_at AND p.created_at <= before_at
      AND (p.created_at, p.id) < (before_at, before_id) ORDER BY p.created_at DESC, p.id DESC LIMIT read_first);
  ELSE
    newest := ARRAY(SELECT t.id FROM public.payments_that_are(merchant, states, in_currency, from_at, before_at, before_id, read_first) t);
  END IF;
  -- OFFSET 0: by their ids, not past all payments in the order of the list.
  RETURN QUERY SELECT s.id FROM (SELECT x.* FROM public.searched_payment x WHERE x.merchant_id = merchant AND x.id = ANY (newest) OFFSET 0) s
    WHERE (strpos(s.reference, needle) > 0 OR strpos(s.email, needle) > 0 OR strpos(s.card, needle) > 0)
    ORDER BY s.at DESC, s.id DESC LIMIT most;
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF cardinality(newest) < read_first OR found_rows >= most THEN RETURN; END IF;
  SELECT p.created_at, p.id INTO edge_at, edge_id FROM public.payment p WHERE p.merchant_id = merchant AND p.id = newest[read_first];

  -- Those beyond, which are not copied yet.
  IF edge_at >= copied THEN
    RETURN QUERY SELECT s.id FROM public.searched_payment s
      WHERE s.merchant_id = merchant AND s.at >= greatest(copied, from_at) AND s.at <= edge_at AND (s.at, s.id) < (edge_at, edge_id)
        AND (states IS NULL OR s.status = ANY (states)) AND (in_currency IS NULL OR s.currency = in_currency)
        AND (strpos(s.reference, needle) > 0 OR strpos(s.email, needle) > 0 OR strpos(s.card, needle) > 0)
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
      AND (strpos(s.reference, needle) > 0 OR strpos(s.email, needle) > 0 OR strpos(s.card, needle) > 0);
  sample := ARRAY(SELECT concat_ws(' ', s.reference, s.email, s.card) FROM public.searched_payment s WHERE s.merchant_id = merchant AND s.id = ANY (newest[1:100]));
  rarest := ARRAY(SELECT u.part FROM (
      SELECT DISTINCT substr(needle, i, 3) AS part FROM generate_series(1, length(needle) - 2, greatest(1, length(needle) / 20)) AS i) u
    ORDER BY (SELECT count(*) FROM unnest(sample) AS t WHERE strpos(t, u.part) > 0), u.part LIMIT 4);
  RETURN QUERY SELECT t.id FROM public.copied_with_text(merchant, needle, rarest, states, in_currency, from_at, edge_at, edge_id, most - found_rows) t;
END $$;

-- The same for what is copied, day by day from the newest on, without a look at what has not these parts of the text. Exactly the newest `most`.
-- One plan for every day, and always through the index: statistics of a table that was empty say that reading all of it is cheaper.
CREATE FUNCTION copied_with_text(merchant uuid, needle text, parts text[], states text[], in_currency text, from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
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
        AND (strpos(t.reference, needle) > 0 OR strpos(t.email, needle) > 0 OR strpos(t.card, needle) > 0)
        AND (states IS NULL OR p.status = ANY (states)) AND (in_currency IS NULL OR p.currency = in_currency)
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
        WHERE public.text_parts(t.merchant_id, public.day_of(t.at), t.reference, t.email, t.card) @> public.text_parts(merchant, day, VARIADIC parts)
        OFFSET 0) AS t
      JOIN public.payment p ON p.merchant_id = merchant AND p.id = t.payment_id
      WHERE t.merchant_id = merchant AND t.at >= from_at AND (t.at, t.payment_id) < (before_at, before_id) AND public.day_of(t.at) = day
        AND (strpos(t.reference, needle) > 0 OR strpos(t.email, needle) > 0 OR strpos(t.card, needle) > 0)
        AND (states IS NULL OR p.status = ANY (states)) AND (in_currency IS NULL OR p.currency = in_currency)
        AND NOT EXISTS (SELECT FROM public.search_changed c WHERE c.merchant_id = merchant AND c.kind = 'order' AND c.id = p.order_id::text)
      ORDER BY t.at DESC, t.payment_id DESC LIMIT wanted;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    wanted := wanted - found_rows;
    EXIT WHEN wanted <= 0;
    day_starts := day::timestamp AT TIME ZONE 'UTC';
  END LOOP;
END $$;

-- Ids of a merchant's records whose key, or own id, begins with this text: shown in this state (null: any), after (`before_at`, `after_id`) in the
-- order of the list. The first `most` of them are among those returned.
CREATE FUNCTION records_beginning_with(merchant uuid, beginning text, in_state text, before_at timestamptz, after_id text, most integer)
  RETURNS TABLE (id text) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  read_first CONSTANT integer := 500;
  prefix CONSTANT text := regexp_replace(beginning, '([\\%_])', '\\\1', 'g') || '%';
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'record'), '-infinity');
  edge timestamptz;
  found_rows integer;
BEGIN
  SELECT least(min(r.created_at), copied) INTO edge FROM (
    SELECT x.created_at FROM public.idempotency_record x WHERE x.merchant_id = merchant AND x.created_at <= before_at
    ORDER BY x.created_at DESC, x.id LIMIT read_first) r HAVING count(*) = read_first;
  IF NOT FOUND THEN edge := '-infinity'; END IF;
  RETURN QUERY SELECT r.id FROM public.idempotency_record r
    WHERE r.merchant_id = merchant AND r.created_at >= edge AND r.created_at <= before_at AND (r.created_at < before_at OR r.id > after_id)
      AND (r.key LIKE prefix OR r.id LIKE prefix)
      AND (in_state IS NULL OR CASE WHEN r.parked_at IS NULL THEN r.state ELSE 'parked' END = in_state)
    ORDER BY r.created_at DESC, r.id LIMIT most;
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF found_rows >= most OR edge = '-infinity' THEN RETURN; END IF;
  RETURN QUERY SELECT r.id FROM public.search_changed c JOIN public.idempotency_record r ON r.merchant_id = c.merchant_id AND r.id = c.id
    WHERE c.merchant_id = merchant AND c.kind = 'record' AND r.created_at < edge AND r.key LIKE prefix
      AND (in_state IS NULL OR CASE WHEN r.parked_at IS NULL THEN r.state ELSE 'parked' END = in_state);
  RETURN QUERY SELECT r.id FROM (SELECT x.* FROM public.idempotency_record x WHERE x.merchant_id = merchant AND x.id LIKE prefix OFFSET 0) r
    WHERE r.created_at < edge AND (in_state IS NULL OR CASE WHEN r.parked_at IS NULL THEN r.state ELSE 'parked' END = in_state)
    ORDER BY r.created_at DESC, r.id LIMIT most;
  RETURN QUERY SELECT k.id FROM public.copied_keys(merchant, beginning, in_state, edge, most - found_rows) k;
END $$;

-- The same for keys that are copied, of records created before `edge`, day by day from the newest on. Exactly the first `most`.
CREATE FUNCTION copied_keys(merchant uuid, beginning text, in_state text, edge timestamptz, most integer)
  RETURNS TABLE (id text) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off AS $$
DECLARE
  wanted integer := most;
  of_day date := public.day_of(edge) + 1;
  found_rows integer;
BEGIN
  LOOP
    SELECT k.day INTO of_day FROM public.record_key k WHERE k.merchant_id = merchant AND k.day < of_day ORDER BY k.day DESC LIMIT 1;
    EXIT WHEN NOT FOUND;
    RETURN QUERY SELECT r.id FROM public.record_key k JOIN public.idempotency_record r ON r.merchant_id = merchant AND r.id = k.record_id
      WHERE k.merchant_id = merchant AND k.day = of_day AND k.key >= beginning AND k.key <= beginning || U&'\+10FFFF' AND starts_with(k.key, beginning)
        AND r.created_at < edge AND (in_state IS NULL OR CASE WHEN r.parked_at IS NULL THEN r.state ELSE 'parked' END = in_state)
      ORDER BY r.created_at DESC, r.id LIMIT wanted;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    wanted := wanted - found_rows;
    EXIT WHEN wanted <= 0;
  END LOOP;
END $$;

-- Ids of a merchant's records whose answer has expired, after (`before_at`, `after_id`) in the order of the list: the first `most`.
CREATE FUNCTION expired_records(merchant uuid, before_at timestamptz, after_id text, most integer) RETURNS TABLE (id text) LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  wanted integer := most;
  day date;
  found_rows integer;
BEGIN
  FOR day IN SELECT e.day FROM public.expired_day e WHERE e.merchant_id = merchant AND e.day <= public.day_of(before_at) ORDER BY e.day DESC LOOP
    RETURN QUERY SELECT r.id FROM public.idempotency_record r
      WHERE r.merchant_id = merchant AND r.created_at >= day::timestamp AT TIME ZONE 'UTC' AND r.created_at < (day + 1)::timestamp AT TIME ZONE 'UTC'
        AND r.created_at <= before_at AND (r.created_at < before_at OR r.id > after_id) AND r.state = 'tombstone' AND r.parked_at IS NULL
      ORDER BY r.created_at DESC, r.id LIMIT wanted;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    wanted := wanted - found_rows;
    EXIT WHEN wanted <= 0;
  END LOOP;
END $$;

-- Deny by default. A trigger needs no right; the application searches, and its worker starts the copying.
REVOKE EXECUTE ON FUNCTION text_parts(uuid, date, text[]), day_of(timestamptz), note_search_change(), note_expired_day(), index_searches(integer),
  search_step(text, timestamptz, timestamptz, integer), payments_with_text(uuid, text, text[], text, timestamptz, timestamptz, uuid, integer),
  copied_with_text(uuid, text, text[], text[], text, timestamptz, timestamptz, uuid, integer),
  records_beginning_with(uuid, text, text, timestamptz, text, integer), copied_keys(uuid, text, text, timestamptz, integer),
  expired_records(uuid, timestamptz, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION text_parts(uuid, date, text[]), day_of(timestamptz), index_searches(integer),
  payments_with_text(uuid, text, text[], text, timestamptz, timestamptz, uuid, integer),
  copied_with_text(uuid, text, text[], text[], text, timestamptz, timestamptz, uuid, integer),
  records_beginning_with(uuid, text, text, timestamptz, text, integer), copied_keys(uuid, text, text, timestamptz, integer),
  expired_records(uuid, timestamptz, text, integer) TO payonce_app;

-- What must be true of it, as 0006_integrity says it. Reads every payment and every record. -----------------------------------------
CREATE VIEW integrity_across.everything_is_found AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'a search does not know its text' AS detail
  FROM payment p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
  LEFT JOIN payment_text t ON t.merchant_id = p.merchant_id AND t.at = p.created_at AND t.payment_id = p.id
  WHERE p.created_at < (SELECT s.upto FROM search_indexed s WHERE s.kind = 'payment')
    AND (t.payment_id IS NULL OR (t.reference, t.email, t.card) IS DISTINCT FROM (lower(o.reference), lower(o.customer_email), lower(p.card_label)))
    AND NOT EXISTS (SELECT FROM search_changed c WHERE c.merchant_id = p.merchant_id AND c.kind = 'order' AND c.id = p.order_id::text)
  UNION ALL
  SELECT r.merchant_id, 'record ' || r.id, 'a search does not know its key'
  FROM idempotency_record r
  WHERE r.created_at < (SELECT s.upto FROM search_indexed s WHERE s.kind = 'record')
    AND NOT EXISTS (SELECT FROM record_key k WHERE k.merchant_id = r.merchant_id AND k.day = (r.created_at AT TIME ZONE 'UTC')::date AND k.key = r.key AND k.record_id = r.id)
    AND NOT EXISTS (SELECT FROM search_changed c WHERE c.merchant_id = r.merchant_id AND c.kind = 'record' AND c.id = r.id);
COMMENT ON VIEW integrity_across.everything_is_found IS 'A search finds each payment by its texts, and each record by its key';
INSERT INTO integrity_whole_only (invariant, because) VALUES ('everything-is-found', 'compares each copy with its row, however old');
