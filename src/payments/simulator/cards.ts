import type { DeclineCode } from '../gateway'

/** Behaviour of the simulated bank for a test token. */
export interface CardPlan {
  label: string
  verdict: 'approve' | 'decline' | 'challenge'
  declineCode?: DeclineCode
  /** The answer is lost, by silence or by a 500, before or after the charge. */
  fault?: 'silence-before' | 'silence-after' | 'error-before' | 'error-after'
  delayMs?: number
  /** The answer to a capture or a release is lost, by silence, after it was done. Who asks again gets it. */
  endIsSilent?: true
  /** A faulty bank: it charges twice under one key, and answers with the first. */
  twice?: true
}

/** The published test tokens. There are no others: an unknown token is declined as such. */
export const CARDS: Record<string, CardPlan> = {
  pm_card_visa: { label: 'Visa •••• 4242', verdict: 'approve' },
  pm_card_declined: { label: 'Visa •••• 0002', verdict: 'decline', declineCode: 'card_declined' },
  pm_card_insufficient_funds: {
    label: 'Visa •••• 9995',
    verdict: 'decline',
    declineCode: 'insufficient_funds',
  },
  pm_card_expired: { label: 'Visa •••• 0069', verdict: 'decline', declineCode: 'expired_card' },
  pm_card_incorrect_details: {
    label: 'Visa •••• 0127',
    verdict: 'decline',
    declineCode: 'incorrect_details',
  },
  pm_card_authentication_failed: {
    label: 'Visa •••• 1629',
    verdict: 'decline',
    declineCode: 'authentication_failed',
  },
  pm_card_try_again: { label: 'Visa •••• 0119', verdict: 'decline', declineCode: 'try_again' },
  pm_card_slow: { label: 'Visa •••• 3006', verdict: 'approve', delayMs: 3_000 },
  pm_card_timeout_before_charge: { label: 'Visa •••• 4010', verdict: 'approve', fault: 'silence-before' },
  pm_card_timeout_after_charge: { label: 'Visa •••• 4028', verdict: 'approve', fault: 'silence-after' },
  pm_card_error_before_charge: { label: 'Visa •••• 5009', verdict: 'approve', fault: 'error-before' },
  pm_card_error_after_charge: { label: 'Visa •••• 5017', verdict: 'approve', fault: 'error-after' },
  pm_card_charged_twice: { label: 'Visa •••• 2227', verdict: 'approve', twice: true },
  pm_card_capture_timeout: { label: 'Visa •••• 6017', verdict: 'approve', endIsSilent: true },
  pm_card_challenge: { label: 'Visa •••• 3220', verdict: 'challenge' },
}

const UNKNOWN: CardPlan = {
  label: 'Unknown card',
  verdict: 'decline',
  declineCode: 'unknown_payment_method',
}

export function planOf(token: string): CardPlan {
  return (Object.hasOwn(CARDS, token) && CARDS[token]) || UNKNOWN
}

/** The bank's fee: 1.5 %, rounded half up, in minor units. */
export function feeFor(amountMinor: bigint): bigint {
  return (amountMinor * 15n + 500n) / 1000n
}
