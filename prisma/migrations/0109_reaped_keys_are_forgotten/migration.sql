-- A claim that came to nothing is deleted by the reaper; the copy of its key for searches goes with it. Otherwise everybody who sends a new key
-- about an order that is paid would leave a row for good. No payment fires this: only the reaper deletes records (0005).

-- Copying and deleting take turns, by the lock of index_searches: what was copied from a record that is being deleted meanwhile would stay. Taken
-- before any record is locked, so a request that takes a claim over does not wait for the copying.
CREATE FUNCTION reaping_waits_for_copying() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('payonce: index_searches', 0));
  RETURN NULL;
END $$;
CREATE TRIGGER reaping_waits_for_copying BEFORE DELETE ON idempotency_record FOR EACH STATEMENT
  EXECUTE FUNCTION reaping_waits_for_copying();

CREATE FUNCTION forget_reaped_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM public.record_key k USING reaped r
    WHERE k.merchant_id = r.merchant_id AND k.day = public.day_of(r.created_at) AND k.key = r.key AND k.record_id = r.id;
  RETURN NULL;
END $$;
CREATE TRIGGER reaped_keys_are_forgotten AFTER DELETE ON idempotency_record REFERENCING OLD TABLE AS reaped FOR EACH STATEMENT
  EXECUTE FUNCTION forget_reaped_keys();

-- A trigger needs no right when it fires.
REVOKE EXECUTE ON FUNCTION reaping_waits_for_copying(), forget_reaped_keys() FROM PUBLIC;
