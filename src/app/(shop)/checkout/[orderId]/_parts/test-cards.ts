/** A published test number, the token that is sent in its place, and what the simulated bank does with it. */
export interface TestCard {
  number: string
  token: string
  does: string
}

/** The only numbers this page accepts. The number itself never leaves the browser; its token does. */
export const TEST_CARDS: readonly TestCard[] = [
  { number: '4242424242424242', token: 'pm_card_visa', does: 'Pays' },
  { number: '4000000000000002', token: 'pm_card_declined', does: 'Is declined' },
  { number: '4000000000009995', token: 'pm_card_insufficient_funds', does: 'Has not enough money' },
  { number: '4000000000000069', token: 'pm_card_expired', does: 'Has expired' },
  { number: '4000000000003220', token: 'pm_card_challenge', does: 'Asks for a confirmation first' },
  { number: '4000000000003006', token: 'pm_card_slow', does: 'Pays after 3 seconds' },
  { number: '4000000000024010', token: 'pm_card_timeout_before_charge', does: 'Never answers, does not charge' },
  { number: '4000000000024028', token: 'pm_card_timeout_after_charge', does: 'Charges, but never answers' },
  { number: '4000000000025009', token: 'pm_card_error_before_charge', does: 'Fails, does not charge' },
  { number: '4000000000025017', token: 'pm_card_error_after_charge', does: 'Charges, but answers with a failure' },
  { number: '4000000000052227', token: 'pm_card_charged_twice', does: 'Is charged twice; the second is given back' },
]

export function tokenFor(digits: string): string | null {
  return TEST_CARDS.find((card) => card.number === digits)?.token ?? null
}
