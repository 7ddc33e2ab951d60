import type { Messages } from '@/i18n/messages'

/** A published test number and the token sent in its place; the message `checkout.testCard.does` describes the bank's reaction. */
export interface TestCard {
  number: string
  token: keyof Messages['checkout']['testCard']['does']
}

/** The only numbers this page accepts. A number never leaves the browser, only its token. */
export const TEST_CARDS: readonly TestCard[] = [
  { number: '4242424242424242', token: 'pm_card_visa' },
  { number: '4000000000000002', token: 'pm_card_declined' },
  { number: '4000000000009995', token: 'pm_card_insufficient_funds' },
  { number: '4000000000000069', token: 'pm_card_expired' },
  { number: '4000000000000127', token: 'pm_card_incorrect_details' },
  { number: '4000008400001629', token: 'pm_card_authentication_failed' },
  { number: '4000000000000119', token: 'pm_card_try_again' },
  { number: '4000000000003220', token: 'pm_card_challenge' },
  { number: '4000000000003006', token: 'pm_card_slow' },
  { number: '4000000000024010', token: 'pm_card_timeout_before_charge' },
  { number: '4000000000024028', token: 'pm_card_timeout_after_charge' },
  { number: '4000000000025009', token: 'pm_card_error_before_charge' },
  { number: '4000000000025017', token: 'pm_card_error_after_charge' },
  { number: '4000000000052227', token: 'pm_card_charged_twice' },
]

/** @returns null for any number that is not a test card */
export function tokenFor(digits: string): string | null {
  return TEST_CARDS.find((card) => card.number === digits)?.token ?? null
}
