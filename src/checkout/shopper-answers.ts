import { type Facts, PROBLEMS } from '@/idempotency/problems'
import { showId } from '@/lib/id'
import type { PaymentAnswers } from './payment-answers'
import { receiptPath } from './receipt-path'

/** The body of a successful answer to the checkout page, stored and replayed as it is. */
export interface PaidBody {
  payment: {
    id: string
    status: 'succeeded' | 'requires_action'
    amount: number
    currency: string
    cardLabel: string | null
    paidAt: string | null
  }
  receiptUrl: string
  actionUrl: string | null
}

/** The body of a stored problem: words and facts. Its kind and status stand beside it in the record. */
export interface ProblemBody {
  detail: string
  facts: Facts
}

/** What the checkout page is told. */
export const shopperAnswers: PaymentAnswers = {
  paid: ({ id, amount, currency, receiptToken }, { actionUrl, ...said }) => {
    const payment = { id: showId('pay', id), amount: Number(amount), currency, ...said }
    const body: PaidBody = { payment, receiptUrl: receiptPath(receiptToken), actionUrl }
    return { status: 200, problem: null, body: JSON.stringify(body) }
  },

  problem: (kind, detail, { payment, receiptPath: receiptUrl, declineCode }) => {
    const told = { payment, ...(receiptUrl ? { receiptUrl } : {}), ...(declineCode ? { declineCode } : {}) }
    const body: ProblemBody = { detail, facts: told }
    return { status: PROBLEMS[kind].status, problem: kind, body: JSON.stringify(body) }
  },

  pointer: (paymentId) => ({ payment: showId('pay', paymentId) }),
}
