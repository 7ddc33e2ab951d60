import type Stripe from 'stripe'
import type { BankCharge, ChargesPage, ChargesQuery } from '../gateway'
import type { Call, Deadline, StripeCalls } from './calls'
import type { IntentStore } from './intents'
import { type ListParams, listOldestFirst } from './oldest-first'
import { KEY } from './outcome'

/** A page of the account's charges, oldest first. */
export async function listCharges(
  intents: IntentStore,
  calls: StripeCalls,
  deadline: Deadline,
  query: ChargesQuery,
): Promise<ChargesPage> {
  const page = await listOldestFirst(
    (params) => list(calls, deadline, params),
    () => intents.firstAt(),
    query,
  )
  if (page.kind === 'unknown') return page
  // A decline leaves a failed charge behind, an authorisation that was made at Stripe itself one that has moved no money.
  const moved = page.items.filter(({ status, captured }) => status === 'succeeded' && captured)
  const charges = moved.map(bankCharge)
  return { kind: 'page', charges, next: page.next }
}

function bankCharge(charge: Stripe.Charge): BankCharge {
  return {
    ref: charge.id,
    // Empty: made by somebody else in the same account.
    key: charge.metadata?.[KEY] ?? '',
    // Less than the charge's amount where a part of an authorisation was captured.
    amountMinor: BigInt(charge.amount_captured),
    currency: charge.currency.toUpperCase(),
    refundedMinor: refundedOf(charge),
    at: new Date(charge.created * 1_000),
  }
}

/** What Stripe released of an authorisation counts as refunded there, though no money has moved for it. */
function refundedOf({ amount, amount_captured, amount_refunded }: Stripe.Charge): bigint {
  return BigInt(Math.max(0, amount_refunded - (amount - amount_captured)))
}

function list(
  calls: StripeCalls,
  deadline: Deadline,
  params: ListParams,
): Promise<Call<Stripe.ApiList<Stripe.Charge>>> {
  return calls.ask(
    {
      endpoint: 'list',
      isAnswer: ({ object, data }) => object === 'list' && Array.isArray(data) && data.every(isCharge),
      send: (stripe, options) => stripe.charges.list(params, options),
    },
    deadline,
  )
}

function isCharge({ object, amount, amount_captured, amount_refunded, created }: Stripe.Charge): boolean {
  return (
    object === 'charge' && [amount, amount_captured, amount_refunded, created].every(Number.isSafeInteger)
  )
}
