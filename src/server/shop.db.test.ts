import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CATALOGUE } from '@/checkout/catalogue'
import { readId } from '@/lib/id'
import { openTestProduct, type TestProduct } from './testing/product'

/** The shop's plain forms, as a browser without scripts sends them. */
const OURS = { origin: 'http://localhost:3000' }
const FORM = 'application/x-www-form-urlencoded'

let product: TestProduct
let order: string
let cookie: string

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '2000' })
})
afterAll(() => product.close())
beforeEach(async () => {
  order = await product.newOrder()
  cookie = await product.cookie()
})

async function post(path: string, form: Record<string, string>, headers: Record<string, string> = OURS) {
  const body = new URLSearchParams(form).toString()
  const answer = await product.call(path, {
    method: 'POST',
    headers: { 'content-type': FORM, cookie, ...headers },
    body,
  })
  return { status: answer.status, location: answer.headers.get('location'), headers: answer.headers, answer }
}

const filled = (changes: Record<string, string> = {}) => ({
  key: `key-${order}`,
  version: '1',
  paymentMethod: 'pm_card_visa',
  ...changes,
})
const pay = (changes?: Record<string, string>, headers?: Record<string, string>) =>
  post(`/api/shop/orders/${order}/pay`, filled(changes), headers)
const charges = () => {
  const uuid = order.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return product.count(
    'charges',
    `idempotency_key::uuid IN (SELECT id FROM payment WHERE order_id = '${uuid}')`,
  )
}

describe('the form of the checkout', () => {
  test('B5 pays, then sees the receipt; posted five times at once, it is one charge', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => pay()))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(303))
    expect(answers[0]?.location).toMatch(/^\/receipt\//)
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
    expect(await charges()).toBe(1)
  })

  test('a typed e-mail address is kept with the order; what is none stops no payment', async () => {
    const typed = () =>
      product.owner.query('SELECT customer_email AS email FROM orders WHERE id = $1', [readId('ord', order)])
    expect((await pay({ email: 'not an address' })).location).toMatch(/^\/receipt\//)
    expect((await typed()).rows).toEqual([{ email: null }])
    order = await product.newOrder()
    expect((await pay({ email: 'zoe@example.com' })).location).toMatch(/^\/receipt\//)
    expect((await typed()).rows).toEqual([{ email: 'zoe@example.com' }])
  })

  test('an order that is paid under another key leads to the same receipt', async () => {
    const { location } = await pay()
    expect((await pay({ key: 'another' })).location).toBe(location)
    expect(await charges()).toBe(1)
  })

  test('a decline and an unknown outcome lead back to the checkout, which asks for this key', async () => {
    const back = (problem: string) => `/checkout/${order}?attempt=key-${order}&problem=${problem}`
    expect((await pay({ paymentMethod: 'pm_card_declined' })).location).toBe(back('payment-declined'))
    order = await product.newOrder()
    expect((await pay({ paymentMethod: 'pm_card_timeout_after_charge' })).location).toBe(
      back('outcome-unknown'),
    )
  })

  test('a challenge leads to the bank, which leads back to this attempt', async () => {
    const { location } = await pay({ paymentMethod: 'pm_card_challenge' })
    const { pathname, searchParams } = new URL(location ?? '', OURS.origin)
    expect(pathname).toMatch(/^\/api\/bank\/challenges\/chl_/)
    expect(searchParams.get('return')).toBe(`/checkout/${order}?attempt=key-${order}`)
  })

  test('a form without a card asks for one, and is no attempt', async () => {
    expect((await pay({ paymentMethod: '' })).location).toBe(`/checkout/${order}?problem=no-card`)
    expect(await product.count('records', `key = 'key-${order}'`)).toBe(0)
  })

  test('a guest without a cookie gets the one that the payment is kept under', async () => {
    const first = await pay({ paymentMethod: 'pm_card_declined' }, { ...OURS, cookie: '' })
    const given = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(given).not.toBe('')
    const again = await pay({ paymentMethod: 'pm_card_declined' }, { ...OURS, cookie: given })
    expect(again.headers.get('set-cookie')).toBe(null)
    expect(await product.count('records', `key = 'key-${order}'`)).toBe(1)
  })

  test.each<[string, number, string, Record<string, string>]>([
    ['another site', 403, 'forbidden', { origin: 'https://elsewhere.example' }],
    ['another site, by Sec-Fetch-Site', 403, 'forbidden', { ...OURS, 'sec-fetch-site': 'cross-site' }],
    ['an unknown sender', 403, 'forbidden', {}],
    ['a form with files', 415, 'unsupported-media', { ...OURS, 'content-type': 'multipart/form-data' }],
  ])('from %s: %i, with a row of the problem table', async (_, status, kind, headers) => {
    const refused = await pay({}, headers)
    expect([refused.status, await refused.answer.json()]).toMatchObject([status, { kind, status }])
    expect(refused.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(await charges()).toBe(0)
  })

  test('more than 8 KiB are refused', async () => {
    const refused = await pay({ note: 'x'.repeat(9_000) })
    expect([refused.status, await refused.answer.json()]).toMatchObject([413, { kind: 'too-large' }])
    expect(await charges()).toBe(0)
  })
})

describe('the form of the shop', () => {
  const sku = CATALOGUE[0]?.sku ?? ''

  test('places an order at the catalogue’s price and leads to its checkout', async () => {
    const { status, location } = await post('/api/shop/orders', { sku, quantity: '2', unitAmount: '1' })
    expect([status, location]).toEqual([303, expect.stringMatching(/^\/checkout\/ord_[0-9a-f]{32}$/)])
    const { rows } = await product.owner.query('SELECT amount FROM orders ORDER BY created_at DESC LIMIT 1')
    expect(Number(rows[0].amount)).toBe(2 * (CATALOGUE[0]?.unitAmount ?? 0))
  })

  test.each([{ sku: 'nothing' }, { sku, quantity: '0' }, { sku, quantity: '100' }, { sku, quantity: 'two' }])(
    '%j is refused',
    async (form) => {
      expect((await post('/api/shop/orders', form as unknown as Record<string, string>)).status).toBe(400)
    },
  )

  test('is not for other sites', async () => {
    expect((await post('/api/shop/orders', { sku }, { origin: 'https://elsewhere.example' })).status).toBe(
      403,
    )
  })
})

describe('the form of the languages', () => {
  const choose = (headers: Record<string, string>) =>
    post('/api/shop/language', { to: 'ar', back: '/receipt/x' }, headers)

  test.each<[string, Record<string, string>]>([
    ['a page of ours', { ...OURS, 'sec-fetch-site': 'same-origin' }],
    ['a receipt, which hides its origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['a receipt in a browser that does not name the site', { origin: 'null' }],
  ])('takes it from %s', async (_, headers) => {
    const { status, location, headers: answered } = await choose(headers)
    expect([status, location]).toEqual([303, '/receipt/x'])
    expect(answered.get('set-cookie')).toMatch(/^locale=ar; /)
  })

  test.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://elsewhere.example' }],
    ['a frame of another site, which hides its origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ])('refuses it from %s', async (_, headers) => {
    const { status, headers: answered } = await choose(headers)
    expect([status, answered.get('set-cookie')]).toEqual([403, null])
  })
})

describe('the e-mail of the checkout', () => {
  const emailOf = async () => {
    const uuid = order.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    const { rows } = await product.owner.query('SELECT customer_email AS email FROM orders WHERE id = $1', [
      uuid,
    ])
    return rows[0].email
  }
  const send = (email: unknown, key = `key-${order}`) =>
    product.pay({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa', email }, cookie)

  test('is kept with the order; the same key with another address is the same payment', async () => {
    expect((await send('ann@example.com')).status).toBe(200)
    expect(await emailOf()).toBe('ann@example.com')
    const again = await send('bob@example.com')
    expect([again.status, again.result?.idempotency.outcome]).toEqual([200, 'replayed'])
    expect(await emailOf()).toBe('ann@example.com')
    expect(await charges()).toBe(1)
  })

  test.each(['not an address', 7, '', 'a@b'.repeat(200)])(
    '%j stops no payment, and is not kept',
    async (email) => {
      expect((await send(email)).status).toBe(200)
      expect(await emailOf()).toBeNull()
    },
  )
})
