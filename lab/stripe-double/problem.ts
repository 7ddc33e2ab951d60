import type Stripe from 'stripe'

/** Stripe's error object, as far as a client reads it. */
export interface StripeErrorBody {
  type: 'card_error' | 'invalid_request_error' | 'idempotency_error' | 'api_error'
  code?: Stripe.PaymentIntent.LastPaymentError.Code
  decline_code?: string
  param?: string
  message: string
  payment_intent?: object
}

/** A request that is answered with an error. @param saved true: execution had begun, so that the answer is kept under the idempotency key */
export class StripeProblem extends Error {
  constructor(
    readonly status: 400 | 401 | 402 | 404 | 409 | 429 | 500,
    readonly error: StripeErrorBody,
    readonly saved = false,
  ) {
    super(error.message)
  }
}

export function notFound(what: string, id: string, param?: string): StripeProblem {
  return new StripeProblem(param ? 400 : 404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: param ?? 'id',
    message: `No such ${what}: '${id}'`,
  })
}
