/** A test card: what becomes of a confirmation with it. */
export interface TestCard {
  result: 'approve' | 'decline' | 'challenge'
  last4: string
  /** Stripe's `error.code`, and `decline_code` where it is not the same. */
  code?: string
  declineCode?: string
}

/** Test payment methods by Stripe's own names (docs.stripe.com/testing). */
const STRIPES: Readonly<Record<string, TestCard>> = {
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

/** What our own form of test cards sends, which a product on the double shows where there is no publishable key for Stripe's fields. */
const OF_OUR_FORM: Record<string, string> = {
  pm_card_declined: 'pm_card_chargeDeclined',
  pm_card_insufficient_funds: 'pm_card_chargeDeclinedInsufficientFunds',
  pm_card_expired: 'pm_card_chargeDeclinedExpiredCard',
  pm_card_incorrect_details: 'pm_card_chargeDeclinedIncorrectCvc',
  pm_card_try_again: 'pm_card_chargeDeclinedProcessingError',
  pm_card_challenge: 'pm_card_threeDSecure2Required',
}

/** All test cards. There are no others: an unknown one is refused with 400. */
export const CARDS: Readonly<Record<string, TestCard | undefined>> = {
  ...STRIPES,
  ...Object.fromEntries(Object.entries(OF_OUR_FORM).map(([ours, theirs]) => [ours, STRIPES[theirs]])),
}
