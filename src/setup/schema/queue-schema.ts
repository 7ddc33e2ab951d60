import { createRequire } from 'node:module'
import type pg from 'pg'
import { APP_ROLE } from '@/platform/roles'

/** Counts changes of `grants`, so that they reach a database whose library is the same. */
const RIGHTS_VERSION = 2

/** Creates the tables of graphile-worker as its installed version wants them. The product may use them, and not alter them. */
export async function prepareQueue(url: string, client: pg.Client): Promise<void> {
  const { version } = createRequire(import.meta.url)('graphile-worker/package.json') as { version: string }
  const wanted = `graphile-worker ${version}, rights ${RIGHTS_VERSION}`
  const { rows } = await client.query(
    "SELECT obj_description(to_regnamespace('graphile_worker'), 'pg_namespace') AS made_by",
  )
  if (rows[0]?.made_by === wanted) return
  // Imported here, since a start that changes nothing is faster without it.
  const { runMigrations } = await import('graphile-worker')
  await runMigrations({ connectionString: url, noHandleSignals: true })
  await client.query(grants(wanted))
}

/**
 * What a worker and `addJob` need, and nothing else: jobs, their queues and names of tasks. The library reads the list of its own
 * migrations at each start; with no crontab it never touches `_private_known_crontabs`. Its functions run with the caller's rights, so
 * EXECUTE gives nothing beyond these. Policies as well as grants: the library enables row security on its tables, so a grant alone
 * gives access to no row.
 */
function grants(madeBy: string): string {
  return `
    REVOKE ALL ON ALL TABLES IN SCHEMA graphile_worker FROM ${APP_ROLE};
    GRANT USAGE ON SCHEMA graphile_worker TO ${APP_ROLE};
    GRANT SELECT ON ALL TABLES IN SCHEMA graphile_worker TO ${APP_ROLE};
    GRANT INSERT, UPDATE, DELETE ON graphile_worker._private_jobs, graphile_worker._private_job_queues TO ${APP_ROLE};
    GRANT INSERT ON graphile_worker._private_tasks TO ${APP_ROLE};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO ${APP_ROLE};
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA graphile_worker FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA graphile_worker TO ${APP_ROLE};
    DO $$
    DECLARE
      protected regclass;
    BEGIN
      FOR protected IN SELECT oid FROM pg_class WHERE relnamespace = 'graphile_worker'::regnamespace AND relrowsecurity LOOP
        EXECUTE format('DROP POLICY IF EXISTS workers ON %s', protected);
        EXECUTE format('CREATE POLICY workers ON %s TO ${APP_ROLE} USING (true) WITH CHECK (true)', protected);
      END LOOP;
    END $$;
    COMMENT ON SCHEMA graphile_worker IS '${madeBy}'`
}
