/** A test card: what becomes of a confirmation with it. */
export interface TestCard {
  result: 'approve' | 'decline' | 'challenge'
  last4: string
  /** Stripe's `error.code`, and `decline_code` where it is not the same. */
  code?: string
  declineCode?: string
}

/** Test payment methods by Stripe's own names (docs.stripe.com/testing). There are no others: an unknown one is refused with 400. */
export const CARDS: Readonly<Record<string, TestCard>> = {
  pm_card_visa: { result: 'approve', last4: '4242' },
  pm_card_chargeDeclined: {
    result: 'decline',
    last4: '0002',
    code: 'card_declined',
    declineCode: 'generic_decline',
  },
  pm_card_chargeDeclinedInsufficientFunds: {
    result: 'decline',
    last4: '9995',
    code: 'card_declined',
    declineCode: 'insufficient_funds',
  },
  pm_card_chargeDeclinedStolenCard: {
    result: 'decline',
    last4: '9979',
    code: 'card_declined',
    declineCode: 'stolen_card',
  },
  pm_card_chargeDeclinedExpiredCard: { result: 'decline', last4: '0069', code: 'expired_card' },
  pm_card_chargeDeclinedIncorrectCvc: { result: 'decline', last4: '0127', code: 'incorrect_cvc' },
  pm_card_chargeDeclinedProcessingError: { result: 'decline', last4: '0119', code: 'processing_error' },
  pm_card_threeDSecure2Required: { result: 'challenge', last4: '3220' },
}
