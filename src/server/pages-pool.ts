import { type Db, openDb, openPool, type SendStatement, statementSender } from '@/platform/db'
import type { Env } from '@/platform/env'
import { onlyRightsOf } from '@/platform/least-rights'
import { APP_ROLE } from '@/platform/roles'

/** 3: the figures of an overview side by side. More dashboards wait for one another, and no payment waits for them. */
const PAGES_MAX = 3
/** 20 s: a check of a merchant with a million payments. PostgreSQL cancels what takes longer. */
const PAGES_STATEMENT_MS = 20_000

/**
 * The dashboard's reads, on connections of their own: however long a page takes, it holds none that a payment needs. The log of requests is
 * written on them, too: it may wait, and a payment may not.
 */
export function openPages(env: Env): { pages: Db; send: SendStatement; close(): Promise<void> } {
  const pool = openPool(env.DATABASE_URL, {
    max: PAGES_MAX,
    waitMs: env.PAYONCE_POOL_WAIT_MS,
    statementMs: PAGES_STATEMENT_MS,
    name: 'payonce-web-pages',
    check: onlyRightsOf(APP_ROLE, 'DATABASE_URL'),
  })
  const pages = openDb(pool)
  const close = async () => {
    await pages.$disconnect()
    await pool.end()
  }
  return { pages, send: statementSender(pool), close }
}
