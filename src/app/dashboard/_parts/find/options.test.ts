import { expect, test } from 'vitest'
import type { FoundItem } from '../api'
import { type FindAnswer, findGroups } from './options'

const PLACES = [
  { href: '/dashboard', word: 'Overview' },
  { href: '/dashboard/payments', word: 'Payments' },
]
const found = (changes: Partial<FoundItem>): FoundItem => ({
  kind: 'payment',
  id: 'pay_1',
  by: 'id',
  paymentId: 'pay_1',
  status: 'succeeded',
  amount: 2400,
  currency: 'EUR',
  note: null,
  createdAt: '2026-01-02T03:04:05.000Z',
  ...changes,
})
const answer = (hits: FoundItem[], more: Partial<FindAnswer> = {}): FindAnswer => ({
  found: hits,
  moreWords: false,
  amounts: [],
  ...more,
})
const names = (text: string, hits: FoundItem[] = [], more: Partial<FindAnswer> = {}) =>
  findGroups(text, PLACES, answer(hits, more)).map(({ name, options }) => [
    name,
    options.map(({ href }) => href),
  ])

test('without a text it offers every page', () => {
  expect(names('  ')).toEqual([['Pages', ['/dashboard', '/dashboard/payments']]])
})

test('a text finds pages by their names, and leads to both searches', () => {
  expect(names('PAY')).toEqual([
    ['Pages', ['/dashboard/payments']],
    ['Search', ['/dashboard/payments?q=PAY', '/dashboard/idempotency?q=PAY']],
  ])
})

test('payments are not searched for one or two characters; keys are, by their beginning', () => {
  expect(names('ZZ')).toEqual([['Search', ['/dashboard/idempotency?q=ZZ']]])
})

test('each kind of what was found has a group', () => {
  const record = found({ kind: 'record', id: 'hash', by: 'key', note: 'the key', paymentId: null })
  expect(names('xyz', [record, found({}), found({ id: 'pay_2', paymentId: 'pay_2' })]).slice(0, 2)).toEqual([
    ['Payments', ['/dashboard/payments/pay_1', '/dashboard/payments/pay_2']],
    ['Idempotency keys', ['/dashboard/idempotency/hash']],
  ])
})

test('an amount leads to the list of payments of it, in the currency that they have', () => {
  const amounts = [
    { currency: 'EUR', amount: 2450 },
    { currency: 'JPY', amount: 24 },
  ]
  expect(names('24.50', [], { amounts })[0]?.[1]?.slice(0, 2)).toEqual([
    '/dashboard/payments?currency=EUR&min=24.50&max=24.50',
    '/dashboard/payments?currency=JPY&min=24&max=24',
  ])
})

test('more than the box shows is said beside the search that shows them', () => {
  const [search] = findGroups('4242', [], answer([], { moreWords: true })).at(-1)?.options ?? []
  expect(search?.why).toBe('There are more than these')
})

test('what was found comes first; a text of any signs is kept whole in the address of a search', () => {
  expect(names('a&b #1', [found({})])).toEqual([
    ['Payments', ['/dashboard/payments/pay_1']],
    ['Search', ['/dashboard/payments?q=a%26b%20%231', '/dashboard/idempotency?q=a%26b%20%231']],
  ])
})

test.each<[Partial<FoundItem>, string, string | undefined]>([
  [{ by: 'receipt' }, '/dashboard/payments/pay_1', 'By its receipt'],
  [{ by: 'code' }, '/dashboard/payments/pay_1', 'By the code on its receipt'],
  [{ by: 'metadata', note: 'cart=7' }, '/dashboard/payments/pay_1', 'By its metadata'],
  [{ kind: 'refund', id: 'ref_1', by: 'bank' }, '/dashboard/payments/pay_1', 'By the bank’s reference'],
  [{ kind: 'order', id: 'ord_1' }, '/dashboard/orders/ord_1', undefined],
  [
    { kind: 'order', id: 'ord_1', paymentId: null },
    '/dashboard/orders/ord_1',
    'Nobody has tried to pay it yet',
  ],
  [{ kind: 'transaction', id: 'txn_1' }, '/dashboard/payments/pay_1', undefined],
  [{ kind: 'transaction', id: 'txn_1', paymentId: null }, '/dashboard/ledger/journal', undefined],
  [
    { kind: 'record', id: 'hash', by: 'key', note: 'the key', paymentId: null },
    '/dashboard/idempotency/hash',
    undefined,
  ],
])('%j leads to %s', (changes, href, why) => {
  const [option] = findGroups('x', [], answer([found(changes)]))[0]?.options ?? []
  expect(option?.href).toBe(href)
  expect(option?.why).toBe(why)
})
