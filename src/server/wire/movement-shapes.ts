import { z } from 'zod'
import { showId } from '@/lib/id'
import { DISPUTE_STATES, MOVEMENT_KINDS } from '@/payments/gateway'
import type { DisputeRow } from '@/payments/movements/dispute-store'
import { MOVEMENT_STATES, type MovementRow, type MovementSum } from '@/payments/movements/read'
import { amount, instant, maybeTime, sum, sumOut, time } from './json'

/** Filters of the reconciliation, of the page and of its file. */
export const movementFilter = z.strictObject({
  from: instant.optional(),
  until: instant.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  state: z.enum(MOVEMENT_STATES).optional(),
})

export const movementOut = z.object({
  ref: z.string(),
  kind: z.enum(MOVEMENT_KINDS),
  amount: z.int(),
  fee: z.int(),
  currency: z.string(),
  /** The charge, refund, dispute or payout at the bank. */
  about: z.string().nullable(),
  at: z.string(),
  state: z.enum(MOVEMENT_STATES),
  rule: z.string(),
  paymentId: z.string().nullable(),
  refundId: z.string().nullable(),
})

export function showMovement(row: MovementRow): z.infer<typeof movementOut> {
  const { ref, kind, currency, subjectRef: about, state, rule, paymentId, refundId } = row
  return {
    ref,
    kind,
    amount: amount(row.amount),
    fee: amount(row.fee),
    currency,
    about,
    at: time(row.at),
    state,
    rule,
    paymentId: paymentId && showId('pay', paymentId),
    refundId: refundId && showId('ref', refundId),
  }
}

/** A dispute: known are its movements and what the bank said last, with the instant. Null: the bank was not asked yet. */
export const disputeOut = z.object({
  ref: z.string(),
  state: z.enum(DISPUTE_STATES),
  /** What the bank has taken, less what it gave back: held, or lost. */
  amountHeld: z.int(),
  amountLost: z.int(),
  /** The bank's fee of the dispute, as far as its movements have it, less what it gave back of it. */
  fee: z.int(),
  currency: z.string(),
  at: z.string(),
  checkedAt: z.string().nullable(),
  paymentId: z.string().nullable(),
})

export function showDispute(row: DisputeRow): z.infer<typeof disputeOut> {
  const { ref, state, currency, takenMinor, lostMinor, feeMinor, noticedAt, checkedAt, paymentId } = row
  return {
    ref,
    state,
    currency,
    amountHeld: amount(takenMinor - lostMinor),
    amountLost: amount(lostMinor),
    fee: amount(feeMinor),
    at: time(noticedAt),
    checkedAt: maybeTime(checkedAt),
    paymentId: paymentId && showId('pay', paymentId),
  }
}

export const movementSumOut = z.object({
  currency: z.string(),
  state: z.enum(MOVEMENT_STATES),
  count: z.int(),
  net: sumOut,
})

export function showMovementSum({ net, ...of }: MovementSum): z.infer<typeof movementSumOut> {
  return { ...of, net: sum(BigInt(net)) }
}
