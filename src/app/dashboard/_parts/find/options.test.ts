import { expect, test } from 'vitest'
import type { FoundItem } from '../api'
import { findGroups } from './options'

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
const names = (text: string, hits: FoundItem[] = []) =>
  findGroups(text, PLACES, hits).map(({ name, options }) => [name, options.map(({ href }) => href)])

test('without a text it offers every page', () => {
  expect(names('  ')).toEqual([['Pages', ['/dashboard', '/dashboard/payments']]])
})

test('a text finds pages by their names, and leads to both searches', () => {
  expect(names('PAY')).toEqual([
    ['Pages', ['/dashboard/payments']],
    ['Search', ['/dashboard/payments?q=PAY', '/dashboard/idempotency?q=PAY']],
  ])
})

test('what was found comes first; a text of any signs is kept whole in the address of a search', () => {
  expect(names('a&b #1', [found({})])).toEqual([
    ['Found', ['/dashboard/payments/pay_1']],
    ['Search', ['/dashboard/payments?q=a%26b%20%231', '/dashboard/idempotency?q=a%26b%20%231']],
  ])
})

test.each<[Partial<FoundItem>, string, string | undefined]>([
  [{ by: 'receipt' }, '/dashboard/payments/pay_1', 'By its receipt'],
  [{ kind: 'refund', id: 'ref_1', by: 'bank' }, '/dashboard/payments/pay_1', 'By the bank’s reference'],
  [{ kind: 'order', id: 'ord_1' }, '/dashboard/payments?q=ord_1', undefined],
  [
    { kind: 'order', id: 'ord_1', paymentId: null },
    '/dashboard/payments?q=ord_1',
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
  const [option] = findGroups('x', [], [found(changes)])[0]?.options ?? []
  expect(option?.href).toBe(href)
  expect(option?.why).toBe(why)
})
