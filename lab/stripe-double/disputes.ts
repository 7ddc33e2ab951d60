import type Stripe from 'stripe'
import type { Account } from './account'
import { type Charge, newId } from './objects'

/** Fee of a dispute, in minor units (docs.stripe.com/disputes: 15 in most countries). */
const FEE = 1_500

function newDispute({ id: charge, amount, currency, payment_intent }: Charge, created: number) {
  return {
    id: newId('dp'),
    object: 'dispute',
    amount,
    balance_transactions: [] as Stripe.BalanceTransaction[],
    charge,
    created,
    currency,
    enhanced_eligibility_types: [],
    evidence: {} as Stripe.Dispute.Evidence,
    evidence_details: {
      due_by: null,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_method: 'not_submitted',
      submission_count: 0,
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent,
    reason: 'fraudulent',
    status: 'needs_response' as Stripe.Dispute.Status,
  } satisfies Stripe.Dispute
}
export type Dispute = ReturnType<typeof newDispute>

/** The cardholder disputes a charge: Stripe takes its amount, and a fee. */
export function openDispute(account: Account, chargeId: string): Dispute {
  const dispute = newDispute(account.charge(chargeId), account.seconds())
  account.disputes.push(dispute)
  const { amount, currency, id: source } = dispute
  account.move({ type: 'adjustment', amount: -amount, fee: FEE, currency, source })
  account.events.emit('charge.dispute.created', dispute)
  return dispute
}

/** How a dispute may end without a movement of its own: lost, or closed as the inquiry that it was. */
type EndStatus = 'won' | 'lost' | 'warning_closed'

/** A dispute that is won gives the amount back, and not the fee; any other end moves nothing more. */
export function endDispute(account: Account, dispute: Dispute, status: EndStatus): void {
  dispute.status = status
  if (status === 'won') reinstate(account, dispute, dispute.amount)
  account.events.emit('charge.dispute.closed', dispute)
}

/** The bank gives an amount back, also long after the dispute was lost. */
export function reinstate(account: Account, { currency, id: source }: Dispute, amount: number): void {
  account.move({ type: 'adjustment', amount, currency, source })
}
