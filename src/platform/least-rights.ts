import type pg from 'pg'
import type { ProductRole } from './roles'

/** A connection that no process of ours may use; the message says what to do. */
export class RefusedConnection extends Error {}

/** The user of a connection may do more, or less, than its role needs. */
export class WrongRights extends RefusedConnection {}

/**
 * A check for `openPool`: the first connection that is opened must belong to a login that has the rights of
 * `role` and no others. Until one has passed, no connection is handed out. It runs at the first connection
 * and not at boot alone, since a server may start while its database is away.
 * @param variable name of the environment variable that holds the URL, for the message
 */
export function onlyRightsOf(role: ProductRole, variable: string): (client: pg.ClientBase) => Promise<void> {
  let passed = false
  return async (client) => {
    if (passed) return
    const user = await readRights(client, role)
    const problems = problemsOf(user, role)
    if (problems.length > 0) throw new WrongRights(explain(user, problems, role, variable))
    passed = true
  }
}

/**
 * Opens one connection, so that a server with wrong rights, or another's secret, ends before it serves anybody. A database that is
 * away is no problem yet: its first connection is checked when it comes.
 * @throws RefusedConnection
 */
export async function refuseWrongConnections(...pools: (pg.Pool | null)[]): Promise<void> {
  const opened = await Promise.allSettled(pools.map(async (pool) => (await pool?.connect())?.release()))
  const reasons = opened.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  const wrong = reasons.filter((reason) => reason instanceof RefusedConnection)
  if (wrong.length > 0) throw new RefusedConnection(wrong.map((reason) => reason.message).join('\n\n'))
}

interface Rights {
  session: string
  current: string
  database: string
  attributes: string[]
  member: boolean
  others: string[]
  admin: string[]
  creates: string[]
  tables: string[]
}

async function readRights(client: pg.ClientBase, role: ProductRole): Promise<Rights> {
  const { rows } = await client.query<Rights>(RIGHTS, [role])
  if (!rows[0]) throw new Error('PostgreSQL does not know the user of this connection.')
  return rows[0]
}

/**
 * All that a session could reach, also through `SET ROLE`: each role that it is a member of, and not only
 * those whose rights it inherits. Owners are looked for through membership. TRUNCATE and TRIGGER are what a
 * careless `GRANT ALL` gives, and an UPDATE of the ledger what a list of four rights on all tables does.
 */
const RIGHTS = `
  SELECT session_user::text AS session, current_user::text AS current, current_database()::text AS database,
    array_remove(ARRAY[
      CASE WHEN r.rolsuper THEN 'is a superuser' END,
      CASE WHEN r.rolcreaterole THEN 'may create roles (CREATEROLE)' END,
      CASE WHEN r.rolcreatedb THEN 'may create databases (CREATEDB)' END,
      CASE WHEN r.rolbypassrls THEN 'passes row security (BYPASSRLS)' END,
      CASE WHEN r.rolreplication THEN 'may replicate (REPLICATION)' END], NULL) AS attributes,
    EXISTS (SELECT FROM pg_roles g WHERE g.rolname = $1 AND pg_has_role(r.oid, g.oid, 'USAGE')) AS member,
    ARRAY(SELECT g.rolname::text FROM pg_roles g
      WHERE NOT r.rolsuper AND g.oid <> r.oid AND g.rolname <> $1 AND pg_has_role(r.oid, g.oid, 'MEMBER') ORDER BY 1) AS others,
    ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid AND m.admin_option ORDER BY 1) AS admin,
    array_remove(ARRAY[
      CASE WHEN has_database_privilege(r.oid, current_database(), 'CREATE') THEN 'schemas' END,
      CASE WHEN has_database_privilege(r.oid, current_database(), 'TEMPORARY') THEN 'temporary tables' END], NULL)
      || ARRAY(SELECT 'objects in the schema ' || n.nspname FROM pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_schema_privilege(r.oid, n.oid, 'CREATE') ORDER BY 1) AS creates,
    ARRAY(SELECT t.oid::regclass::text
      FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE t.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT r.rolsuper
        AND (t.relowner = r.oid OR has_table_privilege(r.oid, t.oid, 'TRUNCATE, TRIGGER')
          OR t.relname IN ('entry', 'ledger_transaction', 'audit_log') AND has_table_privilege(r.oid, t.oid, 'UPDATE, DELETE'))
      ORDER BY 1) AS tables
  FROM pg_roles r WHERE r.rolname = session_user`

function problemsOf(user: Rights, role: ProductRole): string[] {
  const superuser = user.attributes.includes('is a superuser')
  return [
    ...user.attributes,
    ...(user.current === user.session ? [] : [`works as ${user.current} by SET ROLE, which it can undo`]),
    ...(user.member ? [] : [`is no member of ${role}`]),
    ...user.others.map((other) => `is a member of ${other}`),
    ...user.admin.map((group) => `may grant ${group} to others`),
    // A superuser may create everything, which is no news.
    ...(superuser ? [] : user.creates.map((what) => `may create ${what}`)),
    ...(user.tables.length > 0
      ? [`may TRUNCATE, make triggers on, or change the facts of ${listed(user.tables)}`]
      : []),
  ]
}

/** The first five: an owner has them all. */
function listed(names: string[]): string {
  const more = names.length - 5
  return names.slice(0, 5).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function explain(user: Rights, problems: string[], role: ProductRole, variable: string): string {
  const login = `${role}_login`
  return [
    `The database user "${user.session}" of ${variable} must have the rights of ${role} and no others, but it`,
    ...problems.map((problem) => `  - ${problem}`),
    'Make a login for it, as an administrator of the database, and name that one:',
    `  CREATE ROLE ${login} LOGIN PASSWORD '…' IN ROLE ${role};`,
    `  GRANT CONNECT ON DATABASE "${user.database}" TO ${login};`,
    `  REVOKE TEMPORARY, CREATE ON DATABASE "${user.database}" FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC;`,
    'The owner of the tables belongs in PAYONCE_OWNER_DATABASE_URL, which only migrations use.',
  ].join('\n')
}
