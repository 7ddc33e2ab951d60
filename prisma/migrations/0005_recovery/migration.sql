-- What a record needs to be finished without its client: how often it was tried, since when it is held, and that it was parked.
-- Constants as defaults touch no row, so these columns come at once on a table of any size; none of them is in an index.
ALTER TABLE idempotency_record
  ADD COLUMN held_since timestamptz(6) NOT NULL DEFAULT now(),
  ADD COLUMN tries integer NOT NULL DEFAULT 0,
  ADD COLUMN failures integer NOT NULL DEFAULT 0,
  ADD COLUMN parked_at timestamptz(6),
  ADD COLUMN parked_reason text;
-- NOT VALID, and never validated: the columns are new, so no row that is there can break it.
ALTER TABLE idempotency_record ADD CONSTRAINT idempotency_record_parked CHECK ((parked_at IS NULL) = (parked_reason IS NULL)) NOT VALID;

-- What retention looks for. Records are never moved, so the time they expire at rises with their place in the table: a BRIN index is a
-- few pages for millions of rows, and no write of a payment waits for it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX idempotency_record_expires ON idempotency_record USING brin (expires_at);

-- Only a claim that began nothing, and whose lease is over, may be deleted: whatever has a payment stays, if only as a tombstone.
GRANT DELETE ON idempotency_record TO payonce_app;
CREATE FUNCTION only_dead_claims_are_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'record % may not be deleted: it is %', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_dead_claims_are_deleted BEFORE DELETE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state <> 'claimed' OR OLD.subject_id IS NOT NULL OR OLD.lease_until >= now())
  EXECUTE FUNCTION only_dead_claims_are_deleted();
CREATE TRIGGER records_are_not_truncated BEFORE TRUNCATE ON idempotency_record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A tombstone stays a tombstone: a late retry must find it for ever.
CREATE FUNCTION tombstone_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'record % is a tombstone', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER tombstone_is_for_good BEFORE UPDATE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state = 'tombstone' AND NEW.state <> 'tombstone') EXECUTE FUNCTION tombstone_is_for_good();

-- Who did what by hand, and what the system gave up on: facts, never edited.
CREATE TABLE audit_log (
  merchant_id uuid NOT NULL REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  id uuid NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT audit_log_pkey PRIMARY KEY (merchant_id, id)
);
CREATE INDEX audit_log_merchant_id_subject_at_idx ON audit_log (merchant_id, subject, at);
CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON audit_log TO payonce_app;

-- How each job of the workers is doing, over all of them: what the metrics and the dashboard tell.
CREATE TABLE job_health (
  job text NOT NULL,
  runs bigint NOT NULL DEFAULT 0,
  failures bigint NOT NULL DEFAULT 0,
  handled bigint NOT NULL DEFAULT 0,
  last_started_at timestamptz(6),
  last_finished_at timestamptz(6),
  last_ms integer,
  last_error text,
  CONSTRAINT job_health_pkey PRIMARY KEY (job)
);
GRANT SELECT, INSERT, UPDATE ON job_health TO payonce_app;
