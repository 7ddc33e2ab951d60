import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordsOf } from './exports/testing/parse-csv'
import { callProcedure, newOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

let product: TestProduct
let cookie: string
let theirs: string
let payment: { id: string; orderId: string }

beforeAll(async () => {
  product = await openTestProduct()
  cookie = await (await newOperator(product, 'support')).cookie()
  theirs = await (await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)).cookie()
  const card = { currency: 'EUR', paymentMethod: 'pm_card_visa' }
  const pay = (key: string, body: object) =>
    product.api('POST', '/api/v1/payments', { ...card, ...body }, { 'idempotency-key': key })
  const made = await pay('first', { amount: 2_400, metadata: { cart: '7431', colour: 'red' } })
  payment = made.body
  await pay('second', { amount: 1_000, metadata: { cart: '74312' } })
  const path = `/api/v1/payments/${payment.id}/refunds`
  const refunded = await product.api('POST', path, { amount: 400 }, { 'idempotency-key': 'refund' })
  expect([made.status, refunded.status]).toEqual([201, 201])
  await product.owner.query(`UPDATE orders SET reference = 'Invoice 2026/17', metadata = '{"till": "4"}' WHERE id IN (
    SELECT order_id FROM payment WHERE metadata @> '{"cart": "7431"}')`)
})
afterAll(() => product.close())

const kindsOf = async (input: object, as = cookie) => {
  const { data } = await callProcedure(product, { path: 'ledger.journal', type: 'query', input, cookie: as })
  return data.items.map(({ kind }: { kind: string }) => kind)
}

test.each<[string, () => string]>([
  ['the payment', () => payment.id],
  ['its order', () => payment.orderId],
  ['a part of the reference', () => 'invoice 2026'],
  ['metadata of the payment', () => 'cart=7431'],
  ['metadata of the order', () => 'till: 4'],
])('by %s: its capture and its refund, and nobody else’s', async (_, text) => {
  expect(await kindsOf({ search: text() })).toEqual(['refund', 'capture'])
  expect(await kindsOf({ search: text() }, theirs)).toEqual([])
  expect(await kindsOf({ search: text(), kind: 'refund' })).toEqual(['refund'])
  const answer = await product.call(`/api/exports/journal?search=${encodeURIComponent(text())}`, {
    headers: { cookie },
  })
  expect(new Set(recordsOf(await answer.text()).map(({ kind }) => kind))).toEqual(
    new Set(['capture', 'refund']),
  )
})

test('by the id of a transaction: it alone, with its reversal', async () => {
  const { data } = await callProcedure(product, { path: 'ledger.journal', type: 'query', cookie })
  const [refund] = data.items.filter(({ kind }: { kind: string }) => kind === 'refund')
  expect(await kindsOf({ search: refund.id })).toEqual(['refund'])
  await product.owner.query(
    `BEGIN; SET LOCAL session_replication_role = replica;
     INSERT INTO ledger_transaction (merchant_id, id, kind, reverses, description)
       SELECT merchant_id, 'ffffffff-ffff-7fff-bfff-ffffffffffff', 'reversal', id, 'Returned' FROM ledger_transaction WHERE kind = 'refund';
     INSERT INTO entry SELECT e.merchant_id, 'ffffffff-ffff-7fff-bfff-ffffffffffff', e.position, e.account_id, e.currency, -e.amount
       FROM entry e JOIN ledger_transaction t ON t.id = e.transaction_id WHERE t.kind = 'refund'; COMMIT`,
  )
  expect(await kindsOf({ search: refund.id })).toEqual(['reversal', 'refund'])
  expect(await kindsOf({ search: payment.id })).toEqual(['reversal', 'refund', 'capture'])
})

test('what no metadata is finds nothing, and is no error', async () => {
  for (const search of ['cart=743', '=74319', 'cart="}', 'a=b=c', '%%%', "cart='7431'"])
    expect(await kindsOf({ search })).toEqual([])
})

test('of days of a zone', async () => {
  expect(await kindsOf({ first: '2020-01-01', last: '2020-12-31' })).toEqual([])
  expect(await kindsOf({ first: '2020-01-01', kind: 'capture', zone: 'Asia/Tokyo' })).toHaveLength(2)
})
