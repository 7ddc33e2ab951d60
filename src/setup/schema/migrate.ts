import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { ApplyMigrationsInput } from '@prisma/schema-engine-wasm/schema_engine_bg'
import type pg from 'pg'
import { reasonOf } from '../process/console'
import { inRoot } from '../process/project-root'
import { prepareQueue } from './queue-schema'
import { filters, onConnection, withSchemaEngine } from './schema-engine'

/**
 * Applies the migrations that this database does not have yet, in order, as the user of the URL.
 * @returns the names of those applied
 * @throws Error with PostgreSQL's message, when one fails
 */
export async function migrate(url: string): Promise<string[]> {
  return onConnection(url, async (client) => {
    await waitForTurn(client)
    const before = await appliedMigrations(client)
    const applied = isUpToDate(before) ? [] : await apply(url, client)
    await prepareQueue(url, client)
    await closeToPublic(client)
    return applied
  })
}

/**
 * Two starts may come at once: the second waits here, then finds nothing to do. The lock ends with the connection. It asks again and again,
 * since a statement that waits would be a transaction that CREATE INDEX CONCURRENTLY waits for.
 */
async function waitForTurn(client: pg.Client): Promise<void> {
  const ours = async () =>
    (await client.query("SELECT pg_try_advisory_lock(hashtext('payonce migrate')) AS ours")).rows[0].ours
  while (!(await ours())) await setTimeout(100)
}

/**
 * Takes from everybody what PostgreSQL gives to everybody: temporary tables, and in a database of PostgreSQL 14 or older objects in
 * `public`. Not a migration, since a copy or a dump of the database does not bring these rights along. As a user who owns neither it
 * only gives a warning; web and worker then refuse to start, and say what to do.
 */
export async function closeToPublic(client: pg.Client): Promise<void> {
  const database = client.escapeIdentifier(client.database ?? '')
  const { rows } = await client.query(`
    SELECT EXISTS (SELECT FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        WHERE d.datname = current_database() AND a.grantee = 0 AND a.privilege_type IN ('TEMPORARY', 'CREATE')) AS temporary,
      EXISTS (SELECT FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
        WHERE n.nspname = 'public' AND a.grantee = 0 AND a.privilege_type = 'CREATE') AS objects`)
  if (rows[0].temporary) await client.query(`REVOKE TEMPORARY, CREATE ON DATABASE ${database} FROM PUBLIC`)
  if (rows[0].objects) await client.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC')
}

interface Migration {
  name: string
  sql: string
  checksum: string
}

/** The migrations of prisma/migrations, in order. */
export function migrations(): Migration[] {
  const folder = inRoot('prisma/migrations')
  const names = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  return names.map((name) => {
    const sql = fs.readFileSync(inRoot('prisma/migrations', name, 'migration.sql'), 'utf8')
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}

type Applied = Map<string, { checksum: string; finished: boolean }>

async function appliedMigrations(client: pg.Client): Promise<Applied> {
  const { rows: exists } = await client.query("SELECT to_regclass('_prisma_migrations') AS name")
  if (!exists[0].name) return new Map()
  await forgetUnfinished(client)
  const { rows } = await client.query(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  return new Map(
    rows.map((row) => [row.migration_name, { checksum: row.checksum, finished: row.finished_at !== null }]),
  )
}

/**
 * A killed start or a failed migration leaves a row without `finished_at`. Script and `finished_at` are one commit, so nothing of it was
 * applied, or each statement may be repeated (see `runScript`): the row is marked as `prisma migrate resolve --rolled-back` does, and the
 * migration is retried.
 */
async function forgetUnfinished(client: pg.Client): Promise<void> {
  await client.query(
    'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL',
  )
}

function isUpToDate(applied: Applied): boolean {
  const wanted = migrations()
  return (
    wanted.length === applied.size &&
    wanted.every((migration) => applied.get(migration.name)?.checksum === migration.checksum)
  )
}

async function apply(url: string, client: pg.Client): Promise<string[]> {
  try {
    const done = await withSchemaEngine(
      url,
      (script) => runScript(url, script),
      (engine) => engine.applyMigrations({ migrationsList: migrationsList(), filters }),
    )
    return done.appliedMigrationNames
  } catch (error) {
    throw new Error(await explain(client, error))
  }
}

/** Applies a migration and sets its `finished_at`: in one commit, so that a kill leaves either both or neither. */
async function runScript(url: string, script: string): Promise<void> {
  const done = migrations().find((migration) => migration.sql === script)
  const note = done
    ? `UPDATE _prisma_migrations SET finished_at = now() WHERE checksum = '${done.checksum}' AND finished_at IS NULL AND rolled_back_at IS NULL`
    : ''
  await onConnection(url, async (client) => {
    if (isConcurrent(script)) {
      await applyMigration(client, script)
      if (note) await client.query(note)
      return
    }
    // 10 s: a migration that waits for a lock makes every later query wait too; better that it gives up and is retried.
    await client.query("SET lock_timeout = '10s'")
    await client.query(`${script}\n;${note}`)
  })
}

/**
 * Applies the SQL of a migration. PostgreSQL refuses CONCURRENTLY inside a transaction, and a script is one: one that has it is sent
 * statement by statement. A kill leaves a part of it applied, and an index that was being built is left invalid. So it consists of statements
 * that may be repeated (IF EXISTS, IF NOT EXISTS) and have no `;` inside, and what is invalid is dropped first.
 */
export async function applyMigration(client: pg.Client, script: string): Promise<void> {
  if (!isConcurrent(script)) return void (await client.query(script))
  // 60 s: nobody waits for these, and they wait for the transactions that run.
  await client.query("SET lock_timeout = '60s'")
  const { rows } = await client.query(
    `SELECT c.relname, format('DROP INDEX CONCURRENTLY %s', c.oid::regclass) AS drop FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE NOT i.indisvalid AND c.relnamespace = 'public'::regnamespace`,
  )
  for (const invalid of rows) if (script.includes(invalid.relname)) await client.query(invalid.drop)
  for (const statement of withoutComments(script).split(/;\s*$/m))
    if (statement.trim()) await client.query(statement)
}

const isConcurrent = (script: string): boolean => /\bCONCURRENTLY\b/.test(withoutComments(script))
const withoutComments = (script: string): string => script.replace(/^\s*--.*$/gm, '')

function migrationsList(): ApplyMigrationsInput['migrationsList'] {
  return {
    baseDir: inRoot('prisma/migrations'),
    lockfile: {
      path: 'migration_lock.toml',
      content: fs.readFileSync(inRoot('prisma/migrations/migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: migrations().map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  }
}

/** PostgreSQL's message is in the table's `logs`; the engine's own error buries it in pages of text. */
async function explain(client: pg.Client, error: unknown): Promise<string> {
  const { rows } = await client.query(
    'SELECT migration_name, logs FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1',
  )
  if (!rows[0]) return `The migrations could not be applied: ${reasonOf(error)}`
  return `The migration ${rows[0].migration_name} failed and changed nothing. Correct it, then run npm run migrate.\n${rows[0].logs ?? reasonOf(error)}`
}
