import type Stripe from 'stripe'
import type { BankCharge, ChargesPage, ChargesQuery, Doubt } from '../gateway'
import { type Call, type Deadline, doubt, type StripeCalls } from './calls'
import type { IntentStore } from './intents'
import { KEY } from './outcome'
import { refusal } from './requests'

/** Stripe's largest page. */
const PAGE_MAX = 100
/** Margin before our first intent, in ms. 5 min: our clock and Stripe's may differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000

type ListParams = Stripe.ChargeListParams
type List = Stripe.ApiList<Stripe.Charge>

/**
 * A page of the account's charges, oldest first. Stripe lists the newest first: a page is what lies before (is newer than) a charge that was
 * read already, turned round. The cursor is a charge's id. A first page begins at the newest charge before `since`.
 */
export async function listCharges(
  intents: IntentStore,
  calls: StripeCalls,
  deadline: Deadline,
  { since, after, limit }: ChargesQuery,
): Promise<ChargesPage> {
  const size = Math.min(limit, PAGE_MAX)
  if (after !== null) return newerThan(calls, deadline, after, size)
  const first = await intents.firstAt()
  if (first === null) return ensureReached(calls, deadline)
  // An account may be older than we are in it: its history before us is none of ours, and could be long.
  const from = Math.max(since.getTime(), first.getTime() - CLOCKS_DIFFER_MS)
  const created = { lt: Math.floor(from / 1_000) }
  const anchor = await list(calls, deadline, { created, limit: 1 })
  if (anchor.kind !== 'answered') return unread(anchor)
  const [before] = anchor.value.data
  return before ? newerThan(calls, deadline, before.id, size) : fromTheFirst(calls, deadline, size)
}

/** We have charged nothing in this account, so that nothing in it is ours; but an account that cannot be read is no empty list. */
async function ensureReached(calls: StripeCalls, deadline: Deadline): Promise<ChargesPage> {
  const reached = await list(calls, deadline, { limit: 1 })
  return reached.kind === 'answered' ? { kind: 'page', charges: [], next: null } : unread(reached)
}

async function newerThan(
  calls: StripeCalls,
  deadline: Deadline,
  id: string,
  limit: number,
): Promise<ChargesPage> {
  const page = await list(calls, deadline, { ending_before: id, limit })
  if (page.kind !== 'answered') return unread(page)
  const { data, has_more: more } = page.value
  return shown(data.toReversed(), more)
}

/** No charge is older than the start: the account is as young as our use of it. Walks down to its first charge, and shows a page from there. */
async function fromTheFirst(calls: StripeCalls, deadline: Deadline, limit: number): Promise<ChargesPage> {
  let oldest: Stripe.Charge[] = []
  let read = 0
  for (let more = true, params: ListParams = { limit: PAGE_MAX }; more; ) {
    const page = await list(calls, deadline, params)
    if (page.kind !== 'answered') return unread(page)
    const { data, has_more } = page.value
    read += data.length
    oldest = [...oldest, ...data].slice(-limit)
    const last = data.at(-1)
    more = has_more && last !== undefined
    if (last) params = { limit: PAGE_MAX, starting_after: last.id }
  }
  return shown(oldest.toReversed(), read > oldest.length)
}

/** @param charges of a page, oldest first; the cursor is the newest of all of them, whether it is shown or not */
function shown(charges: Stripe.Charge[], more: boolean): ChargesPage {
  return {
    kind: 'page',
    // A decline leaves a failed charge behind.
    charges: charges.filter(({ status }) => status === 'succeeded').map(bankCharge),
    next: more ? (charges.at(-1)?.id ?? null) : null,
  }
}

function bankCharge(charge: Stripe.Charge): BankCharge {
  return {
    ref: charge.id,
    // Empty: made by somebody else in the same account.
    key: charge.metadata?.[KEY] ?? '',
    amountMinor: BigInt(charge.amount),
    currency: charge.currency.toUpperCase(),
    refundedMinor: BigInt(charge.amount_refunded),
    at: new Date(charge.created * 1_000),
  }
}

function list(calls: StripeCalls, deadline: Deadline, params: ListParams): Promise<Call<List>> {
  return calls.ask(
    {
      endpoint: 'list',
      isAnswer: ({ object, data }) => object === 'list' && Array.isArray(data) && data.every(isCharge),
      send: (stripe, options) => stripe.charges.list(params, options),
    },
    deadline,
  )
}

function isCharge({ object, amount, amount_refunded, created }: Stripe.Charge): boolean {
  return object === 'charge' && [amount, amount_refunded, created].every(Number.isSafeInteger)
}

function unread(call: Exclude<Call<unknown>, { kind: 'answered' }>): Doubt {
  return call.kind === 'unknown' ? call : doubt(refusal(call))
}
