import { type Facts, PROBLEMS } from '@payonce/idempotency/problems'
import { showId } from '@/lib/id'
import type { PaymentAnswers } from './payment-answers'
import { receiptPath } from './receipt-path'

/** Body of a successful answer to the checkout page, stored and replayed unchanged. `amount` in minor units. */
export interface PaymentBody {
  payment: {
    id: string
    status: 'succeeded' | 'authorised' | 'requires_action'
    amount: number
    currency: string
    cardLabel: string | null
    paidAt: string | null
  }
  receiptUrl: string
  actionUrl: string | null
}

/** Body of a stored problem: its text and facts. Kind and status have columns of their own in the record. */
export interface ProblemBody {
  detail: string
  facts: Facts
}

/** The answers to the checkout page. */
export const shopperAnswers: PaymentAnswers = {
  payment: ({ id, amount, currency, receiptToken }, { actionUrl, status, cardLabel, paidAt }) => {
    const payment = { id: showId('pay', id), amount: Number(amount), currency, status, cardLabel, paidAt }
    const body: PaymentBody = { payment, receiptUrl: receiptPath(receiptToken), actionUrl }
    return { status: 200, problem: null, body: JSON.stringify(body) }
  },

  problem: (kind, detail, { payment, declineCode }) => {
    const facts = { payment, ...(declineCode ? { declineCode } : {}) }
    const body: ProblemBody = { detail, facts }
    return { status: PROBLEMS[kind].status, problem: kind, body: JSON.stringify(body) }
  },

  paidFacts: ({ paymentId, receiptToken }) => ({
    payment: showId('pay', paymentId),
    receiptUrl: receiptPath(receiptToken),
  }),

  resourceFacts: (paymentId) => ({ payment: showId('pay', paymentId) }),
}
