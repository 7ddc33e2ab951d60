import type Stripe from 'stripe'
import type { ChargesQuery, Doubt } from '../gateway'
import { type Call, doubt } from './calls'
import { refusal } from './requests'

/** Stripe's largest page. */
const PAGE_MAX = 100
/** Margin before our first intent, in ms. 5 min: our clock and Stripe's may differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000

export interface ListParams {
  created?: { lt: number }
  limit: number
  ending_before?: string
  starting_after?: string
}
export type List<T> = (params: ListParams) => Promise<Call<Stripe.ApiList<T>>>

/** Objects of a page, oldest first. `next` is the newest of all of them. */
export type Listed<T> = { kind: 'page'; items: T[]; next: string | null } | Doubt

/**
 * A page of one of the account's lists, oldest first. Stripe lists the newest first: a page is what lies before (is newer than) an object
 * that was read already, turned round. The cursor is an object's id. A first page begins at the newest object before `since`.
 * @param firstAt time of our first intent; null: we have charged nothing in this account
 */
export async function listOldestFirst<T extends { id: string }>(
  list: List<T>,
  firstAt: () => Promise<Date | null>,
  { since, after, limit }: ChargesQuery,
): Promise<Listed<T>> {
  const size = Math.min(limit, PAGE_MAX)
  if (after !== null) return newerThan(list, after, size)
  const first = await firstAt()
  if (first === null) return ensureReached(list)
  // An account may be older than we are in it: its history before us is none of ours, and could be long.
  const from = Math.max(since.getTime(), first.getTime() - CLOCKS_DIFFER_MS)
  const anchor = await list({ created: { lt: Math.floor(from / 1_000) }, limit: 1 })
  if (anchor.kind !== 'answered') return unread(anchor)
  const [before] = anchor.value.data
  return before ? newerThan(list, before.id, size) : fromTheFirst(list, size)
}

/** Nothing in the account is ours; but an account that cannot be read is no empty list. */
async function ensureReached<T>(list: List<T>): Promise<Listed<T>> {
  const reached = await list({ limit: 1 })
  return reached.kind === 'answered' ? { kind: 'page', items: [], next: null } : unread(reached)
}

async function newerThan<T extends { id: string }>(
  list: List<T>,
  id: string,
  limit: number,
): Promise<Listed<T>> {
  const page = await list({ ending_before: id, limit })
  if (page.kind !== 'answered') return unread(page)
  const { data, has_more: more } = page.value
  return shown(data.toReversed(), more)
}

/** Nothing is older than the start: the account is as young as our use of it. Walks down to its first object, and shows a page from there. */
async function fromTheFirst<T extends { id: string }>(list: List<T>, limit: number): Promise<Listed<T>> {
  let oldest: T[] = []
  let read = 0
  for (let more = true, params: ListParams = { limit: PAGE_MAX }; more; ) {
    const page = await list(params)
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

function shown<T extends { id: string }>(items: T[], more: boolean): Listed<T> {
  return { kind: 'page', items, next: more ? (items.at(-1)?.id ?? null) : null }
}

function unread(call: Exclude<Call<unknown>, { kind: 'answered' }>): Doubt {
  return call.kind === 'unknown' ? call : doubt(refusal(call))
}
