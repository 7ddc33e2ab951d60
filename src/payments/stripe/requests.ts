import type Stripe from 'stripe'
import type { Currency } from '@/lib/money'
import type { CancelRequest, ChargeRequest } from '../gateway'
import type { Call, Deadline, Refused, StripeCalls } from './calls'
import { KEY } from './outcome'

/** Each request about a PaymentIntent that we send, with what counts as an answer to it. */

/** The charge with its fee comes with the intent, so that one answer tells all. */
const EXPAND = ['latest_charge.balance_transaction']

/** The same parameters in every try and in a withdrawal: with another one the idempotency key would be refused. */
export function createIntent(
  calls: StripeCalls,
  deadline: Deadline,
  { key, amountMinor, currency }: CancelRequest,
): Promise<Call<Stripe.PaymentIntent>> {
  return calls.ask(
    {
      endpoint: 'create',
      idempotencyKey: `${key}:create`,
      isAnswer: (intent) => isIntent(intent) && BigInt(intent.amount) === amountMinor,
      send: (stripe, options) =>
        stripe.paymentIntents.create(
          {
            amount: Number(amountMinor),
            currency: currency.toLowerCase(),
            allowed_payment_method_types: ['card'],
            // The default settles later, and would not know the fee yet. `manual` comes with the confirmation.
            capture_method: 'automatic',
            metadata: { [KEY]: key },
          },
          options,
        ),
    },
    deadline,
  )
}

export function confirmIntent(
  calls: StripeCalls,
  deadline: Deadline,
  id: string,
  { key, method, returnUrl, capture }: ChargeRequest,
): Promise<Call<Stripe.PaymentIntent>> {
  return calls.ask(
    {
      endpoint: 'confirm',
      idempotencyKey: `${key}:confirm`,
      isAnswer: (intent) => isIntent(intent, id),
      send: (stripe, options) =>
        stripe.paymentIntents.confirm(
          id,
          {
            ...(method.startsWith('ctoken_') ? { confirmation_token: method } : { payment_method: method }),
            // Here, and not when it is created: a withdrawal, which creates with the same parameters, does not know of it.
            ...(capture ? { capture_method: capture } : {}),
            return_url: returnUrl,
            // A page to go to, not a step inside Stripe's script.
            use_stripe_sdk: false,
            expand: EXPAND,
          },
          options,
        ),
    },
    deadline,
  )
}

export function retrieveIntent(calls: StripeCalls, deadline: Deadline, id: string) {
  return calls.ask<Stripe.PaymentIntent>(
    {
      endpoint: 'retrieve',
      isAnswer: (intent) => isIntent(intent, id),
      send: (stripe, options) => stripe.paymentIntents.retrieve(id, { expand: EXPAND }, options),
    },
    deadline,
  )
}

/** Without a key of ours: Stripe would give a refusal again for a day, after the intent has become cancellable. */
export function cancelIntent(calls: StripeCalls, deadline: Deadline, id: string) {
  return calls.ask<Stripe.PaymentIntent>(
    {
      endpoint: 'cancel',
      isAnswer: (intent) => isIntent(intent, id) && intent.status === 'canceled',
      send: (stripe, options) =>
        stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned', expand: EXPAND }, options),
    },
    deadline,
  )
}

/**
 * Captures a part, or the whole: Stripe releases the rest. Without a key of ours: an intent is captured once, whoever asks, and a refusal or a 500 that
 * Stripe kept under a key would stand in the way of the capture for a day.
 */
export function captureIntent(calls: StripeCalls, deadline: Deadline, id: string, captureMinor: bigint) {
  return calls.ask<Stripe.PaymentIntent>(
    {
      endpoint: 'capture',
      isAnswer: (intent) => isIntent(intent, id) && intent.status === 'succeeded',
      send: (stripe, options) =>
        stripe.paymentIntents.capture(
          id,
          { amount_to_capture: Number(captureMinor), expand: EXPAND },
          options,
        ),
    },
    deadline,
  )
}

/** The intents with our key, as far as Stripe's search has them: it may lag. */
export async function searchIntents(
  calls: StripeCalls,
  deadline: Deadline,
  key: string,
): Promise<Call<Stripe.PaymentIntent[]>> {
  const found = await calls.ask<Stripe.ApiSearchResult<Stripe.PaymentIntent>>(
    {
      endpoint: 'search',
      isAnswer: ({ object, data }) =>
        object === 'search_result' && Array.isArray(data) && data.every((one) => isIntent(one)),
      send: (stripe, options) =>
        stripe.paymentIntents.search({ query: `metadata['${KEY}']:'${escaped(key)}'`, limit: 10 }, options),
    },
    deadline,
  )
  return found.kind === 'answered' ? { ...found, value: found.value.data } : found
}

function isIntent(value: Stripe.PaymentIntent, id?: string): boolean {
  return (
    value.object === 'payment_intent' && (id === undefined ? value.id.startsWith('pi_') : value.id === id)
  )
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
}

/** Stripe counts the cents of these two, which have none: an amount of ours would be a hundredth of itself (docs.stripe.com/currencies). */
const OTHER_UNITS: readonly Currency[] = ['ISK', 'UGX']
/** Eight digits (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). */
const MAX_AMOUNT = 99_999_999n

/** False: Stripe would refuse this amount or take it for another, so that it is never sent. */
export function isTaken({ amountMinor, currency }: CancelRequest): boolean {
  return amountMinor > 0n && amountMinor <= MAX_AMOUNT && !OTHER_UNITS.includes(currency)
}

/** The amount or the currency was refused, and always will be. */
export function isNeverTaken({ status, code, param }: Refused): boolean {
  return (
    status === 400 && (/^amount_too_(small|large)$/.test(code) || param === 'currency' || param === 'amount')
  )
}

/**
 * The first answer to this key was an error of Stripe's, which Stripe has kept. So no process has ever had an intent from it, and none will while
 * Stripe remembers the key.
 */
export function isKeptError({ status }: Refused): boolean {
  return status >= 500
}

/** The card's token is unknown, used up or of another account: nothing was charged with it. */
export function isBadCard({ status, code, param }: Refused): boolean {
  const aboutCard = param === 'payment_method' || param === 'confirmation_token'
  return status === 400 && ((code === 'resource_missing' && aboutCard) || code.startsWith('payment_method_'))
}

/** The intent alone says what has become of it. */
export function isSettled({ status, code }: Refused): boolean {
  return status === 402 || (status === 400 && code === 'payment_intent_unexpected_state')
}

export function refusal({ status, code, param }: Refused): string {
  return `Stripe refused the request: ${status} ${code} ${param}`.trimEnd()
}
