import type { KeyStatus } from '@payonce/idempotency/client'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/root'

/** An order as its checkout page shows it, with the payment that holds it. */
export type CheckoutOrder = inferRouterOutputs<AppRouter>['checkout']['order']
/** Into which fields a shopper types a card: ours, which know test cards only, or Stripe's. */
export type CardFieldsKind = inferRouterOutputs<AppRouter>['installation']['current']['cardFields']
type Status = inferRouterOutputs<AppRouter>['checkout']['status']

/** The answer of a finished payment. */
export interface Paid {
  receiptUrl: string | null
}

/** Translates the server's status of a key for the attempt machine. */
export function keyStatusOf(status: Status): KeyStatus<Paid> {
  switch (status.state) {
    case 'none':
    case 'working':
    case 'checking':
      return { found: status.state }
    case 'succeeded':
      return { found: 'done', answer: { receiptUrl: status.receiptUrl } }
    case 'requires_action':
      return status.actionUrl ? { found: 'action', url: status.actionUrl } : { found: 'working' }
    case 'declined':
      return {
        found: 'refused',
        problem: { kind: 'payment-declined', retry: 'no', safeNewKey: true, declineCode: status.declineCode },
      }
    case 'not_charged':
      return { found: 'refused', problem: { kind: 'not-charged', retry: 'no', safeNewKey: true } }
  }
}

/** The status of the payment that holds the order, whichever key began it. */
export function orderStatusOf({ payment }: CheckoutOrder): KeyStatus<Paid> {
  // It may wait for days, and ends without anybody here: nothing to ask for.
  if (!payment || payment.status === 'authorised') return { found: 'none' }
  if (payment.status === 'succeeded') return { found: 'done', answer: { receiptUrl: payment.receiptUrl } }
  if (payment.status === 'requires_action' && payment.actionUrl)
    return { found: 'action', url: payment.actionUrl }
  return { found: payment.status === 'sending' ? 'working' : 'checking' }
}
