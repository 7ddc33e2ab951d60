import type Stripe from 'stripe'
import type { DeclineCode, Doubt, Outcome } from '../gateway'
import { doubt } from './calls'
import type { IntentRow } from './intents'

/**
 * What an intent says has become of its charge. `absent`: nothing was begun. `failed`: the card was declined, and the intent could still be
 * confirmed with another one: it must be cancelled before the decline is told.
 */
export type Seen =
  | Exclude<Outcome, { kind: 'declined' }>
  | { kind: 'declined'; code: DeclineCode; cardLabel: string }
  | { kind: 'failed'; code: DeclineCode; cardLabel: string }
  | { kind: 'absent' }

/** Pure. Trusts nothing: an intent of another key, a missing fee and a status that we do not use are doubt, never a guess. */
export function seenOf(intent: Stripe.PaymentIntent, row: IntentRow): Seen {
  if (intent.id !== row.intentId || intent.metadata?.[KEY] !== row.key)
    return doubt('Stripe answered about another payment')
  switch (intent.status) {
    case 'succeeded':
      return approved(intent)
    case 'canceled':
      return canceled(intent, row)
    case 'requires_payment_method':
      return intent.last_payment_error ? { kind: 'failed', ...declineOf(intent) } : { kind: 'absent' }
    case 'requires_confirmation':
      return { kind: 'absent' }
    case 'requires_action':
      return challenge(intent)
    case 'requires_capture':
      return authorised(intent)
    default:
      return doubt(`the payment is ${intent.status} at Stripe`)
  }
}

/** The metadata under which Stripe's intents and charges carry our key. */
export const KEY = 'payonce_key'

function approved(intent: Stripe.PaymentIntent): Outcome {
  const charge = intent.latest_charge
  if (charge === null || typeof charge === 'string' || charge.status !== 'succeeded' || !charge.captured)
    return doubt('Stripe did not show the charge of a payment that succeeded')
  const fee = feeOf(charge)
  if (typeof fee !== 'bigint') return fee
  // Of an authorisation a part may have been captured: intent and charge both say what.
  const { amount_captured: captured } = charge
  if (!isPositive(captured) || captured > charge.amount || intent.amount_received !== captured)
    return doubt('the amount of the charge cannot be read')
  return {
    kind: 'approved',
    ref: charge.id,
    amountMinor: BigInt(captured),
    currency: charge.currency.toUpperCase(),
    feeMinor: fee,
    cardLabel: cardLabelOf(charge.payment_method_details?.card),
  }
}

/** 7 days: how long Stripe keeps a card's authorisation where it does not say so itself. Whether it has ended, Stripe alone says. */
const KEPT_S = 7 * 86_400

/** The reference is the charge's, which it keeps when it is captured. */
function authorised(intent: Stripe.PaymentIntent): Outcome {
  const charge = intent.latest_charge
  if (charge === null || typeof charge === 'string' || !isReserved(charge))
    return doubt('Stripe did not show the charge of a payment that waits to be captured')
  const captureBefore = charge.payment_method_details?.card?.capture_before ?? charge.created + KEPT_S
  if (!isPositive(charge.amount) || intent.amount_capturable !== charge.amount || !isPositive(captureBefore))
    return doubt('the authorisation cannot be read')
  return {
    kind: 'authorised',
    ref: charge.id,
    amountMinor: BigInt(charge.amount),
    currency: charge.currency.toUpperCase(),
    cardLabel: cardLabelOf(charge.payment_method_details?.card),
    captureBefore: new Date(captureBefore * 1_000),
  }
}

/** The card's bank has agreed, and no money has moved. */
function isReserved({ status, captured, amount_captured }: Stripe.Charge): boolean {
  return status === 'succeeded' && captured === false && amount_captured === 0
}

function isPositive(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}

/** The fee in the charge's own currency. An account that settles in another one has none, and no rule of ours would book it. */
function feeOf({ balance_transaction: balance, currency }: Stripe.Charge): bigint | Doubt {
  if (balance === null || typeof balance === 'string') return doubt('Stripe does not know the fee yet')
  if (balance.currency !== currency)
    return doubt(`the account settles ${currency} in ${balance.currency}: its fee is in another currency`)
  return Number.isSafeInteger(balance.fee) && balance.fee >= 0
    ? BigInt(balance.fee)
    : doubt('the fee cannot be read')
}

/** Our own row knows the decline also where Stripe has no failed charge to show, as after a refused confirmation. */
function canceled(intent: Stripe.PaymentIntent, { declineCode, cardLabel }: IntentRow): Seen {
  if (declineCode !== null)
    return { kind: 'declined', code: declineCode as DeclineCode, cardLabel: cardLabel ?? UNKNOWN_CARD }
  const charge = intent.latest_charge
  if (charge === null) return { kind: 'cancelled' }
  if (typeof charge === 'string') return doubt('Stripe did not show the charge of a cancelled payment')
  // An authorisation that was released: by us, at Stripe, or by its age.
  if (isReserved(charge)) return { kind: 'cancelled' }
  if (charge.status !== 'failed') return doubt(`a cancelled payment has a charge that is ${charge.status}`)
  const code = declineCodeOf(charge.outcome?.reason ?? charge.failure_code)
  return { kind: 'declined', code, cardLabel: cardLabelOf(charge.payment_method_details?.card) }
}

function challenge({ next_action: action }: Stripe.PaymentIntent): Seen {
  const url = action?.type === 'redirect_to_url' ? action.redirect_to_url?.url : null
  return url ? { kind: 'challenge', actionUrl: url } : doubt('Stripe asks for an action that is no page')
}

function declineOf({ last_payment_error: error }: Stripe.PaymentIntent) {
  return {
    code: declineCodeOf(error?.decline_code ?? error?.code),
    cardLabel: cardLabelOf(error?.payment_method?.card),
  }
}

/** docs.stripe.com/declines/codes. What is not listed is `card_declined`: reasons that only the merchant may know, and those to come. */
const DECLINES = new Map<string, DeclineCode>([
  ['insufficient_funds', 'insufficient_funds'],
  ['card_velocity_exceeded', 'insufficient_funds'],
  ['withdrawal_count_limit_exceeded', 'insufficient_funds'],
  ['expired_card', 'expired_card'],
  ['incorrect_number', 'incorrect_details'],
  ['incorrect_cvc', 'incorrect_details'],
  ['incorrect_zip', 'incorrect_details'],
  ['invalid_number', 'incorrect_details'],
  ['invalid_cvc', 'incorrect_details'],
  ['invalid_expiry_month', 'incorrect_details'],
  ['invalid_expiry_year', 'incorrect_details'],
  ['invalid_account', 'card_declined'],
  ['payment_intent_authentication_failure', 'authentication_failed'],
  ['authentication_required', 'authentication_failed'],
  ['processing_error', 'try_again'],
  ['issuer_not_available', 'try_again'],
  ['reenter_transaction', 'try_again'],
  ['try_again_later', 'try_again'],
])

export function declineCodeOf(code: string | null | undefined): DeclineCode {
  return DECLINES.get(code ?? '') ?? 'card_declined'
}

export const UNKNOWN_CARD = 'Unknown card'

const BRANDS: Record<string, string> = {
  amex: 'American Express',
  cartes_bancaires: 'Cartes Bancaires',
  diners: 'Diners Club',
  discover: 'Discover',
  eftpos_au: 'eftpos',
  jcb: 'JCB',
  mastercard: 'Mastercard',
  unionpay: 'UnionPay',
  visa: 'Visa',
}

function cardLabelOf(card: { brand?: string | null; last4?: string | null } | null | undefined): string {
  if (!card?.last4) return UNKNOWN_CARD
  const brand = card.brand ?? ''
  return `${Object.hasOwn(BRANDS, brand) ? BRANDS[brand] : 'Card'} •••• ${card.last4}`
}
