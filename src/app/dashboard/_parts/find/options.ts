import { decimal, formatMoney, isCurrency } from '@/lib/money'
import { isLongEnough } from '@/lib/search-text'
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

/** What the server knows by a text. */
export interface FindAnswer {
  found: readonly FoundItem[]
  moreWords: boolean
  amounts: readonly { currency: string; amount: number }[]
}

/** Pure. What the box offers for a text: what has been found, kind by kind, then pages by their names, then the lists that search. */
export function findGroups(text: string, places: readonly Place[], answer: FindAnswer): FindGroup[] {
  const wanted = text.trim()
  const pages = places
    .filter(({ word }) => word.toLowerCase().includes(wanted.toLowerCase()))
    .map(({ href, word }) => ({ href, title: word }))
  return [
    ...KINDS.map(({ name, kind }) => ({
      name,
      options: answer.found.filter((item) => item.kind === kind).map(optionOf),
    })),
    { name: 'Pages', options: pages },
    { name: 'Search', options: wanted === '' ? [] : searches(wanted, answer) },
  ].filter(({ options }) => options.length > 0)
}

const KINDS: readonly { name: string; kind: FoundItem['kind'] }[] = [
  { name: 'Payments', kind: 'payment' },
  { name: 'Refunds', kind: 'refund' },
  { name: 'Orders', kind: 'order' },
  { name: 'Ledger', kind: 'transaction' },
  { name: 'Idempotency keys', kind: 'record' },
]

/** The lists that go on where the box ends, with the same condition as their filter. */
function searches(text: string, { moreWords, amounts }: FindAnswer): FindOption[] {
  const q = encodeURIComponent(text)
  const payments = {
    href: `/dashboard/payments?q=${q}`,
    title: `Payments with “${text}”`,
    ...(moreWords ? { why: 'There are more than these' } : {}),
  }
  return [
    ...amounts.map(({ currency, amount }) => {
      const exact = isCurrency(currency) ? decimal(BigInt(amount), currency) : String(amount)
      const filter = new URLSearchParams({ currency, min: exact, max: exact })
      return {
        href: `/dashboard/payments?${filter}`,
        title: `Payments of ${formatMoney(amount, currency)}`,
      }
    }),
    ...(isLongEnough(text) ? [payments] : []),
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

function hrefOf({ kind, id, paymentId }: FoundItem): string {
  if (kind === 'record') return `/dashboard/idempotency/${id}`
  if (kind === 'order') return `/dashboard/orders/${id}`
  if (paymentId) return `/dashboard/payments/${paymentId}`
  return '/dashboard/ledger/journal'
}

function whyFound({ kind, by, paymentId }: FoundItem): string | null {
  if (kind === 'order' && paymentId === null) return 'Nobody has tried to pay it yet'
  const words: Partial<Record<FoundItem['by'], string>> = {
    receipt: 'By its receipt',
    code: 'By the code on its receipt',
    bank: 'By the bank’s reference',
    email: 'By the customer’s address',
    card: 'By its card',
    reference: 'By the order’s reference',
    description: 'By its description',
    metadata: 'By its metadata',
    amount: 'By its amount',
  }
  return words[by] ?? null
}
