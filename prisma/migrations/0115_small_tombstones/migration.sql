-- squawk-ignore-file ban-drop-not-null
-- A server of the version before reads a tombstone without them as another request's: it refuses, as it should.
-- A tombstone is what refuses a late retry, and nothing more: merchant, id (a hash of scope, operation and key), state, the row that it began, and
-- three times. With fence and version, which fit into the gaps between them, its columns are 120 bytes (decision 0082). What told of the request
-- goes with the answer, the key among it.
ALTER TABLE idempotency_record
  ALTER COLUMN scope DROP NOT NULL, ALTER COLUMN operation DROP NOT NULL, ALTER COLUMN key DROP NOT NULL, ALTER COLUMN fingerprint DROP NOT NULL,
  ALTER COLUMN token DROP NOT NULL, ALTER COLUMN worker DROP NOT NULL, ALTER COLUMN held_since DROP NOT NULL, ALTER COLUMN tries DROP NOT NULL,
  ALTER COLUMN failures DROP NOT NULL;
-- NOT VALID, and never validated: until now no row could be without them.
ALTER TABLE idempotency_record ADD CONSTRAINT idempotency_record_whole CHECK (
  state = 'tombstone' OR num_nulls(scope, operation, key, fingerprint, token, worker, held_since, tries, failures) = 0) NOT VALID;

-- The worker's retention empties them. Of a record that can still execute or answer they stay as they are: no payment fires this.
GRANT UPDATE (scope, operation) ON idempotency_record TO payonce_app;
CREATE FUNCTION record_keeps_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'record % keeps its scope and its operation', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER record_keeps_its_owner AFTER UPDATE OF scope, operation ON idempotency_record FOR EACH ROW
  WHEN (NEW.state <> 'tombstone' AND (OLD.scope, OLD.operation) IS DISTINCT FROM (NEW.scope, NEW.operation))
  EXECUTE FUNCTION record_keeps_its_owner();

-- The copy of the key for searches goes with it. Copying and deleting take turns (0109): what was copied meanwhile would stay. No payment fires it.
CREATE FUNCTION forget_expired_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('payonce: index_searches', 0));
  DELETE FROM public.record_key k
    WHERE k.merchant_id = OLD.merchant_id AND k.day = public.day_of(OLD.created_at) AND k.key = OLD.key AND k.record_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER expired_key_is_forgotten AFTER UPDATE OF key ON idempotency_record FOR EACH ROW
  WHEN (OLD.key IS NOT NULL AND NEW.key IS NULL) EXECUTE FUNCTION forget_expired_key();
REVOKE EXECUTE ON FUNCTION record_keeps_its_owner(), forget_expired_key() FROM PUBLIC;

-- As in 0068, without records that have no key.
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
        WHERE f.key IS NOT NULL ON CONFLICT DO NOTHING;
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
    FROM due d JOIN public.idempotency_record r ON r.merchant_id = d.merchant_id AND r.id = d.id WHERE d.kind = 'record' AND r.key IS NOT NULL
    ON CONFLICT DO NOTHING)
  SELECT count(*) INTO step FROM gone;
  -- A search would read the whole list for each of its days.
  PERFORM gin_clean_pending_list('public.payment_text_parts');
  RETURN greatest(most, step);
END $$;

-- As in 0068, of records that have a key.
CREATE OR REPLACE VIEW integrity_across.everything_is_found AS
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
  WHERE r.key IS NOT NULL AND r.created_at < (SELECT s.upto FROM search_indexed s WHERE s.kind = 'record')
    AND NOT EXISTS (SELECT FROM record_key k WHERE k.merchant_id = r.merchant_id AND k.day = (r.created_at AT TIME ZONE 'UTC')::date AND k.key = r.key AND k.record_id = r.id)
    AND NOT EXISTS (SELECT FROM search_changed c WHERE c.merchant_id = r.merchant_id AND c.kind = 'record' AND c.id = r.id);
