import type Stripe from 'stripe'
import type { DisputeState, FoundDispute } from '../gateway'
import { type Deadline, doubt, type StripeCalls } from './calls'
import { refusal } from './requests'

/**
 * What Stripe's statuses mean (docs.stripe.com/api/disputes/object). A `warning_…` is an inquiry, which takes no money. An appeal is fought on
 * by Stripe: until it ends the money is away, and not lost.
 */
const STATES: Partial<Record<string, DisputeState>> = {
  needs_response: 'open',
  under_review: 'open',
  warning_needs_response: 'open',
  warning_under_review: 'open',
  appeal_needs_response: 'open',
  appeal_under_review: 'open',
  won: 'won',
  lost: 'lost',
  warning_closed: 'closed',
  prevented: 'closed',
} satisfies Partial<Record<Stripe.Dispute.Status, DisputeState>>

/** How a dispute stands at Stripe. */
export async function findDispute(
  calls: StripeCalls,
  deadline: Deadline,
  ref: string,
): Promise<FoundDispute> {
  const found = await calls.ask<Stripe.Dispute>(
    {
      endpoint: 'dispute',
      isAnswer: ({ object, id }) => object === 'dispute' && id === ref,
      send: (stripe, options) => stripe.disputes.retrieve(ref, {}, options),
    },
    deadline,
  )
  if (found.kind === 'unknown') return found
  if (found.kind === 'refused') return found.status === 404 ? { kind: 'absent' } : doubt(refusal(found))
  const { status } = found.value
  const state = Object.hasOwn(STATES, status) ? STATES[status] : undefined
  return state ? { kind: 'dispute', state } : doubt(`the dispute is ${status} at Stripe`)
}
