import type { Answer } from '@payonce/idempotency'
import type { Facts } from '@payonce/idempotency/problems'
import type { BegunPayment } from '@/payments/store'

/** Less than the whole was charged, in minor units; undefined: the whole. */
interface Part {
  partMinor?: bigint | undefined
}

/** A payment that succeeded, one that is authorised, or one whose shopper must confirm first, at `actionUrl` (3-D Secure). */
export type PaymentProgress =
  | (Part & {
      status: 'succeeded'
      cardLabel: string
      paidAt: string
      actionUrl: null
      captureBefore?: never
    })
  | {
      status: 'authorised'
      cardLabel: string
      paidAt: null
      actionUrl: null
      captureBefore: Date
      partMinor?: never
    }
  | {
      status: 'requires_action'
      cardLabel: null
      paidAt: null
      actionUrl: string
      captureBefore?: never
      partMinor?: never
    }

export type PayProblem = 'payment-declined' | 'not-charged'

/** Renders the outcome of a payment for one kind of caller. The text is stored, so that a replay is the same byte for byte. */
export interface PaymentAnswers {
  payment(payment: BegunPayment, facts: PaymentProgress): Answer
  problem(kind: PayProblem, detail: string, facts: { payment: string; declineCode: string | null }): Answer
  /** Facts of *already-paid*, which is never stored: the order itself refuses every retry. */
  paidFacts(paid: { paymentId: string; receiptToken: string }): Facts
  resourceFacts(paymentId: string): Facts
}
