import type pg from 'pg'

/**
 * D4: from here on every fifth transaction of the product that writes a record fails with 40001, as in a busy
 * database under stricter isolation. By count, not by chance, so that the retry after a failure goes through.
 */
export async function injectConflicts(owner: pg.Pool): Promise<void> {
  await owner.query(`
    CREATE SEQUENCE conflict_count;
    CREATE FUNCTION inject_conflict() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      IF current_setting('application_name') LIKE 'payonce-%' AND current_setting('conflict.seen', true) IS DISTINCT FROM txid_current()::text THEN
        PERFORM set_config('conflict.seen', txid_current()::text, true);
        IF nextval('conflict_count') % 5 = 0 THEN
          -- 40001, and every other time 40P01.
          RAISE EXCEPTION 'could not serialize access, or a deadlock (injected)'
            USING ERRCODE = CASE WHEN lastval() % 10 = 0 THEN 'deadlock_detected' ELSE 'serialization_failure' END;
        END IF;
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER inject_conflict BEFORE INSERT OR UPDATE OR DELETE ON idempotency_record FOR EACH STATEMENT EXECUTE FUNCTION inject_conflict()`)
}

/** The number of failures that were injected. */
export async function conflictsSeen(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query('SELECT last_value / 5 AS seen FROM conflict_count')
  return Number(rows[0].seen)
}
