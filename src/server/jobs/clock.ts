import { LONGEST_CHECK_MS } from '@/payments/gateway'
import { disputesForward } from '@/payments/movements/dispute-store'
import { surplusForward } from '@/payments/reconciler/surplus'
import { eventsForward } from '@/payments/stripe/inbox/queue'
import { noteClock } from '@/platform/database-clock'
import { sql } from '@/platform/db'
import { deliveriesForward } from '@/webhooks/queue'
import type { Core } from '../core'

/** 10 s: how long a payment in hand waits at most, beyond its lease, after the database's clock was put back. */
export const CLOCK_MS = 10_000
/** Leases that are ended in one statement. 1,000: some 50 ms. What is left is ended in the next. */
const LEASE_BATCH = 1_000
/** Everything that waits for a stored instant, but for payments: their leases end instead. */
const WAITING = [deliveriesForward, eventsForward, surplusForward, disputesForward]

/**
 * Notes the database's clock. After it was put back, instants that were stored before lie too far ahead: pauses are brought forward once, and
 * leases are ended for a minute, so that work begun before is found too. Everything else that is stored as an instant judges for itself whether
 * it can be true.
 * @returns the leases that were ended
 */
export async function followClock({ db, store, log }: Pick<Core, 'db' | 'store' | 'log'>): Promise<number> {
  // One transaction: pauses are brought forward once, wherever the process is killed.
  const { putBackMs, settling } = await db.$transaction(async (transaction) => {
    const clock = await noteClock(transaction)
    if (clock.putBackMs === 0) return clock
    const step = sql`${clock.putBackMs}::float8 * interval '1 millisecond'`
    for (const forward of WAITING) await transaction.$executeRaw(forward(step))
    return clock
  })
  if (putBackMs > 0) log.error({ putBackMs: Math.round(putBackMs) }, 'the clock of the database was put back')
  if (!settling) return 0
  let ended = 0
  for (;;) {
    const batch = await store.endFarLeases(LONGEST_CHECK_MS, LEASE_BATCH)
    ended += batch
    if (batch < LEASE_BATCH) return ended
  }
}
