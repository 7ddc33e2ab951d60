-- An operation may state how long its answers are kept. Null: the 30 days of `expires_at`. A column without a default rewrites no row.
ALTER TABLE idempotency_record ADD COLUMN retention_days smallint;
-- As in `defineOperation` and `createIdempotent`. Every row that is there has null, so none need be looked at.
ALTER TABLE idempotency_record
  ADD CONSTRAINT idempotency_record_retention CHECK (retention_days BETWEEN 1 AND 3650) NOT VALID;

-- By the database's clock, like every other instant of a record. Nothing is executed for an operation that states no retention. It fires for
-- an insert alone: the value of a key's first claim stands, whatever a later version of the operation states.
CREATE FUNCTION own_retention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.expires_at := NEW.created_at + NEW.retention_days * interval '1 day';
  RETURN NEW;
END $$;
CREATE TRIGGER own_retention BEFORE INSERT ON idempotency_record FOR EACH ROW
  WHEN (NEW.retention_days IS NOT NULL) EXECUTE FUNCTION own_retention();

-- INSERT: the claim of an operation that states a retention. `expires_at` itself stays out of reach (0020).
-- UPDATE: emptied with the answer, since a tombstone is small (0115); it changes no `expires_at`.
GRANT INSERT (retention_days), UPDATE (retention_days) ON idempotency_record TO payonce_app;
