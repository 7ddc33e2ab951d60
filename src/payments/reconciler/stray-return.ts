import { z } from 'zod'
import { type Db, rows, type Sql, sql, type Write } from '@/platform/db'
import type { Gateway, RefundOutcome } from '../gateway'

const dueReturn = z.strictObject({
  merchantId: z.string(),
  resolutionId: z.string(),
  /** The charge, by the bank's own reference. */
  ref: z.string(),
  amount: z.bigint(),
  currency: z.string(),
})
/** A stray charge that two admins have decided to give back, with no payment of ours. */
type DueReturn = z.infer<typeof dueReturn>

/** The write with which a confirmation has the bank asked. */
export function askForReturn({ merchantId, resolutionId, ref, amount, currency }: DueReturn): Write {
  return {
    name: 'stray-return',
    rows: 1,
    sql: sql`
      INSERT INTO stray_return (merchant_id, resolution_id, gateway_ref, amount, currency)
      VALUES (${merchantId}::uuid, ${resolutionId}::uuid, ${ref}, ${amount}::bigint, ${currency}) ON CONFLICT DO NOTHING RETURNING 1`,
  }
}

/**
 * Asks the bank to give back what was decided, as long as the charge is stray: a payment may have come back and explain it. The key is the
 * charge's, as of a surplus, so a repeat is the same refund. @returns how many were given back
 */
export async function giveBackStrays(
  db: Db,
  gateway: Gateway,
  account: string | null,
  limit: number,
): Promise<number> {
  const due = await rows(
    db,
    dueReturn,
    sql`
      SELECT s.merchant_id::text AS "merchantId", s.resolution_id::text AS "resolutionId", s.gateway_ref AS ref, s.amount, s.currency
      FROM stray_return s JOIN open_charge o ON o.gateway_ref = s.gateway_ref
      WHERE s.status = 'asked' AND s.next_try_at <= now() AND o.status = 'stray' AND o.gateway_account IS NOT DISTINCT FROM ${account}::text
      ORDER BY s.next_try_at, s.gateway_ref LIMIT ${limit}`,
  )
  let returned = 0
  for (const one of due) {
    const outcome = await gateway.refund(requestOf(one))
    await db.$executeRaw(moved(one, outcome))
    if (outcome.kind === 'refunded') returned += 1
  }
  return returned
}

function requestOf({ ref, amount, currency }: DueReturn) {
  return { key: `surplus:${ref}`, ref, amountMinor: amount, currency: currency as 'EUR' }
}

function moved({ merchantId, resolutionId, ref }: DueReturn, outcome: RefundOutcome): Sql {
  const own = sql`merchant_id = ${merchantId}::uuid AND resolution_id = ${resolutionId}::uuid AND status = 'asked'`
  switch (outcome.kind) {
    case 'refunded':
      // With it the charge is explained, and its alert ends.
      return sql`
        WITH mine AS (UPDATE stray_return SET status = 'returned', tries = tries + 1, reason = NULL, settled_at = now() WHERE ${own} RETURNING 1)
        DELETE FROM open_charge WHERE gateway_ref = ${ref} AND EXISTS (SELECT FROM mine)`
    case 'refused':
      return sql`UPDATE stray_return SET status = 'refused', tries = tries + 1, reason = ${outcome.reason}, settled_at = now() WHERE ${own}`
    case 'unknown':
      // At once the first time, then after longer waits, up to an hour and a half. It stays stray, with its alert, until the bank answers.
      return sql`UPDATE stray_return SET tries = tries + 1, reason = ${outcome.reason},
        next_try_at = now() + 10 * (power(2, least(tries, 9)) - 1) * interval '1 second' WHERE ${own}`
  }
}
