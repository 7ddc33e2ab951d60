import type Stripe from 'stripe'
import { StripeProblem } from './problem'

/**
 * Parameters that the double understands, by request. Each is a parameter of the SDK's type, and every other one is refused, as Stripe does:
 * a misspelt parameter is an error here, not one that is silently without effect.
 */
export const PARAMS = {
  createIntent: known<Stripe.PaymentIntentCreateParams>()(
    'amount',
    'currency',
    'allowed_payment_method_types',
    'capture_method',
    'metadata',
    'expand',
  ),
  confirmIntent: known<Stripe.PaymentIntentConfirmParams>()(
    'payment_method',
    'capture_method',
    'return_url',
    'use_stripe_sdk',
    'expand',
  ),
  captureIntent: known<Stripe.PaymentIntentCaptureParams>()('amount_to_capture', 'expand'),
  cancelIntent: known<Stripe.PaymentIntentCancelParams>()('cancellation_reason', 'expand'),
  retrieveIntent: known<Stripe.PaymentIntentRetrieveParams>()('expand'),
  listIntents: known<Stripe.PaymentIntentListParams>()(
    'created',
    'limit',
    'starting_after',
    'ending_before',
    'expand',
  ),
  searchIntents: known<Stripe.PaymentIntentSearchParams>()('query', 'limit', 'expand'),
  retrieveCharge: known<Stripe.ChargeRetrieveParams>()('expand'),
  listCharges: known<Stripe.ChargeListParams>()(
    'created',
    'limit',
    'starting_after',
    'ending_before',
    'payment_intent',
    'expand',
  ),
  createRefund: known<Stripe.RefundCreateParams>()('charge', 'amount', 'metadata', 'expand'),
  listRefunds: known<Stripe.RefundListParams>()(
    'charge',
    'limit',
    'starting_after',
    'ending_before',
    'expand',
  ),
  retrieveDispute: known<Stripe.DisputeRetrieveParams>()('expand'),
  retrieveRefund: known<Stripe.RefundRetrieveParams>()('expand'),
  listEvents: known<Stripe.EventListParams>()(
    'created',
    'delivery_success',
    'limit',
    'starting_after',
    'ending_before',
    'type',
    'types',
  ),
  retrieveEvent: known<Stripe.EventRetrieveParams>()('expand'),
  listBalances: known<Stripe.BalanceTransactionListParams>()(
    'created',
    'limit',
    'starting_after',
    'ending_before',
    'type',
    'source',
    'expand',
  ),
} as const

function known<Params>() {
  return (...names: readonly (keyof Params & string)[]): ReadonlySet<string> => new Set(names)
}

/** A form as Stripe reads it: `metadata[a]=b`, `expand[0]=c`. */
export type Params = { [name: string]: string | Params }

/** @throws StripeProblem for a parameter that the request does not have */
export function readParams(form: URLSearchParams, names: ReadonlySet<string>): Params {
  const params: Params = {}
  for (const [path, value] of form) {
    const [name = '', ...inner] = path.split('[').map((part) => part.replace(']', ''))
    if (!names.has(name))
      throw new StripeProblem(400, {
        type: 'invalid_request_error',
        code: 'parameter_unknown',
        param: name,
        message: `Received unknown parameter: ${name}`,
      })
    let place = params
    for (const [index, step] of [name, ...inner].entries()) {
      if (index === inner.length) place[step] = value
      else {
        const known = place[step]
        const next = typeof known === 'object' ? known : {}
        place[step] = next
        place = next
      }
    }
  }
  return params
}

export function textOf(params: Params, name: string): string | undefined {
  const value = params[name]
  return typeof value === 'string' ? value : undefined
}

/** @throws StripeProblem when it is missing or no whole number */
export function wholeOf(params: Params, name: string): number {
  const value = textOf(params, name) ?? ''
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw new StripeProblem(400, {
    type: 'invalid_request_error',
    code: value === '' ? 'parameter_missing' : 'parameter_invalid_integer',
    param: name,
    message: `Invalid integer: ${name}`,
  })
}

export function mapOf(params: Params, name: string): Record<string, string> {
  const value = params[name]
  if (typeof value !== 'object') return {}
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}
