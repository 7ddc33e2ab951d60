import { allowedSessions } from '@/access/operator'
import { type Db, openDb, openPool } from '@/platform/db'
import type { Env } from '@/platform/env'
import { onlyRightsOf } from '@/platform/least-rights'
import type { Log } from '@/platform/log'
import { APP_ROLE } from '@/platform/roles'
import { mustAddFactor } from '../factor-rule'
import { LiveStreams } from './live-streams'

/** 1: one look after another. It is opened with the first stream, and closed after 30 s without one. */
const LIVE_MAX = 1
/** 5 s: a look takes a millisecond. PostgreSQL cancels one that takes longer, and the streams end. */
const LIVE_STATEMENT_MS = 5_000

/** The streams of this process, with a connection of their own: no payment and no page waits for it, and it waits for none. */
export function openLive(env: Env, log: Log): { live: LiveStreams; close(): Promise<void> } {
  const pool = openPool(env.DATABASE_URL, {
    max: LIVE_MAX,
    statementMs: LIVE_STATEMENT_MS,
    name: 'payonce-web-live',
    check: onlyRightsOf(APP_ROLE, 'DATABASE_URL'),
  })
  const db = openDb(pool)
  const live = new LiveStreams({ db, log, stillAllowed: (operators) => stillAllowed(db, env, operators) })
  const close = async () => {
    live.close()
    await db.$disconnect()
    await pool.end()
  }
  return { live, close }
}

async function stillAllowed(db: Db, env: Env, operators: readonly { sessionId: string }[]) {
  const found = await allowedSessions(
    db,
    operators.map(({ sessionId }) => sessionId),
  )
  return new Set(found.filter((one) => !mustAddFactor(env, one)).map(({ sessionId }) => sessionId))
}
