import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'

/** Position in a bank's list of charges: everything up to `after` was read, in the pass that began at `since`. */
export interface ListPosition {
  since: Date
  after: string | null
  /**
   * Time of the newest charge that was read, in any pass, without those that the bank dated later than it was read. Such a date moves
   * nothing: a position ahead of the clock would skip every charge until that hour.
   */
  lastChargeAt: Date
}

/**
 * A new pass begins this long before the newest charge of the last one, in ms. 5 min: a charge may appear in the list later than one that
 * was made after it, by as long as a statement of the bank may take (10 s); the rest is a margin for banks that are less orderly.
 */
export const OVERLAP_MS = 5 * 60_000

/** Position after a page: further in this pass, or the start of the next one, at the end of the list or where it goes ahead of `now`. Pure. */
export function nextPosition(
  position: ListPosition,
  { charges, next }: { charges: readonly { at: Date }[]; next: string | null },
  now: Date,
): ListPosition {
  const past = charges.filter(({ at }) => at <= now)
  const lastChargeAt = new Date(
    Math.max(position.lastChargeAt.getTime(), ...past.map(({ at }) => at.getTime())),
  )
  const ahead = past.length < charges.length
  if (next !== null && !ahead) return { since: position.since, after: next, lastChargeAt }
  return { since: new Date(Math.max(0, lastChargeAt.getTime() - OVERLAP_MS)), after: null, lastChargeAt }
}

const positionRow = z.strictObject({
  since: z.date().nullable(),
  after: z.string().nullable(),
  lastChargeAt: z.date().nullable(),
  now: z.date(),
})

/** The stored position, and the database's time. `now` is read before the page is: what a bank dates later than that is ahead of it. */
export async function readPosition(
  db: Db,
  gateway: string,
): Promise<{ stored: ListPosition; position: ListPosition; now: Date }> {
  const row = await firstRow(
    db,
    positionRow,
    sql`
      SELECT r.since, r.after, r.last_charge_at AS "lastChargeAt", clock_timestamp() AS now
      FROM (SELECT 1) one LEFT JOIN reconciliation r ON r.gateway = ${gateway}`,
  )
  if (!row) throw new Error('a query without a condition returned no row')
  const { since, after, lastChargeAt, now } = row
  const epoch = new Date(0)
  const stored = { since: since ?? epoch, after, lastChargeAt: lastChargeAt ?? epoch }
  return { stored, position: believed(stored, now), now }
}

/**
 * The list from its beginning where the position is ahead of the clock: the clock was set back, or an earlier version stored it, and how
 * much it skipped is unknown. Each charge that is read again is found as it was left. The time of the newest charge is not set back further
 * than to now: reading again says nothing of what the bank may have forgotten (`listIsBehind`).
 */
function believed(position: ListPosition, now: Date): ListPosition {
  if (position.since <= now) return position
  return { since: new Date(0), after: null, lastChargeAt: now }
}

/**
 * Stores the position `to`, unless another reconciler has moved on from `from` meanwhile: then that one's position stands. Both are
 * correct, since each was reached from a correct one.
 */
export async function writePosition(
  db: Db,
  gateway: string,
  from: ListPosition,
  to: ListPosition,
): Promise<void> {
  await db.$executeRaw(sql`
    INSERT INTO reconciliation AS r (gateway, since, after, last_charge_at)
    VALUES (${gateway}, ${to.since}, ${to.after}, ${to.lastChargeAt})
    ON CONFLICT (gateway) DO UPDATE SET since = excluded.since, after = excluded.after, last_charge_at = excluded.last_charge_at, updated_at = now()
    WHERE (r.since, r.last_charge_at) = (${from.since}, ${from.lastChargeAt}) AND r.after IS NOT DISTINCT FROM ${from.after}`)
}
