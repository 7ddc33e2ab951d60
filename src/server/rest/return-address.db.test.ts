import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { openTestProduct, type TestProduct } from '../testing/product'

/** Where shoppers return to: given with the order, and nowhere else. */
let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct()
})
afterAll(() => product.close())

const ADDRESSES = {
  successUrl: 'https://shop.example/thanks?order={ORDER_ID}',
  cancelUrl: 'http://localhost:8080/basket',
}
const place = (more: object) =>
  product.api(
    'POST',
    '/api/v1/orders',
    { currency: 'EUR', items: [{ name: 'Tea', quantity: 1, unitAmount: 900 }], ...more },
    { 'idempotency-key': uuidv7() },
  )
const ask = async (procedure: string, input: object) =>
  (
    await (
      await product.call(`/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`)
    ).json()
  ).result.data

test('an order has them as given; the checkout links to one until it is being paid, the receipt to the other once it is', async () => {
  const { status, body } = await place(ADDRESSES)
  expect([status, body.successUrl, body.cancelUrl]).toEqual([201, ADDRESSES.successUrl, ADDRESSES.cancelUrl])
  expect((await product.api('GET', `/api/v1/orders/${body.id}`)).body).toEqual(body)
  const checkout = () => ask('checkout.order', { orderId: body.id })
  expect(await checkout()).toMatchObject({ cancelUrl: ADDRESSES.cancelUrl })
  const receipt = async () => {
    const { rows } = await product.owner.query(
      'SELECT receipt_token AS token FROM payment ORDER BY created_at DESC LIMIT 1',
    )
    return ask('checkout.receipt', { token: rows[0].token })
  }
  const pay = (key: string, paymentMethod: string) =>
    product.pay({ orderId: body.id, version: 1, key, paymentMethod })
  await pay('declined', 'pm_card_declined')
  expect(await receipt()).toMatchObject({ status: 'declined', successUrl: null })
  await pay('paid', 'pm_card_visa')
  expect(await receipt()).toMatchObject({ successUrl: `https://shop.example/thanks?order=${body.id}` })
  expect(await checkout()).toMatchObject({ cancelUrl: null })
})

test('without them there is no link', async () => {
  const { body } = await place({})
  expect([body.successUrl, body.cancelUrl]).toEqual([null, null])
  expect(await ask('checkout.order', { orderId: body.id })).toMatchObject({ cancelUrl: null })
})

test.each(['successUrl', 'cancelUrl'])(
  'a wrong %s is 400 and names the field; no order is placed',
  async (name) => {
    const orders = async () => (await product.owner.query('SELECT count(*) FROM orders')).rows[0].count
    const before = await orders()
    const { status, body } = await place({ [name]: 'javascript:alert(1)' })
    expect([status, body.kind, body.errors[0].pointer]).toEqual([400, 'validation', `/${name}`])
    expect(await orders()).toBe(before)
  },
)

test('the database takes none that a browser would run, and no change of one', async () => {
  const { body } = await place(ADDRESSES)
  const uuid = body.id.replace('ord_', '')
  await expect(
    product.owner.query(`UPDATE orders SET success_url = 'javascript:alert(1)' WHERE id = $1`, [uuid]),
  ).rejects.toThrow('orders_return_addresses')
  await expect(
    product.deps.pool.query(`UPDATE orders SET success_url = 'https://evil.example' WHERE id = $1`, [uuid]),
  ).rejects.toThrow('permission denied')
})
