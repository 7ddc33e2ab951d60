import { createRequire } from 'node:module'
import type pg from 'pg'
import { APP_ROLE } from '@/platform/roles'

/** Creates the tables of graphile-worker as its installed version wants them. The product may use them, and not alter them. */
export async function prepareQueue(url: string, client: pg.Client): Promise<void> {
  const { version } = createRequire(import.meta.url)('graphile-worker/package.json') as { version: string }
  const wanted = `graphile-worker ${version}`
  const { rows } = await client.query(
    "SELECT obj_description(to_regnamespace('graphile_worker'), 'pg_namespace') AS made_by",
  )
  if (rows[0]?.made_by === wanted) return
  // Imported here, since a start that changes nothing is faster without it.
  const { runMigrations } = await import('graphile-worker')
  await runMigrations({ connectionString: url, noHandleSignals: true })
  await client.query(grants(wanted))
}

/** Policies as well as grants: the library enables row security on its tables, so a grant alone gives access to no row. */
function grants(madeBy: string): string {
  return `
    GRANT USAGE ON SCHEMA graphile_worker TO ${APP_ROLE};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA graphile_worker TO ${APP_ROLE};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO ${APP_ROLE};
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
