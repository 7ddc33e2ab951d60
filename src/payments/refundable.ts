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

/**
 * The reason that lies in the payment (it is not there, did not succeed, or has less left), or in the limit of the balance.
 * @param of.amount in minor units; null: all that is left
 */
export async function whyNotRefundable(
  db: Db,
  { merchantId, paymentId, amount }: { merchantId: string; paymentId: string; amount: number | null },
): Promise<{ kind: 'problem'; problem: Problem }> {
  const payment = await firstRow(
    db,
    refundablePayment,
    sql`
      SELECT p.status, p.currency, CASE WHEN p.status = 'succeeded' THEN ${REFUNDABLE} ELSE 0 END AS refundable, ${TAKEN} AS disputed
      FROM payment p WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid`,
  )
  if (!payment)
    return { kind: 'problem', problem: { kind: 'not-found', detail: 'There is no such payment.' } }
  const { refundable, currency } = payment
  const amountMinor = amount === null ? refundable : BigInt(amount)
  if (amountMinor > 0n && amountMinor <= refundable) {
    const problem = await whyBelowLimit(db, { merchantId, currency, amountMinor })
    if (problem) return { kind: 'problem', problem }
  }
  const facts = { payment: showId('pay', paymentId), refundable: Number(refundable), currency }
  return { kind: 'problem', problem: { kind: 'not-refundable', detail: notRefundable(payment), facts } }
}

function notRefundable(payment: z.infer<typeof refundablePayment>): string {
  const { status, refundable, disputed, currency } = payment
  if (status !== 'succeeded')
    return `Only a succeeded payment can be refunded. The status of this one is ${status}.`
  if (disputed > 0n)
    return `The bank has taken ${formatMoney(disputed, currency)} of this payment back in a dispute, and a refund would give it back twice. At most ${formatMoney(refundable, currency)} can be refunded.`
  return refundable === 0n
    ? 'This payment is refunded in full.'
    : `At most ${formatMoney(refundable, currency)} of this payment can still be refunded.`
}
