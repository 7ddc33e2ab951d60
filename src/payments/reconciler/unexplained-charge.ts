import { z } from 'zod'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import type { BankCharge } from '../gateway'
import { OVERLAP_MS } from './list-position'

/** Keeps a charge that no payment explains yet, so that reading the list may go on. */
export async function keepUnexplained(
  db: Db,
  account: string | null,
  charge: BankCharge,
  status: 'in-doubt' | 'stray',
): Promise<void> {
  const { ref, key, amountMinor, refundedMinor, currency, at } = charge
  await db.$executeRaw(sql`
    INSERT INTO open_charge (gateway_ref, gateway_key, amount, refunded, currency, charged_at, status, gateway_account)
    VALUES (${ref}, ${key}, ${amountMinor}::bigint, ${refundedMinor}::bigint, ${currency}, ${at}, ${status}, ${account})
    ON CONFLICT (gateway_ref) DO UPDATE SET refunded = excluded.refunded, status = excluded.status, looked_at = now()`)
}

export async function isStray(db: Db, ref: string): Promise<boolean> {
  const kept = await db.openCharge.findUnique({ where: { gatewayRef: ref }, select: { status: true } })
  return kept?.status === 'stray'
}

const bankCharge: z.ZodType<BankCharge> = z.strictObject({
  ref: z.string(),
  key: z.string(),
  amountMinor: z.bigint(),
  currency: z.string(),
  refundedMinor: z.bigint(),
  at: z.date(),
})

/** Unexplained charges of an account of the bank (null: the installation's), those whose last check is oldest first. */
export function listUnexplained(db: Db, account: string | null, limit: number): Promise<BankCharge[]> {
  return rows(
    db,
    bankCharge,
    sql`
      SELECT gateway_ref AS ref, gateway_key AS key, amount AS "amountMinor", refunded AS "refundedMinor", currency, charged_at AS at
      FROM open_charge WHERE gateway_account IS NOT DISTINCT FROM ${account}::text ORDER BY looked_at, gateway_ref LIMIT ${limit}`,
  )
}

/**
 * SQL: the earliest time at which the bank may have been asked under this key, by the charges of its list that no payment explains; null
 * without one. 1 hour before the charge: a bank's memory begins with the request, and a shopper may confirm (3-D Secure) in between.
 * A charge that was dated after we noticed it has no believable time, so its request counts as older than any bank's memory: the key is
 * not sent again by itself. 5 min for clocks that differ a little.
 * @param gatewayKey an expression. @param account another one: the account of the bank at which the payment is begun
 */
export function askedSince(gatewayKey: Sql, account: Sql): Sql {
  return sql`(
    SELECT min(CASE WHEN charged_at > noticed_at + ${OVERLAP_MS} * interval '1 millisecond' THEN to_timestamp(0) ELSE charged_at END)
      - interval '1 hour'
    FROM open_charge WHERE open_charge.gateway_key = ${gatewayKey} AND open_charge.gateway_account IS NOT DISTINCT FROM ${account})`
}

export async function dropUnexplained(db: Db, ref: string): Promise<void> {
  await db.$executeRaw(sql`DELETE FROM open_charge WHERE gateway_ref = ${ref}`)
}

/** Whether this very charge is a payment's, or recorded as beyond one: by a person's word, where its key is not ours. */
export async function isAccountedFor(db: Db, ref: string): Promise<boolean> {
  const found = await firstRow(
    db,
    z.strictObject({ known: z.boolean() }),
    sql`
      SELECT EXISTS (SELECT FROM payment WHERE gateway_ref = ${ref}) OR EXISTS (SELECT FROM surplus_charge WHERE gateway_ref = ${ref})
        OR EXISTS (SELECT FROM stray_return WHERE gateway_ref = ${ref} AND status = 'returned') AS known`,
  )
  return found?.known ?? false
}
