import { z } from 'zod'
import { isCurrency, type MinorByCurrency } from '@/lib/money'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'
import { REFUNDABLE } from './refundable'

/**
 * What an operator may give back by themselves, in minor units. Two things are counted: all that operators have given back of one payment,
 * so that several small refunds are one large refund; and what one operator has given back within 24 hours, in one currency and without
 * an approval, so that many payments are not a way round it. A refund that the bank refused counts for nothing.
 */
export interface RefundLimits {
  /** Up to here by support, and by an admin without a confirmation. */
  support: { payment: MinorByCurrency; day: MinorByCurrency }
  /** Up to here by an admin who has just confirmed; above it another admin must approve. */
  fourEyes: { payment: MinorByCurrency; day: MinorByCurrency }
}

/** The limits of one request, in minor units of its payment's currency. */
export interface Allowance {
  payment: number
  day: number
}

/** `support` for an admin without a fresh confirmation, too. */
export type RefundTier = keyof RefundLimits

/** The limits of one person now. Support never gets more than an admin, whatever the installation says. */
export function allowanceOf(limits: RefundLimits, tier: RefundTier, currency: string): Allowance {
  const of = (what: keyof Allowance, own: RefundTier) => minorOf(limits[own][what], currency)
  return {
    payment: Math.min(of('payment', tier), of('payment', 'fourEyes')),
    day: Math.min(of('day', tier), of('day', 'fourEyes')),
  }
}

function minorOf({ other, byCurrency }: MinorByCurrency, currency: string): number {
  return (isCurrency(currency) ? byCurrency[currency] : undefined) ?? other
}

const refunded = z.strictObject({
  currency: z.string(),
  refundable: z.bigint(),
  payment: z.bigint(),
  day: z.bigint(),
})
/** What counts for a limit, in minor units; see `RefundLimits`. */
export type RefundedByOperators = z.infer<typeof refunded>

/** The counts of a payment and an operator, and what is left of the payment; null when this merchant has no such payment. */
export function refundedByOperators(
  db: Db,
  { merchantId, paymentId, actor }: { merchantId: string; paymentId: string; actor: string },
): Promise<RefundedByOperators | null> {
  const sumWhere = (condition: Sql) => sql`
    coalesce((SELECT sum(o.amount) FROM operator_refund o JOIN refund f ON (f.merchant_id, f.id) = (o.merchant_id, o.refund_id)
      WHERE o.merchant_id = p.merchant_id AND f.status <> 'failed' AND ${condition}), 0)::bigint`
  return firstRow(
    db,
    refunded,
    sql`
      SELECT p.currency, CASE WHEN p.status = 'succeeded' THEN ${REFUNDABLE} ELSE 0 END AS refundable,
        ${sumWhere(sql`o.payment_id = p.id`)} AS payment,
        ${sumWhere(sql`o.actor = ${actor} AND o.currency = p.currency AND o.refund_request_id IS NULL AND o.created_at > now() - interval '24 hours'`)} AS day
      FROM payment p WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid`,
  )
}

/** The largest refund within the limits, in minor units: from 0 to what is left of the payment. */
export function largestWithin(
  { payment, day, refundable }: RefundedByOperators,
  allowance: Allowance,
): number {
  const most = Math.min(allowance.payment - Number(payment), allowance.day - Number(day), Number(refundable))
  return Math.max(0, most)
}
