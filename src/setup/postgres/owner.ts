import type pg from 'pg'
import { APP_ROLE, BANK_ROLE } from '@/platform/roles'
import { onConnection } from '../schema/schema-engine'
import { createLogin, knownLogins, ownerUrl, setPassword } from './logins'

/**
 * Gives the database of our own PostgreSQL to `payonce_owner`, who is no superuser: migrations, and the views and functions that work
 * with their owner's rights, then reach this database and nothing of the machine. A data folder of an earlier version belongs to the
 * superuser, and is handed over here.
 * @param adminUrl URL of the superuser
 * @returns the owner's URL
 */
export async function prepareOwner(adminUrl: string, dataDir: string): Promise<string> {
  const url = ownerUrl(adminUrl, dataDir)
  const { owner } = knownLogins(dataDir)
  await onConnection(adminUrl, async (client) => {
    await client.query("SELECT pg_advisory_lock(hashtext('payonce logins'))")
    await createLogin(client, owner.user)
    for (const group of [APP_ROLE, BANK_ROLE]) await createGroup(client, group)
    // Members: 0004_roles asks for it. pg_read_all_stats: an invariant looks for transactions that were left open.
    await client.query(`GRANT ${APP_ROLE}, ${BANK_ROLE}, pg_read_all_stats TO ${owner.user}`)
    await client.query(
      `ALTER DATABASE ${client.escapeIdentifier(client.database ?? '')} OWNER TO ${owner.user}`,
    )
    await handOver(client, owner.user)
    await setPassword(client, owner, url)
  })
  return url
}

async function createGroup(client: pg.Client, group: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [group])
  if (rowCount === 0) await client.query(`CREATE ROLE ${group} NOLOGIN`)
}

/** `REASSIGN OWNED` refuses the bootstrap superuser, who also owns the catalogues: so each object is named. */
async function handOver(client: pg.Client, owner: string): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(OWNED_BY_US, [owner])
  if (rows.length === 0) return
  await client.query(
    `BEGIN; SET LOCAL lock_timeout = '10s'; ${rows.map((row) => row.statement).join('; ')}; COMMIT`,
  )
}

/** Objects of extensions stay with them, and a column's sequence follows its table. */
const OWNED_BY_US = `
  WITH place AS (
    SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
  SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, $1::name) AS statement FROM place WHERE nspowner = current_user::regrole OR nspname = 'public' AND nspowner <> $1::regrole
  UNION ALL
  SELECT format('ALTER %s %s OWNER TO %I', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, $1::name)
    FROM pg_class c JOIN place ON place.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'S') AND c.relowner = current_user::regrole
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'a', 'i')
        AND d.refclassid IN ('pg_extension'::regclass, 'pg_class'::regclass))
  UNION ALL
  SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, $1::name)
    FROM pg_proc p JOIN place ON place.oid = p.pronamespace
    WHERE p.proowner = current_user::regrole
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT format('ALTER TYPE %s OWNER TO %I', t.oid::regtype, $1::name)
    FROM pg_type t JOIN place ON place.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typowner = current_user::regrole AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
  UNION ALL
  -- Views that later migrations add must be readable as those before them (0006_integrity).
  SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO ${APP_ROLE}', $1::name, nspname)
    FROM place WHERE nspname LIKE 'integrity\\_%' AND nspowner = current_user::regrole`
