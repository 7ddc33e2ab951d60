import type pg from 'pg'
import { type ApiScope, createApiKey, SCOPES } from '@/access/api-key'
import { BATCH_SETTINGS } from '@/idempotency/stores/open-store'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool } from '@/platform/db'
import type { ProductUrls } from '@/setup/postgres/logins'
import { startThrowAway, throwAwayLogins } from '@/setup/postgres/throw-away'
import { migrate } from '@/setup/schema/migrate'
import type { Probe } from './measure'

/** A migrated database of its own, and this process's connections to it. */
export interface Stage {
  /** A superuser. */
  ownerUrl: string
  owner: pg.Pool
  /** Ten connections, as many as a process of the product has. */
  pool: pg.Pool
  batchPool: pg.Pool
  db: Db
  logins: ProductUrls
  /** Measures this process: a path without a server of its own. */
  here: Probe
  /** Ends what `onClose` was given, the connections, and the database. */
  close(): Promise<void>
  /** Ended before the database is, the last one first. */
  onClose(end: () => Promise<void>): void
}

/**
 * @param durable `fsync` and `full_page_writes` are on, as in production
 * @param prepare makes the tables, given the owner's URL
 */
export async function openStage({
  durable,
  prepare = migrate,
}: {
  durable: boolean
  prepare?: (ownerUrl: string) => Promise<unknown>
}): Promise<Stage> {
  const database = await startThrowAway('payonce_bench', { durable })
  const ends: (() => Promise<void>)[] = [database.stop]
  const close = async () => {
    for (const end of ends.reverse()) await end()
  }
  try {
    await prepare(database.url)
    const logins = await throwAwayLogins(database.url)
    // Ten minutes: it fills whole tables.
    const owner = openPool(database.url, { max: 2, name: 'bench-owner', statementMs: 10 * 60_000 })
    const pool = openPool(logins.app, { max: 10, name: 'bench' })
    const batchPool = openPool(logins.app, { max: 4, name: 'bench-batch', settings: BATCH_SETTINGS })
    const db = openDb(pool)
    ends.push(async () => {
      await db.$disconnect()
      await Promise.all([owner.end(), pool.end(), batchPool.end()])
    })
    await owner.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    const here = {
      owner,
      postmasterPid: await postmaster(owner),
      cpuUs: async () => ownCpuUs(),
      settle: async () => undefined,
    }
    return {
      ownerUrl: database.url,
      owner,
      pool,
      batchPool,
      db,
      logins,
      here,
      close,
      onClose: (end) => void ends.push(end),
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** An API key with every scope. */
export async function newToken(db: Db, merchantId: string): Promise<string> {
  const scopes: readonly ApiScope[] = SCOPES
  const key = await createApiKey(
    db,
    { merchantId, name: 'Bench', scopes, expiresInDays: null, by: 'bench' },
    uuidv7,
  )
  if (!key) throw new Error('the merchant of the bench is not there')
  return key.token
}

async function postmaster(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
  )
  return rows[0].pid
}

function ownCpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
