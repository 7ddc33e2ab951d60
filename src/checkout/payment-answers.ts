import type { Answer } from '@/idempotency/core/record'
import type { Facts } from '@/idempotency/problems'
import type { BegunPayment } from '@/payments/store'

/** A payment that went through, or one whose shopper has to prove who they are first (`actionUrl`). */
export type PaidFacts =
  | { status: 'succeeded'; cardLabel: string; paidAt: string; actionUrl: null }
  | { status: 'requires_action'; cardLabel: null; paidAt: null; actionUrl: string }

export type PayProblem = 'payment-declined' | 'not-charged' | 'already-paid'

/** How a door says what became of a payment: the stored answers, word for word, so that a replay is the very same text. */
export interface PaymentAnswers {
  paid(payment: BegunPayment, said: PaidFacts): Answer
  problem(
    kind: PayProblem,
    detail: string,
    facts: { payment: string | null; receiptPath: string | null; declineCode: string | null },
  ): Answer
  pointer(paymentId: string): Facts
}
