import type { MadeCharge } from './bank-double'

/** What is paid. */
export interface PaymentInput {
  amountMinor: number
  currency: string
}

/** What a handler answers, and whether it did the work for this request. */
export interface PaymentReply {
  status: number
  outcome: 'executed' | 'replayed' | 'joined' | 'rejected'
  /** JSON text. */
  body: string
}

/** Both handlers answer in the same form. */
export function answerOf(charge: MadeCharge): string {
  return JSON.stringify({ charge: charge.id, amount: charge.amountMinor, currency: charge.currency })
}
