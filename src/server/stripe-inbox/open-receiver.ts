import { BATCH_SETTINGS } from '@/idempotency/stores/open-store'
import { Receiver } from '@/payments/stripe/inbox/receive'
import { openPool, statementSender } from '@/platform/db'
import type { Env } from '@/platform/env'
import { onlyRightsOf } from '@/platform/least-rights'
import { APP_ROLE } from '@/platform/roles'

/** 2: one for the events that are being kept, and one for the next when it has died silently. */
const INBOX_CONNECTIONS = 2

/** Keeps events of Stripe on connections of their own: however many come, and however slow the database is, none takes one of a payment. */
export function openReceiver(env: Env): { receiver: Receiver; close(): Promise<void> } {
  const pool = openPool(env.DATABASE_URL, {
    max: INBOX_CONNECTIONS,
    waitMs: env.PAYONCE_POOL_WAIT_MS,
    name: 'payonce-web-inbox',
    check: onlyRightsOf(APP_ROLE, 'DATABASE_URL'),
    settings: BATCH_SETTINGS,
  })
  return { receiver: new Receiver(statementSender(pool)), close: () => pool.end() }
}
