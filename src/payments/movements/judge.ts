import type { AccountCode } from '@/ledger/chart'
import { type Currency, isCurrency } from '@/lib/money'
import type { BankMovement } from '../gateway'
import type { PaymentStatus } from '../payment'
import type { RefundStatus } from '../refund-store'

/** What our database has of a movement. Each part is null where there is none. */
export interface Known {
  /** The payment of its key, or of the charge behind it. */
  payment: {
    merchantId: string
    id: string
    status: PaymentStatus
    gatewayRef: string | null
    /** In minor units: of the payment, its capture on the clearing account, and what is left to refund. */
    amount: bigint
    clearing: bigint
    refundable: bigint
    captureId: string | null
    /** Two admins have declared how it ended: its posting has no fee. */
    declared: boolean
  } | null
  refund: {
    id: string
    status: RefundStatus
    amount: bigint
    transactionId: string | null
    declared: boolean
  } | null
  surplus: {
    merchantId: string
    paymentId: string
    amount: bigint
    transactionId: string
    reversalId: string | null
  } | null
  /** The earlier movement of the same kind of thing that this one takes back: of a failed refund the refund. */
  earlier: {
    merchantId: string
    transactionId: string
    paymentId: string | null
    refundId: string | null
  } | null
  /** A stray charge that two admins gave back with no payment. */
  strayReturned: boolean
  /** The merchant whose account the bank's account is. */
  owner: string
}

/** Where a judged movement belongs. */
interface Place {
  merchantId: string
  paymentId?: string | null
  refundId?: string | null
  /** Why, in words that a person reads. */
  rule: string
}

export type Judgement = Place &
  (
    | {
        state: 'matched'
        transactionId: string /** A fee that the posting does not have, to be posted beside it. */
        feeMinor?: bigint
      }
    /** Nothing stands for it yet: it is posted under its own name. */
    | { state: 'explained'; against: AccountCode | null }
    /** It takes an earlier posting back. */
    | { state: 'explained'; reverses: string }
    /** A refund of our payment that was made at the bank itself: it becomes a refund of ours. */
    | { state: 'explained'; refundOf: string }
    /** What it belongs to is under way: judged again. */
    | { state: 'open' }
    /** An alert: nobody knows what it is. Judged again, for what is missing may come back. */
    | { state: 'difference' }
  )

/** What a movement at the bank is to our books. Pure. Nothing is posted for a movement that is not understood. */
export function judge(movement: BankMovement, known: Known): Judgement {
  const place = {
    merchantId:
      known.payment?.merchantId ?? known.surplus?.merchantId ?? known.earlier?.merchantId ?? known.owner,
  }
  const paymentId = known.payment?.id ?? known.surplus?.paymentId ?? known.earlier?.paymentId ?? null
  const at = { ...place, paymentId }
  if (!isCurrency(movement.currency))
    return { ...at, state: 'difference', rule: 'a currency that we do not know' }
  if (movement.amountMinor === 0n && movement.feeMinor === 0n)
    return { ...at, state: 'explained', rule: 'moves nothing', against: null }
  switch (movement.kind) {
    case 'charge':
      return judgeCharge(movement, known, at)
    case 'refund':
      return judgeRefund(movement, known, at)
    case 'refund_failure':
      return takenBack(movement, known, at, 'a refund that the card’s bank returned')
    case 'payment_failure':
      return {
        ...at,
        state: 'explained',
        rule: 'a payment that failed after it had succeeded',
        against: 'refunds',
      }
    case 'dispute':
      return { ...at, state: 'explained', rule: 'held in a dispute', against: 'disputes_held' }
    case 'dispute_reversal':
      return { ...at, state: 'explained', rule: 'a dispute that was won', against: 'disputes_held' }
    case 'fee':
      return { ...at, state: 'explained', rule: 'a fee of its own', against: 'processing_fees' }
    case 'payout':
      return { ...at, state: 'explained', rule: 'paid out', against: 'bank_account' }
    case 'payout_failure':
      return { ...at, state: 'explained', rule: 'a payout that came back', against: 'bank_account' }
    case 'other':
      return { ...at, state: 'difference', rule: 'a kind of movement that we do not know' }
  }
}

type At = Pick<Place, 'merchantId' | 'paymentId'>

function judgeCharge(movement: BankMovement, { payment, surplus, strayReturned }: Known, at: At): Judgement {
  if (surplus)
    return movement.amountMinor === surplus.amount
      ? {
          ...at,
          state: 'matched',
          rule: 'a surplus charge',
          transactionId: surplus.transactionId,
          feeMinor: movement.feeMinor,
        }
      : { ...at, state: 'difference', rule: 'the surplus charge was posted with another amount' }
  if (payment?.gatewayRef === movement.subjectRef && payment?.captureId) {
    if (payment.amount !== movement.amountMinor)
      return { ...at, state: 'difference', rule: 'the payment has another amount' }
    const matched = { ...at, state: 'matched', rule: 'a payment', transactionId: payment.captureId } as const
    if (payment.declared)
      return { ...matched, feeMinor: payment.clearing - (movement.amountMinor - movement.feeMinor) }
    if (payment.clearing !== movement.amountMinor - movement.feeMinor)
      return { ...at, state: 'difference', rule: 'the payment was posted with another fee' }
    return matched
  }
  // In doubt: the resolver asks. Ended otherwise: a charge in surplus, which the reconciler of charges records.
  if (payment) return { ...at, state: 'open', rule: 'its payment is not settled yet' }
  if (strayReturned)
    return {
      ...at,
      state: 'explained',
      rule: 'a charge that no payment explains',
      against: 'surplus_charges',
    }
  if (movement.key !== null && movement.key !== '')
    return { ...at, state: 'difference', rule: 'a charge under a key that we do not know' }
  return { ...at, state: 'explained', rule: 'a payment made at the bank itself', against: 'bank_sales' }
}

function judgeRefund(movement: BankMovement, known: Known, at: At): Judgement {
  const { refund, surplus, payment, earlier, strayReturned } = known
  const amount = -movement.amountMinor
  if (refund) {
    const place = { ...at, refundId: refund.id }
    if (refund.status === 'sending' || refund.status === 'unknown')
      return { ...place, state: 'open', rule: 'its refund is not settled yet' }
    if (refund.amount !== amount)
      return { ...place, state: 'difference', rule: 'the refund has another amount' }
    if (refund.declared && refund.transactionId === null)
      return { ...place, state: 'difference', rule: 'a refund that two admins declared as not made' }
    // The bank refused it in our eyes: it was returned at once, and its return follows.
    if (refund.transactionId === null)
      return { ...place, state: 'explained', rule: 'a refund that was returned at once', against: 'refunds' }
    return {
      ...place,
      state: 'matched',
      rule: 'a refund',
      transactionId: refund.transactionId,
      feeMinor: movement.feeMinor,
    }
  }
  if (surplus && movement.key?.startsWith('surplus:')) {
    if (surplus.reversalId === null)
      return { ...at, state: 'open', rule: 'its surplus charge is not settled yet' }
    if (surplus.amount !== amount)
      return { ...at, state: 'difference', rule: 'the surplus charge had another amount' }
    return {
      ...at,
      state: 'matched',
      rule: 'a surplus charge given back',
      transactionId: surplus.reversalId,
      feeMinor: movement.feeMinor,
    }
  }
  if (strayReturned && movement.key?.startsWith('surplus:'))
    return {
      ...at,
      state: 'explained',
      rule: 'a charge that no payment explains, given back',
      against: 'surplus_charges',
    }
  if (movement.key !== null && movement.key !== '')
    return { ...at, state: 'difference', rule: 'a refund under a key that we do not know' }
  if (surplus) return { ...at, state: 'difference', rule: 'a surplus charge was refunded at the bank itself' }
  if (payment) {
    if (payment.captureId === null) return { ...at, state: 'open', rule: 'its payment is not settled yet' }
    if (payment.refundable < amount)
      return { ...at, state: 'open', rule: 'other refunds of the payment are under way' }
    return { ...at, state: 'explained', rule: 'a refund made at the bank itself', refundOf: payment.id }
  }
  if (earlier)
    return {
      ...at,
      state: 'explained',
      rule: 'a refund of a payment made at the bank itself',
      against: 'bank_sales',
    }
  return { ...at, state: 'difference', rule: 'a refund of a charge that we do not know' }
}

/** What takes an earlier movement back is the mirror of its posting. */
function takenBack(movement: BankMovement, { earlier, refund }: Known, at: At, rule: string): Judgement {
  const refundId = refund?.id ?? earlier?.refundId ?? null
  if (!earlier) return { ...at, refundId, state: 'open', rule: 'what it takes back is not posted yet' }
  if (refund && refund.amount !== movement.amountMinor)
    return { ...at, refundId, state: 'difference', rule: 'the refund has another amount' }
  return { ...at, refundId, state: 'explained', rule, reverses: earlier.transactionId }
}

/** The currency of a movement that was judged. @throws Error for one that is a difference */
export function currencyOf({ currency, ref }: BankMovement): Currency {
  if (!isCurrency(currency)) throw new Error(`movement ${ref} is in the unknown currency ${currency}`)
  return currency
}
