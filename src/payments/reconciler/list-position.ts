import { type Db, sql } from '@/platform/db'
import type { ChargesPage } from '../gateway'

/** How far a bank's list of charges was read: everything up to `after`, in the walk that began at `since`. */
export interface ListPosition {
  since: Date
  after: string | null
  /** The newest charge that was read, in any walk. */
  lastChargeAt: Date
}

/**
 * How far back a new walk begins before the newest charge of the last one. 5 min: a charge may show in the list later than one that
 * was made after it, by as long as a statement of the bank may take (10 s); the rest is for banks that are less orderly.
 */
const OVERLAP_MS = 5 * 60_000

const BEGINNING: ListPosition = { since: new Date(0), after: null, lastChargeAt: new Date(0) }

/** Where reading goes on after a page: further in this walk, or, when the list has ended, at the start of the next one. Pure. */
export function nextPosition(
  place: ListPosition,
  { charges, next }: ChargesPage & { kind: 'page' },
): ListPosition {
  const lastChargeAt = new Date(
    Math.max(place.lastChargeAt.getTime(), ...charges.map(({ at }) => at.getTime())),
  )
  if (next !== null) return { since: place.since, after: next, lastChargeAt }
  return { since: new Date(Math.max(0, lastChargeAt.getTime() - OVERLAP_MS)), after: null, lastChargeAt }
}

export async function readPosition(db: Db, gateway: string): Promise<ListPosition> {
  const select = { since: true, after: true, lastChargeAt: true }
  return (await db.reconciliation.findUnique({ where: { gateway }, select })) ?? BEGINNING
}

/**
 * Moves on from the place that was read. Where another reconciler moved on meanwhile, its word stands: what a place says is true of
 * whoever writes it, since it was reached from a true one.
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
