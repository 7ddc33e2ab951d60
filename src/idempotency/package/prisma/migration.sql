-- @payonce/idempotency: the records of idempotency keys. PostgreSQL 14 or newer.

CREATE TABLE idempotency_record (
  merchant_id uuid NOT NULL,
  id text NOT NULL,
  scope text,
  operation text,
  key text,
  fingerprint text,
  fingerprint_version smallint NOT NULL,
  fields text,
  state text NOT NULL DEFAULT 'claimed',
  token uuid,
  fence integer NOT NULL DEFAULT 1,
  lease_until timestamptz(6) NOT NULL DEFAULT (now() + '00:00:30'::interval),
  worker text,
  held_since timestamptz(6) DEFAULT now(),
  tries integer DEFAULT 0,
  failures integer DEFAULT 0,
  overdue_since timestamptz(6),
  parked_at timestamptz(6),
  parked_reason text,
  subject_id uuid,
  status smallint,
  problem text,
  answer text,
  headers text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  completed_at timestamptz(6),
  expires_at timestamptz(6) NOT NULL DEFAULT (now() + '30 days'::interval),
  retention_days smallint,
  CONSTRAINT idempotency_record_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT idempotency_record_key CHECK (length(key) BETWEEN 1 AND 255),
  CONSTRAINT idempotency_record_state CHECK (state IN ('claimed', 'sending', 'unknown', 'completed', 'tombstone')),
  CONSTRAINT idempotency_record_completed CHECK ((state = 'completed') = (answer IS NOT NULL AND status IS NOT NULL AND completed_at IS NOT NULL) OR state IN ('unknown', 'tombstone')),
  CONSTRAINT idempotency_record_fence CHECK (fence >= 1),
  CONSTRAINT idempotency_record_retention CHECK (retention_days BETWEEN 1 AND 3650),
  CONSTRAINT idempotency_record_parked CHECK ((parked_at IS NULL) = (parked_reason IS NULL)),
  -- A tombstone is small: what told of the request is deleted with the answer.
  CONSTRAINT idempotency_record_whole CHECK (
    state = 'tombstone' OR num_nulls(scope, operation, key, fingerprint, token, worker, held_since, tries, failures) = 0)
) WITH (fillfactor = 40);

CREATE INDEX idempotency_record_lease ON idempotency_record (lease_until);
CREATE INDEX idempotency_record_expires ON idempotency_record USING brin (expires_at);
-- Few rows at a time, so it stays small. Prisma leaves an index with a condition alone.
CREATE INDEX idempotency_record_overdue ON idempotency_record (overdue_since) WHERE overdue_since IS NOT NULL;

CREATE TABLE resolver_position (
  id smallint NOT NULL DEFAULT 1 CONSTRAINT resolver_position_one CHECK (id = 1),
  finished_before timestamptz(6) NOT NULL,
  CONSTRAINT resolver_position_pkey PRIMARY KEY (id)
);
INSERT INTO resolver_position (finished_before) VALUES (now() - interval '1 minute');

-- A commit states how many rows each of its writes touches; any other number undoes the whole of it.
CREATE FUNCTION expect_rows(write text, actual bigint, expected bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF actual <> expected THEN
    RAISE EXCEPTION 'commit refused: % touched % rows, not %', write, actual, expected USING ERRCODE = 'PO001';
  END IF;
  RETURN true;
END $$;

-- An answer never changes, until it becomes a tombstone; a tombstone stays one.
CREATE FUNCTION completed_record_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'record % is completed: its answer may not change', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER completed_record_is_fixed AFTER UPDATE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state = 'completed' AND NEW.state <> 'tombstone'
    AND (OLD.state, OLD.fingerprint, OLD.status, OLD.problem, OLD.answer, OLD.headers, OLD.subject_id, OLD.fence, OLD.token)
      IS DISTINCT FROM (NEW.state, NEW.fingerprint, NEW.status, NEW.problem, NEW.answer, NEW.headers, NEW.subject_id, NEW.fence, NEW.token))
  EXECUTE FUNCTION completed_record_is_fixed();

CREATE FUNCTION tombstone_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'record % is a tombstone', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER tombstone_is_for_good AFTER UPDATE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state = 'tombstone' AND NEW.state <> 'tombstone') EXECUTE FUNCTION tombstone_is_for_good();

-- Only a claim that began nothing, and whose lease is over, may be deleted.
CREATE FUNCTION only_dead_claims_are_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'record % may not be deleted: it is %', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_dead_claims_are_deleted BEFORE DELETE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state <> 'claimed' OR OLD.subject_id IS NOT NULL OR OLD.lease_until >= now())
  EXECUTE FUNCTION only_dead_claims_are_deleted();

-- The retention that an operation states, by the database's clock. A key's first claim states it: it fires for an insert alone.
CREATE FUNCTION own_retention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.expires_at := NEW.created_at + NEW.retention_days * interval '1 day';
  RETURN NEW;
END $$;
CREATE TRIGGER own_retention BEFORE INSERT ON idempotency_record FOR EACH ROW
  WHEN (NEW.retention_days IS NOT NULL) EXECUTE FUNCTION own_retention();

-- Goes on from `finished_before` through up to `batch` records, and marks those that are not finished. A minute behind the clock, so that
-- every lease that ended before is committed. Any number of callers: one of them works. It returns the records it went through.
CREATE FUNCTION mark_overdue_records(batch integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  since timestamptz;
  upto timestamptz := now() - interval '1 minute';
  passed integer;
  last timestamptz;
BEGIN
  SELECT finished_before INTO since FROM resolver_position FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  UPDATE idempotency_record SET overdue_since = NULL
  WHERE overdue_since > '-infinity' AND overdue_since < 'infinity' AND state IN ('completed', 'tombstone');
  WITH next AS MATERIALIZED (
    SELECT merchant_id, id, state, lease_until FROM idempotency_record
    WHERE lease_until >= since AND lease_until < upto ORDER BY lease_until FETCH FIRST batch ROWS WITH TIES),
  marked AS (
    UPDATE idempotency_record r SET overdue_since = now() FROM next n
    WHERE n.state IN ('claimed', 'sending', 'unknown') AND r.merchant_id = n.merchant_id AND r.id = n.id
      AND r.state IN ('claimed', 'sending', 'unknown') AND r.overdue_since IS NULL)
  SELECT count(*), max(lease_until) INTO passed, last FROM next;
  UPDATE resolver_position SET finished_before = CASE WHEN passed >= batch THEN last + interval '1 microsecond' ELSE upto END;
  RETURN passed;
END $$;
