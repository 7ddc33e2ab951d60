import type { Problem } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { showId } from '@/lib/id'
import { formatMoney } from '@/lib/money'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'
import { whyBelowLimit } from './balance-limit'
import { TAKEN } from './movements/dispute-store'

/**
 * What is left of the payment `p` to give back, in minor units: not what the bank has taken in a dispute, which would be given back twice. A
 * dispute that is won gives it back to us. Never below 0: what was refunded may be disputed all the same.
 */
export const REFUNDABLE: Sql = sql`greatest(0, p.amount - p.refunded_amount - ${TAKEN})`

const refundablePayment = z.strictObject({
  status: z.string(),
  currency: z.string(),
  refundable: z.bigint(),
  /** What the bank has taken in disputes. */
  disputed: z.bigint(),
})

type RefundWanted = { merchantId: string; paymentId: string; amount: number | null }
type Refused = { kind: 'problem'; problem: Problem }

/** What a refund would give back, in minor units of `currency`. */
export interface RefundNow {
  amountMinor: bigint
  currency: string
}

/**
 * What a refund of the payment would give back now, or the reason that lies in the payment (it is not there, did not succeed, or has less left) or in
 * the limit of the balance.
 * @param of.amount in minor units; null: all that is left
 */
export async function refundNow(db: Db, of: RefundWanted): Promise<{ refusal: Refused } | RefundNow> {
  const { payment, refusal } = await judged(db, of)
  if (payment === null || refusal) return { refusal: refusal ?? NO_PAYMENT }
  return { amountMinor: wantedOf(of, payment), currency: payment.currency }
}

/** The reason why a refund was not begun. Where it would begin now, what stood in its way has ended since. */
export async function whyNotRefundable(db: Db, of: RefundWanted): Promise<Refused> {
  const { payment, refusal } = await judged(db, of)
  return refusal ?? (payment ? refusalOf(of, payment) : NO_PAYMENT)
}

type RefundablePayment = z.infer<typeof refundablePayment>

const NO_PAYMENT: Refused = {
  kind: 'problem',
  problem: { kind: 'not-found', detail: 'There is no such payment.' },
}

/** The payment, and what stands in the way of the refund; null: nothing. */
async function judged(
  db: Db,
  of: RefundWanted,
): Promise<{ payment: RefundablePayment | null; refusal: Refused | null }> {
  const { merchantId, paymentId } = of
  const payment = await firstRow(
    db,
    refundablePayment,
    sql`
      SELECT p.status, p.currency, CASE WHEN p.status = 'succeeded' THEN ${REFUNDABLE} ELSE 0 END AS refundable, ${TAKEN} AS disputed
      FROM payment p WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid`,
  )
  if (!payment) return { payment, refusal: NO_PAYMENT }
  const amountMinor = wantedOf(of, payment)
  if (amountMinor <= 0n || amountMinor > payment.refundable)
    return { payment, refusal: refusalOf(of, payment) }
  const problem = await whyBelowLimit(db, { merchantId, currency: payment.currency, amountMinor })
  return { payment, refusal: problem && { kind: 'problem', problem } }
}

const wantedOf = ({ amount }: RefundWanted, { refundable }: RefundablePayment): bigint =>
  amount === null ? refundable : BigInt(amount)

function refusalOf({ paymentId }: RefundWanted, payment: RefundablePayment): Refused {
  const { refundable, currency } = payment
  const facts = { payment: showId('pay', paymentId), refundable: Number(refundable), currency }
  return { kind: 'problem', problem: { kind: 'not-refundable', detail: notRefundable(payment), facts } }
}

function notRefundable(payment: RefundablePayment): string {
  const { status, refundable, disputed, currency } = payment
  if (status !== 'succeeded')
    return `Only a succeeded payment can be refunded. The status of this one is ${status}.`
  if (disputed > 0n)
    return `The bank has taken ${formatMoney(disputed, currency)} of this payment back in a dispute, and a refund would give it back twice. At most ${formatMoney(refundable, currency)} can be refunded.`
  return refundable === 0n
    ? 'This payment is refunded in full.'
    : `At most ${formatMoney(refundable, currency)} of this payment can still be refunded.`
}
