-- Headers that are stored with an answer and sent again with it (O2): JSON text of names and values, of a list in the code. Null: none. A column
-- without a default rewrites no row.
ALTER TABLE idempotency_record ADD COLUMN headers text;

-- They are part of the answer: as fixed as it is.
DROP TRIGGER completed_record_is_fixed ON idempotency_record;
CREATE TRIGGER completed_record_is_fixed AFTER UPDATE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state = 'completed' AND NEW.state <> 'tombstone'
    AND (OLD.state, OLD.fingerprint, OLD.status, OLD.problem, OLD.answer, OLD.headers, OLD.subject_id, OLD.fence, OLD.token)
      IS DISTINCT FROM (NEW.state, NEW.fingerprint, NEW.status, NEW.problem, NEW.answer, NEW.headers, NEW.subject_id, NEW.fence, NEW.token))
  EXECUTE FUNCTION completed_record_is_fixed();

-- Written by the commit that stores an answer, and emptied by the one that makes a tombstone of it.
GRANT UPDATE (headers) ON idempotency_record TO payonce_app;
