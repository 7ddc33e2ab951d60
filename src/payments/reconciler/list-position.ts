import { type Db, sql } from '@/platform/db'
import type { ChargesPage } from '../gateway'

/** Position in a bank's list of charges: everything up to `after` was read, in the pass that began at `since`. */
export interface ListPosition {
  since: Date
  after: string | null
  /** Time of the newest charge that was read, in any pass. */
  lastChargeAt: Date
}

/**
 * A new pass begins this long before the newest charge of the last one, in ms. 5 min: a charge may appear in the list later than one that
 * was made after it, by as long as a statement of the bank may take (10 s); the rest is a margin for banks that are less orderly.
 */
export const OVERLAP_MS = 5 * 60_000

const BEGINNING: ListPosition = { since: new Date(0), after: null, lastChargeAt: new Date(0) }

/** Position after a page: further in this pass, or at the end of the list, the start of the next pass. Pure. */
export function nextPosition(
  position: ListPosition,
  { charges, next }: ChargesPage & { kind: 'page' },
): ListPosition {
  const lastChargeAt = new Date(
    Math.max(position.lastChargeAt.getTime(), ...charges.map(({ at }) => at.getTime())),
  )
  if (next !== null) return { since: position.since, after: next, lastChargeAt }
  return { since: new Date(Math.max(0, lastChargeAt.getTime() - OVERLAP_MS)), after: null, lastChargeAt }
}

export async function readPosition(db: Db, gateway: string): Promise<ListPosition> {
  const select = { since: true, after: true, lastChargeAt: true }
  return (await db.reconciliation.findUnique({ where: { gateway }, select })) ?? BEGINNING
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
