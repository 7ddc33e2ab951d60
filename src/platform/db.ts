import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import type { SendStatement } from '@/idempotency/stores/pg-batches'
import { Prisma, PrismaClient } from './generated/client'
import { isPooled, onlySetSessions, sendUnnamed } from './pooler'
import { statementNames } from './statement-names'
import { traceQueries } from './tracing/trace-queries'
import { tracing } from './tracing/tracing'

export type { SendStatement } from '@/idempotency/stores/pg-batches'
// biome-ignore lint/performance/noBarrelFile: the rooms know the database by this file; the engine cannot import it, and so has them
export { checkRows, cursorOf, firstRow, type RowReader, rows } from '@/idempotency/stores/rows'
export type { SqlWrite as Write } from '@/idempotency/stores/sql'

export type Db = PrismaClient
export type Sql = Prisma.Sql
export const sql = Prisma.sql
export const joinSql = Prisma.join
/** SQL from text, unquoted. Only for names that we made ourselves, or that PostgreSQL has quoted (`format('%I')`). */
export const rawSql = Prisma.raw

/** Time to get a connection, in ms. */
const WAIT_MS = 3_000
/** Time for a statement, in ms; PostgreSQL cancels it. */
const STATEMENT_MS = 10_000
/** Time after which a connection without an answer is given up, beyond the statement's own, in ms: the server's error comes first. */
const SILENT_MS = 2_000

/**
 * A pool that works as the user of `url`: what it may do is that user's rights, and no `SET ROLE` takes any away. The limits turn a stuck
 * database into an error that can be answered: 3 s to get a connection, 10 s for a statement, 5 s for a lock, 10 s idle inside a
 * transaction. A connection that breaks silently is given up after 12 s: longer than the server's own limit, so that the server's error
 * comes first where there is one. Behind a pooler (`pooler.ts`) the login itself must have these settings.
 * @param options.waitMs another limit on the wait for a connection
 * @param options.statementMs another limit on a statement, for a command that nobody waits for
 * @param options.check runs on each new connection; one that it rejects is closed, and nobody gets it
 */
export function openPool(
  url: string,
  options: {
    max: number
    name: string
    waitMs?: number
    statementMs?: number
    check?: (client: pg.ClientBase) => Promise<void>
    /** More settings of its sessions, as PostgreSQL takes them at its start. */
    settings?: string
  },
): pg.Pool {
  const { check, settings = '', waitMs = WAIT_MS, statementMs = STATEMENT_MS } = options
  const pooled = isPooled(url)
  const checks = [...(pooled ? [onlySetSessions()] : []), ...(check ? [check] : [])]
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    connectionTimeoutMillis: waitMs,
    query_timeout: statementMs + SILENT_MS,
    keepAlive: true,
    idleTimeoutMillis: 30_000,
    application_name: options.name,
    // UTC: Prisma's adapter takes each time for one of UTC, whatever the server's own zone is.
    // Read committed: under a stricter level the order guard (0061) refuses to begin a payment.
    ...(pooled
      ? {}
      : {
          options: `-c timezone=UTC -c default_transaction_isolation=read\\ committed -c statement_timeout=${statementMs} -c lock_timeout=5s -c idle_in_transaction_session_timeout=10s ${settings}`,
        }),
    ...(checks.length > 0
      ? {
          verify: (client: pg.PoolClient, done: (error?: Error) => void) =>
            void inTurn(checks, client).then(() => done(), done),
        }
      : {}),
  })
  // A connection that dies is replaced by the pool, and its query rejects; without these listeners it would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    if (pooled) sendUnnamed(client)
    const traces = tracing()
    if (traces) traceQueries(client, traces)
  })
  if (pooled && settings) transactionSettings.set(pool, setLocal(settings))
  return pool
}

async function inTurn(
  checks: readonly ((client: pg.ClientBase) => Promise<void>)[],
  client: pg.ClientBase,
): Promise<void> {
  for (const check of checks) await check(client)
}

/** Statements that give one transaction the settings which a pool behind a pooler has not got for its sessions. */
const transactionSettings = new WeakMap<pg.Pool, string>()

/** `-c a=1 -c b=2` as statements of one transaction. */
const setLocal = (settings: string): string =>
  [...settings.matchAll(/-c (\w+)=(\S+)/g)]
    .map(([, name, value]) => `SET LOCAL ${name} = '${value}'`)
    .join('; ')

/** True when the database answers, is migrated, and takes writes: neither a standby nor read-only. */
export async function takesWrites(db: Db): Promise<boolean> {
  try {
    const rows = await db.$queryRaw<{ readOnly: string }[]>(sql`
      SELECT current_setting('transaction_read_only') AS "readOnly", (SELECT 1 FROM merchant LIMIT 1)`)
    return rows[0]?.readOnly === 'off'
  } catch {
    return false
  }
}

/**
 * True when PostgreSQL can still write to the disk of its tables. Asked with a result that is larger than the memory it may use (1 MB), so that
 * it goes to a temporary file there: a write to a table with a free page would not notice, and no right to write is needed.
 */
export async function hasDiskSpace(db: Db): Promise<boolean> {
  try {
    await db.$transaction([
      db.$executeRaw(sql`SET LOCAL work_mem = '64kB'`),
      db.$executeRaw(sql`SET LOCAL temp_tablespaces = ''`),
      db.$queryRaw(sql`SELECT count(*)::int AS rows FROM generate_series(1, 40000)`),
    ])
    return true
  } catch {
    return false
  }
}

/** A transaction waits for its connection as long as a statement does. */
export function openDb(pool: pg.Pool, log?: (query: { query: string; duration: number }) => void): Db {
  const client = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: statementNames() }),
    transactionOptions: { maxWait: pool.options.connectionTimeoutMillis ?? WAIT_MS },
    ...(log ? { log: [{ emit: 'event', level: 'query' }] } : {}),
  })
  if (log) (client as unknown as { $on(event: 'query', listener: typeof log): void }).$on('query', log)
  return client
}

/** Reads in one transaction that sees one state of the database, and in which the database refuses every write. */
export function readOnly<Result>(db: Db, read: (db: Db) => Promise<Result>): Promise<Result> {
  return db.$transaction(async (transaction) => {
    await transaction.$executeRaw(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`)
    return read(transaction as Db)
  })
}

/** A client on another driver adapter than `openDb`'s. */
export function openClient(adapter: unknown): Db {
  return new PrismaClient({ adapter: adapter as PrismaPg })
}

/**
 * Sends statements past Prisma, each under its name, so that a connection plans it once. Its plans are dropped after 16 statements, 32, 64 and
 * so on: a plan that was made while a table was small reads the whole of it, also when it has grown.
 */
export function statementSender(pool: pg.Pool): SendStatement {
  const counts = new WeakMap<pg.PoolClient, number>()
  const local = transactionSettings.get(pool)
  return async (statement) => {
    const client = await pool.connect()
    const count = (counts.get(client) ?? 0) + 1
    counts.set(client, count)
    try {
      if (count >= 16 && Number.isInteger(Math.log2(count))) await client.query('DISCARD PLANS')
      const query = { ...statement, types: TYPES }
      const { rows } = await (local ? inTransaction(client, local, query) : client.query(query))
      client.release()
      return rows
    } catch (error) {
      // After an error of one statement the connection is as good as before; after any other it is not known.
      client.release(!(error instanceof pg.DatabaseError && error.severity === 'ERROR'))
      throw error
    }
  }
}

async function inTransaction(
  client: pg.PoolClient,
  settings: string,
  query: pg.QueryConfig,
): Promise<pg.QueryResult> {
  await client.query(`BEGIN; ${settings}`)
  try {
    const result = await client.query(query)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** Sends statements by Prisma, for a command that sends few of them. Each parameter is used once, in their order. */
export function prismaSender(db: Db): SendStatement {
  return ({ text, values }) => db.$queryRaw(new Prisma.Sql(text.split(/\$\d+/), values))
}

const [INT8, TIMESTAMPTZ] = [20, 1184]
/** Values as Prisma returns them: `bigint` for int8, and dates to the millisecond. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text') => {
    if (oid === INT8) return BigInt
    return oid === TIMESTAMPTZ ? instant : pg.types.getTypeParser(oid, format)
  }) as typeof pg.types.getTypeParser,
}

const [PLUS, MINUS] = [43, 45]

/** @param text as PostgreSQL writes it, `2026-11-24 12:00:00.123456+00`, in whatever time zone the session has */
function instant(text: string): Date {
  const hours = text.charCodeAt(text.length - 3)
  const iso = `${text.slice(0, 10)}T${text.slice(11)}`
  return new Date(hours === PLUS || hours === MINUS ? `${iso}:00` : iso)
}
