import type { FoundItem } from '../api'

/** A line of the find box: where it leads, and what is said of it. */
export interface FindOption {
  href: string
  title: string
  /** Shortened in the middle where it is shown. */
  id?: string
  /** Why it is here, where its title does not say so. */
  why?: string
  found?: FoundItem
}

export interface FindGroup {
  name: string
  options: FindOption[]
}

interface Place {
  href: string
  word: string
}

/** Pure. What the box offers for a text: what has been found, then pages by their names, then the lists that search. */
export function findGroups(text: string, places: readonly Place[], found: readonly FoundItem[]): FindGroup[] {
  const wanted = text.trim()
  const pages = places
    .filter(({ word }) => word.toLowerCase().includes(wanted.toLowerCase()))
    .map(({ href, word }) => ({ href, title: word }))
  return [
    { name: 'Found', options: found.map(optionOf) },
    { name: 'Pages', options: pages },
    { name: 'Search', options: wanted === '' ? [] : searches(wanted) },
  ].filter(({ options }) => options.length > 0)
}

function searches(text: string): FindOption[] {
  const q = encodeURIComponent(text)
  return [
    { href: `/dashboard/payments?q=${q}`, title: `Payments with “${text}”` },
    { href: `/dashboard/idempotency?q=${q}`, title: `Keys that begin with “${text}”` },
  ]
}

const TITLES = {
  payment: 'Payment',
  refund: 'Refund',
  order: 'Order',
  transaction: 'Ledger transaction',
  record: 'Idempotency key',
} as const

function optionOf(found: FoundItem): FindOption {
  const why = whyFound(found)
  return {
    href: hrefOf(found),
    title: TITLES[found.kind],
    id: found.kind === 'record' ? (found.note ?? found.id) : found.id,
    found,
    ...(why ? { why } : {}),
  }
}

/** An order has no page of its own: its payments have. One that nobody has tried to pay is only found in its list. */
function hrefOf({ kind, id, paymentId }: FoundItem): string {
  if (kind === 'record') return `/dashboard/idempotency/${id}`
  if (kind === 'order') return `/dashboard/payments?q=${id}`
  if (paymentId) return `/dashboard/payments/${paymentId}`
  return '/dashboard/ledger/journal'
}

function whyFound({ kind, by, paymentId }: FoundItem): string | null {
  if (kind === 'order' && paymentId === null) return 'Nobody has tried to pay it yet'
  if (by === 'receipt') return 'By its receipt'
  return by === 'bank' ? 'By the bank’s reference' : null
}
