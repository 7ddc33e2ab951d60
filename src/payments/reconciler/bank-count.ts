import { z } from 'zod'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import type { Gateway } from '../gateway'
import { gatewayNameSql } from '../stripe/account-store'

/** A payment's charges at the bank, as far as we know them: counted, never concluded from the payment's status. */
export const bankCount = {
  /** The charge that the bank's answer named, and those of its list beyond it. */
  charges: z.int(),
  /** Of these, charges of its list that no answer explains yet: the payment is in doubt. */
  unexplained: z.int(),
  /** Of these, charges beyond the payment: refunded, being refunded, and given up (a person must decide). */
  surplusRefunded: z.int(),
  surplusDue: z.int(),
  surplusParked: z.int(),
}
export interface BankCount extends z.infer<z.ZodObject<typeof bankCount>> {}

/** Subquery: the one row of `BankCount` of the payment `p`. */
export const BANK_COUNT: Sql = sql`(
  SELECT (p.gateway_ref IS NOT NULL)::int + own.found + unexplained.found AS charges, unexplained.found AS unexplained,
    own.refunded AS "surplusRefunded", own.due AS "surplusDue", own.parked AS "surplusParked"
  FROM (
    SELECT count(*)::int AS found, count(*) FILTER (WHERE status = 'refunded')::int AS refunded,
      count(*) FILTER (WHERE status = 'found')::int AS due, count(*) FILTER (WHERE status = 'parked')::int AS parked
    FROM surplus_charge WHERE merchant_id = p.merchant_id AND payment_id = p.id) own,
  (
    SELECT count(*)::int AS found FROM open_charge o
    WHERE o.gateway_key = p.gateway_key AND o.gateway_account IS NOT DISTINCT FROM p.gateway_account AND o.gateway_ref IS DISTINCT FROM p.gateway_ref
      AND NOT EXISTS (SELECT FROM surplus_charge s WHERE s.merchant_id = p.merchant_id AND s.gateway_ref = o.gateway_ref)) unexplained)`

/** Sums of a payment's charges beyond it, in minor units of its currency. */
export const surplusSums = {
  surplusRefundedAmount: z.bigint(),
  surplusDueAmount: z.bigint(),
  surplusParkedAmount: z.bigint(),
}

/** Subquery: the one row of `surplusSums` of the payment `p`. */
export const SURPLUS_SUMS: Sql = sql`(
  SELECT coalesce(sum(amount) FILTER (WHERE status = 'refunded'), 0)::bigint AS "surplusRefundedAmount",
    coalesce(sum(amount) FILTER (WHERE status = 'found'), 0)::bigint AS "surplusDueAmount",
    coalesce(sum(amount) FILTER (WHERE status = 'parked'), 0)::bigint AS "surplusParkedAmount"
  FROM surplus_charge WHERE merchant_id = p.merchant_id AND payment_id = p.id)`

/** Subquery: how many charges beyond it each payment of a merchant had, as `(payment_id, n)`; payments without any are absent. */
export function surplusPerPayment(merchantId: string): Sql {
  return sql`(SELECT payment_id, count(*) AS n FROM surplus_charge WHERE merchant_id = ${merchantId}::uuid GROUP BY payment_id)`
}

const surplusFact = z.strictObject({
  gatewayRef: z.string(),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  status: z.enum(['found', 'refunded', 'parked', 'kept']),
  /** Why it was not refunded yet, or not at all. */
  reason: z.string().nullable(),
  foundAt: z.date(),
  settledAt: z.date().nullable(),
})
/** A charge beyond its payment. */
export type SurplusFact = z.infer<typeof surplusFact>

/** A payment's charges beyond it, oldest first. 20: a person decides long before that. */
export function surplusOf(db: Db, merchantId: string, paymentId: string): Promise<SurplusFact[]> {
  return rows(
    db,
    surplusFact,
    sql`
      SELECT gateway_ref AS "gatewayRef", amount, currency, status, reason, found_at AS "foundAt", settled_at AS "settledAt"
      FROM surplus_charge WHERE merchant_id = ${merchantId}::uuid AND payment_id = ${paymentId}::uuid
      ORDER BY found_at, gateway_ref LIMIT 20`,
  )
}

/** Our copy of the bank's list of charges. */
export interface BankList {
  /** Time at which it was last read. */
  readAt: Date
  /** Every charge made until then is in our copy. */
  wholeUntil: Date
}

/** Which payment's bank: by its id, or by the token of its receipt. */
export type BankOf = { merchantId: string; paymentId: string } | { receiptToken: string }

/** 60 s: what a merchant's own account at Stripe takes beyond any gateway's time-out (`settlesWithinMs`). */
const OWN_SETTLES_MS = 60_000

/**
 * The age of our copy of the list of the bank at which a payment was begun; null where it was never read. A charge may appear in the list as
 * late as `settlesWithinMs` after it was made. While the list is being read, the newest charge that was read is what is certain.
 */
export async function bankList(
  db: Db,
  { name, settlesWithinMs }: Pick<Gateway, 'name' | 'settlesWithinMs'>,
  of: BankOf,
): Promise<BankList | null> {
  const payment =
    'receiptToken' in of
      ? sql`p.receipt_token = ${of.receiptToken}`
      : sql`p.merchant_id = ${of.merchantId}::uuid AND p.id = ${of.paymentId}::uuid`
  const account = sql`(SELECT p.gateway_account FROM payment p WHERE ${payment})`
  const read = await firstRow(
    db,
    z.strictObject({ at: z.date(), own: z.boolean() }),
    sql`
      SELECT CASE WHEN after IS NULL THEN updated_at ELSE last_charge_at END AS at, ${account} IS NOT NULL AS own
      FROM reconciliation WHERE gateway = ${gatewayNameSql(account, name)}`,
  )
  if (!read) return null
  const settles = settlesWithinMs + (read.own ? OWN_SETTLES_MS : 0)
  return { readAt: read.at, wholeUntil: new Date(read.at.getTime() - settles) }
}
