import { expect, test } from 'vitest'
import { showId, uuidv7 } from '@/lib/id'
import { type Booked, wrongOf } from './judge-acts'
import type { Act } from './program'

const payment = uuidv7()
const act = (played: Act['played'], body = {}): Act => ({
  key: 'k',
  mark: 'm',
  path: '',
  played,
  body,
  order: showId('pay', payment),
  amount: 1_200n,
  chargeRef: 'ch_1',
})
const charge = { kind: 'charge' as const, amountMinor: '1200', chargeRef: 'ch_1' }
const refund = { kind: 'refund' as const, amountMinor: '400', chargeRef: 'ch_1' }
const nothing: Booked = { refunds: [], payments: new Map(), orders: [] }
const withPayment = (status: string, postings: number): Booked => ({
  ...nothing,
  payments: new Map([[payment, { status, postings }]]),
})
const withRefunds = (...amounts: bigint[]): Booked => ({
  ...nothing,
  refunds: amounts.map((amount) => ({ payment, amount })),
})

const part = act('refund', { amount: 400 })

test.each<[what: string, ...Parameters<typeof wrongOf>]>([
  ['a refund', part, 201, [charge, refund], withRefunds(400n)],
  ['a refused refund', part, 402, [charge], nothing],
  ['a capture', act('capture'), 200, [charge], withPayment('succeeded', 1)],
  ['a void', act('void'), 200, [], withPayment('voided', 0)],
  ['an order', act('order'), 201, [], { ...nothing, orders: ['k'] }],
  ['a payment', act('payment'), 201, [charge], nothing],
  ['a declined payment', act('payment'), 402, [], nothing],
])('%s that is told, at the bank and in the books is not wrong', (_, ...seen) => {
  expect(wrongOf(...seen)).toEqual([])
})

test.each<[wrong: string, ...Parameters<typeof wrongOf>]>([
  ['the bank refunded 2 times', part, 201, [charge, refund, refund], withRefunds(400n)],
  ['the bank refunded 0 times', part, 201, [charge], withRefunds(400n)],
  ['the bank refunded 1 times', part, 402, [charge, refund], nothing],
  ['our books have the refund 0 times', part, 201, [charge, refund], nothing],
  ['our books have the refund 2 times', part, 201, [charge, refund], withRefunds(400n, 400n)],
  ['400 was refunded, and 1200 was asked for', act('refund'), 201, [charge, refund], withRefunds(1_200n)],
  ['401 was refunded, and 400 was asked for', part, 201, [charge, refund], withRefunds(401n)],
  ['the bank charged 2 times', act('capture'), 200, [charge, charge], withPayment('succeeded', 1)],
  ['the bank charged 0 times', act('capture'), 200, [], withPayment('succeeded', 1)],
  ['our books have the charge 0 times', act('capture'), 200, [charge], withPayment('succeeded', 0)],
  ['our payment is authorised, not succeeded', act('capture'), 200, [charge], withPayment('authorised', 1)],
  ['a capture that nobody contradicts was told 409', act('capture'), 409, [], withPayment('voided', 0)],
  ['the bank charged 1 times', act('void'), 200, [charge], withPayment('voided', 0)],
  ['our payment is authorised, not voided', act('void'), 200, [], withPayment('authorised', 0)],
  ['an order was placed 2 times', act('order'), 201, [], { ...nothing, orders: ['k', 'k'] }],
  ['an order was placed 0 times', act('order'), 201, [], nothing],
  ['the bank charged 2 times', act('payment'), 201, [charge, charge], nothing],
  ['the bank charged 1 times', act('payment'), 402, [charge], nothing],
])('%s: it is named', (wrong, ...seen) => {
  expect(wrongOf(...seen).join('; ')).toContain(wrong)
})
