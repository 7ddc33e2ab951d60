import type { Answer } from '@payonce/idempotency'
import { type Facts, PROBLEMS, type ProblemKind, showProblem } from '@payonce/idempotency/problems'
import type { EndAnswers } from '@/checkout/end-authorisation'
import type { ChangeAnswers } from '@/checkout/orders/change'
import type { PaymentAnswers } from '@/checkout/payment-answers'
import type { OrderAnswers } from '@/checkout/place-order'
import { type IdPrefix, showId } from '@/lib/id'
import type { RefundAnswers } from '@/payments/refund'
import { showOrder, showPayment, showRefund } from './api-shapes'

/** The API's answers to each operation: bodies that are stored once, and replayed byte for byte. */

export function paymentAnswers(baseUrl: string): PaymentAnswers {
  const resourceFacts = pointer('payment', 'pay', '/api/v1/payments/')
  return {
    // 202: the shopper must confirm first. This answer is interim: the key gets its final one later.
    payment: (payment, { status, cardLabel, actionUrl, captureBefore = null, partMinor }) => {
      const shown = showPayment(
        {
          ...payment,
          ...chargedOf(payment.amount, partMinor),
          status,
          cardLabel,
          declineCode: null,
          refundedAmount: 0n,
          captureBefore,
        },
        actionUrl,
        baseUrl,
      )
      return { status: status === 'requires_action' ? 202 : 201, problem: null, body: JSON.stringify(shown) }
    },

    problem: (kind, detail, { payment, declineCode }) =>
      problemAnswer(kind, detail, {
        payment,
        paymentUrl: `/api/v1/payments/${payment}`,
        ...(declineCode ? { declineCode } : {}),
      }),

    paidFacts: ({ paymentId }) => resourceFacts(paymentId),
    resourceFacts,
  }
}

/** What was charged of an amount, and what had been reserved where that was more. */
function chargedOf(whole: bigint, partMinor = whole) {
  return { amount: partMinor, authorisedAmount: partMinor === whole ? null : whole }
}

/** Of a capture or a void: the payment as it was after that. */
export function endAnswers(baseUrl: string): EndAnswers {
  return {
    ended: (end, capturedMinor) => {
      const status = capturedMinor === null ? 'voided' : 'succeeded'
      const payment = {
        ...end,
        ...chargedOf(end.amount, capturedMinor ?? undefined),
        id: end.paymentId,
        status,
        declineCode: null,
        refundedAmount: 0n,
      } as const
      return { status: 200, problem: null, body: JSON.stringify(showPayment(payment, null, baseUrl)) }
    },
    endedOtherwise: ({ paymentId }, detail) => {
      const payment = showId('pay', paymentId)
      return problemAnswer('authorisation-ended', detail, {
        payment,
        paymentUrl: `/api/v1/payments/${payment}`,
      })
    },
    resourceFacts: (id) => ({ authorisationEnd: showId('end', id) }),
  }
}

export function orderAnswers(baseUrl: string): OrderAnswers {
  return {
    placed: (order) => ({ status: 201, problem: null, body: JSON.stringify(showOrder(order, baseUrl)) }),
    resourceFacts: pointer('order', 'ord', '/api/v1/orders/'),
  }
}

/** Of a change or a cancellation: the order as it was after that. */
export function changeAnswers(baseUrl: string): ChangeAnswers {
  return {
    changed: (order) => ({ status: 200, problem: null, body: JSON.stringify(showOrder(order, baseUrl)) }),
    resourceFacts: (id) => ({ change: showId('chg', id) }),
  }
}

export const refundAnswers: RefundAnswers = {
  refunded: (refund) => ({
    status: 201,
    problem: null,
    body: JSON.stringify(showRefund({ ...refund, status: 'succeeded' })),
  }),
  declined: ({ id, paymentId }, detail) =>
    problemAnswer('refund-declined', detail, {
      refund: showId('ref', id),
      payment: showId('pay', paymentId),
    }),
  resourceFacts: (id) => ({ refund: showId('ref', id) }),
}

/** The whole problem is stored, so that a replay keeps its words even if a later version of ours has other ones. */
function problemAnswer(kind: ProblemKind, detail: string, facts: Facts): Answer {
  return {
    status: PROBLEMS[kind].status,
    problem: kind,
    body: JSON.stringify(showProblem({ kind, detail, facts })),
  }
}

function pointer(name: string, prefix: IdPrefix, path: string): (id: string) => Facts {
  return (id) => ({ [name]: showId(prefix, id), [`${name}Url`]: `${path}${showId(prefix, id)}` })
}
