import type Stripe from 'stripe'
import type { RefundOutcome, RefundRequest } from '../gateway'
import { type Call, type Deadline, doubt, type StripeCalls } from './calls'
import { KEY } from './outcome'
import { refusal } from './requests'

/**
 * Refunds once per key. The refunds of the charge are read first: one with our key is the answer, also after Stripe has forgotten the
 * idempotency key.
 */
export async function refundCharge(
  calls: StripeCalls,
  deadline: Deadline,
  request: RefundRequest,
): Promise<RefundOutcome> {
  if (request.amountMinor <= 0n) return refused('the amount is not positive')
  const charge = await retrieveCharge(calls, deadline, request.ref)
  if (charge.kind === 'unknown') return charge
  if (charge.kind === 'refused')
    return charge.status === 404 ? refused('there is no such charge') : doubt(refusal(charge))
  if (charge.value.currency.toUpperCase() !== request.currency) return refused('it is in another currency')
  const made = await refundOfKey(calls, deadline, request)
  if (made.kind !== 'answered') return made.kind === 'unknown' ? made : doubt(refusal(made))
  if (made.value) return outcomeOf(made.value, request)
  return create(calls, deadline, request)
}

async function create(
  calls: StripeCalls,
  deadline: Deadline,
  request: RefundRequest,
): Promise<RefundOutcome> {
  const { key, ref: charge, amountMinor } = request
  const created = await calls.ask<Stripe.Refund>(
    {
      endpoint: 'refund',
      idempotencyKey: key,
      isAnswer: isRefund,
      send: (stripe, options) =>
        stripe.refunds.create({ charge, amount: Number(amountMinor), metadata: { [KEY]: key } }, options),
    },
    deadline,
  )
  if (created.kind === 'unknown') return created
  // Stripe has no one code for "more than is left"; nothing was refunded by a request that it found invalid.
  if (created.kind === 'refused')
    return created.status === 400 || created.status === 404
      ? refused('less than that is left of the charge')
      : doubt(refusal(created))
  return outcomeOf(created.value, request)
}

function retrieveCharge(calls: StripeCalls, deadline: Deadline, id: string): Promise<Call<Stripe.Charge>> {
  return calls.ask(
    {
      endpoint: 'retrieve',
      isAnswer: (charge) => charge.object === 'charge' && charge.id === id,
      send: (stripe, options) => stripe.charges.retrieve(id, {}, options),
    },
    deadline,
  )
}

/** The refund with our key among those of the charge; null: there is none. */
async function refundOfKey(
  calls: StripeCalls,
  deadline: Deadline,
  { key, ref: charge }: RefundRequest,
): Promise<Call<Stripe.Refund | null>> {
  for (let after: string | null = null; ; ) {
    const params: Stripe.RefundListParams = {
      charge,
      limit: 100,
      ...(after ? { starting_after: after } : {}),
    }
    const page: Call<Stripe.ApiList<Stripe.Refund>> = await calls.ask(
      {
        endpoint: 'list',
        isAnswer: ({ object, data }) => object === 'list' && Array.isArray(data) && data.every(isRefund),
        send: (stripe, options) => stripe.refunds.list(params, options),
      },
      deadline,
    )
    if (page.kind !== 'answered') return page
    const { data, has_more: more } = page.value
    const made = data.find(({ metadata }) => metadata?.[KEY] === key)
    after = data.at(-1)?.id ?? null
    if (made || !more || after === null) return { ...page, value: made ?? null }
  }
}

/** A pending refund counts as made: Stripe carries it out, and says so if it fails later. */
function outcomeOf(refund: Stripe.Refund, { ref, key, amountMinor }: RefundRequest): RefundOutcome {
  if (refund.charge !== ref || BigInt(refund.amount) !== amountMinor || refund.metadata?.[KEY] !== key)
    return doubt('the key was used for another refund')
  switch (refund.status) {
    case 'succeeded':
    case 'pending':
      return { kind: 'refunded', ref: refund.id }
    case 'failed':
    case 'canceled':
      return refused('the card’s bank did not take it')
    default:
      return doubt(`the refund is ${refund.status} at Stripe`)
  }
}

function isRefund({ object, id }: Stripe.Refund): boolean {
  return object === 'refund' && /^p?yr_|^re_/.test(id)
}

function refused(reason: string): RefundOutcome {
  return { kind: 'refused', reason }
}
