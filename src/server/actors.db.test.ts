import { afterAll, beforeAll, expect, test } from 'vitest'
import { readId } from '@/lib/id'
import { openTestProduct, type TestProduct } from './testing/product'

let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_TRUSTED_HOPS: '1' })
})
afterAll(() => product.close())

const from = (address: string, key: string) => ({ 'x-forwarded-for': address, 'idempotency-key': key })
const AMOUNT = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }

async function rowsOf(table: string, where = 'true') {
  const { rows } = await product.owner.query(`SELECT * FROM ${table} WHERE ${where}`)
  return rows
}
const idOf = (shown: string, prefix: 'pay' | 'ord' | 'ref') => readId(prefix, shown) as string
const keyIds = async () => (await rowsOf('api_key')).map(({ id }) => id)

test('8 a payment, its order and its attempt name the API key, the address and the request', async () => {
  const reply = await product.api('POST', '/api/v1/payments', AMOUNT, from('203.0.113.7', 'p1'))
  expect(reply.status).toBe(201)
  await product.deps.attempts.flush()
  const [keyId] = await keyIds()
  const by = { actor: `key:${keyId}`, address: '203.0.113.7', request_id: reply.header('request-id') }
  const [payment] = await rowsOf('payment', `id = '${idOf(reply.body.id, 'pay')}'`)
  expect(payment).toMatchObject(by)
  expect(await rowsOf('orders', `id = '${payment.order_id}'`)).toMatchObject([by])
  expect(await rowsOf('attempt', `record_id = '${payment.record_id}'`)).toMatchObject([by])
})

test('8 an order by REST names its API key', async () => {
  const items = [{ name: 'T-shirt', quantity: 1, unitAmount: 1200 }]
  const reply = await product.api(
    'POST',
    '/api/v1/orders',
    { currency: 'EUR', items },
    from('203.0.113.8', 'o1'),
  )
  expect(reply.status).toBe(201)
  expect(await rowsOf('orders', `id = '${idOf(reply.body.id, 'ord')}'`)).toMatchObject([
    { actor: expect.stringMatching(/^key:/), address: '203.0.113.8', request_id: reply.header('request-id') },
  ])
})

test('19 20 a retry with another API key, from another address, is the same request, and keeps the first actor', async () => {
  const other = `Bearer ${await product.newApiKey()}`
  const items = [{ name: 'T-shirt', quantity: 1, unitAmount: 1200 }]
  const payment = await product.api('POST', '/api/v1/payments', AMOUNT, from('203.0.113.9', 'same'))
  const sent: [string, object][] = [
    ['/api/v1/payments', AMOUNT],
    ['/api/v1/orders', { currency: 'EUR', items }],
    [`/api/v1/payments/${payment.body.id}/refunds`, { amount: 100 }],
  ]
  for (const [path, body] of sent) {
    const first = await product.api('POST', path, body, from('203.0.113.9', 'same'))
    const again = await product.api('POST', path, body, {
      ...from('198.51.100.4', 'same'),
      authorization: other,
    })
    expect(first.status).toBe(201)
    expect([again.status, again.text]).toEqual([201, first.text])
  }
  for (const table of ['payment', 'refund'])
    expect(await rowsOf(table, `address = '198.51.100.4'`)).toEqual([])
  await product.deps.attempts.flush()
  // Who retried is in the attempts.
  const retries = await rowsOf('attempt', `address = '198.51.100.4'`)
  expect(new Set(retries.map(({ actor }) => actor)).size).toBe(1)
  expect(retries.map(({ outcome }) => outcome)).toEqual(['replayed', 'replayed', 'replayed'])
})

test('8 47 a refund by REST leaves one audit entry, with its key, address and request, before the bank is asked', async () => {
  const paid = await product.api('POST', '/api/v1/payments', AMOUNT, from('203.0.113.7', 'p2'))
  const path = `/api/v1/payments/${paid.body.id}/refunds`
  const reply = await product.api('POST', path, { amount: 700 }, from('203.0.113.10', 'r1'))
  expect(reply.status).toBe(201)
  await product.api('POST', path, { amount: 700 }, from('203.0.113.11', 'r1'))
  const refundId = idOf(reply.body.id, 'ref')
  const [refund] = await rowsOf('refund', `id = '${refundId}'`)
  const by = { actor: refund.actor, address: '203.0.113.10', request_id: reply.header('request-id') }
  expect(refund).toMatchObject({ ...by, actor: expect.stringMatching(/^key:[0-9a-f-]{36}$/) })
  expect(await rowsOf('audit_log', `subject = '${refundId}'`)).toMatchObject([
    { ...by, action: 'refund.begun', detail: `700 EUR of payment ${idOf(paid.body.id, 'pay')}` },
  ])
})

test('8 a refund that was refused leaves no entry', async () => {
  const paid = await product.api('POST', '/api/v1/payments', AMOUNT, from('203.0.113.7', 'p3'))
  const before = (await rowsOf('audit_log')).length
  const reply = await product.api(
    'POST',
    `/api/v1/payments/${paid.body.id}/refunds`,
    { amount: 9999 },
    from('203.0.113.7', 'r2'),
  )
  expect(reply.status).toBe(409)
  expect((await rowsOf('audit_log')).length).toBe(before)
})

test('8 many refunds of one merchant at once make one chain, and none waits in vain', async () => {
  const paid = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      product.api('POST', '/api/v1/payments', AMOUNT, from('203.0.113.7', `many${index}`)),
    ),
  )
  const replies = await Promise.all(
    paid.flatMap(({ body }, index) =>
      ['a', 'b', 'c'].map((part) =>
        product.api(
          'POST',
          `/api/v1/payments/${body.id}/refunds`,
          { amount: 100 },
          from('203.0.113.7', `m${index}${part}`),
        ),
      ),
    ),
  )
  expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 201))
  expect(await rowsOf('integrity_chain.audit_log_is_chained')).toEqual([])
})

test('8 a shopper is named by a hash, never by the id in their cookie', async () => {
  const cookie = await product.cookie()
  const orderId = await product.newOrder()
  const paid = await product.pay(
    { key: 'shopper', orderId, version: 1, paymentMethod: 'pm_card_visa' },
    cookie,
  )
  expect(paid.status).toBe(200)
  const [payment] = await rowsOf('payment', `order_id = '${idOf(orderId, 'ord')}'`)
  expect(payment.actor).toMatch(/^shopper:[\w-]{22}$/)
  const [record] = await rowsOf('idempotency_record', `id = '${payment.record_id}'`)
  expect(record.scope).toMatch(/^shopper:/)
  expect(record.scope).not.toBe(payment.actor)
  expect(record.scope).not.toContain(payment.actor.slice('shopper:'.length))
})

test('8 who began a payment may not be rewritten', async () => {
  await expect(product.owner.query(`UPDATE payment SET actor = 'key:other'`)).rejects.toThrow(
    /may not change/,
  )
  await expect(product.owner.query(`UPDATE refund SET address = NULL`)).rejects.toThrow(/may not change/)
})
