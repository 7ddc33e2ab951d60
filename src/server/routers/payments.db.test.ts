import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { newOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** Amounts in EUR, in the order in which they were paid; one was declined. */
const PAID = [500, 2450, 2450, 100, 9900]

let product: TestProduct
let cookie: string
const ids: string[] = []

beforeAll(async () => {
  product = await openTestProduct()
  cookie = await (await newOperator(product, 'viewer')).cookie()
  for (const amount of PAID) ids.push(await pay({ amount, metadata: { cart: `c-${amount}` } }))
  await pay({ amount: 700, paymentMethod: 'pm_card_declined' }, 402)
  await pay({ amount: 2450, currency: 'JPY' })
})
afterAll(() => product.close())

async function pay(body: object, status = 201): Promise<string> {
  const paid = await product.api(
    'POST',
    '/api/v1/payments',
    { currency: 'EUR', paymentMethod: 'pm_card_visa', ...body },
    { 'idempotency-key': uuidv7() },
  )
  expect(paid.status, paid.text).toBe(status)
  return JSON.parse(paid.text).id
}

async function ask(procedure: 'list' | 'counts', input: object) {
  const query = encodeURIComponent(JSON.stringify(input))
  const answer = await product.call(`/api/trpc/payments.${procedure}?input=${query}`, { headers: { cookie } })
  const body = await answer.json()
  return { status: answer.status, data: body.result?.data }
}

const amounts = async (input: object) =>
  (await ask('list', input)).data.items.map(({ amount }: { amount: number }) => amount)

describe('the list of payments', () => {
  it('has filters for amount, metadata, card, and both ends of a period', async () => {
    expect(await amounts({ currency: 'EUR', lowest: 500, highest: 2450 })).toEqual([700, 2450, 2450, 500])
    expect(await amounts({ currency: 'EUR', lowest: 500, highest: 2450, statuses: ['declined'] })).toEqual([
      700,
    ])
    expect(await amounts({ metadata: { key: 'cart', value: 'C-100' } })).toEqual([100])
    expect(await amounts({ metadata: { key: 'cart' } })).toHaveLength(5)
    expect(await amounts({ lastFour: '4242', currency: 'JPY' })).toEqual([2450])
    expect(await amounts({ until: '2026-01-01T00:00:00Z' })).toEqual([])
  })

  it.each([
    ['highest', [9900, 2450, 2450, 700, 500, 100]],
    ['lowest', [100, 500, 700, 2450, 2450, 9900]],
  ])('is read page by page in the order of amounts: %s first', async (sort, expected) => {
    const seen: number[] = []
    for (let cursor: string | undefined; ; ) {
      const { data } = await ask('list', { currency: 'EUR', sort, limit: 1, ...(cursor ? { cursor } : {}) })
      seen.push(...data.items.map(({ amount }: { amount: number }) => amount))
      if (!data.nextCursor) break
      cursor = data.nextCursor
    }
    expect(seen).toEqual(expected)
  })

  it('is read in the order of amounts also where a text is sought', async () => {
    const sought = { currency: 'EUR', search: 'cart=c-', limit: 2 }
    const first = (await ask('list', { ...sought, sort: 'highest' })).data
    expect(first.items.map(({ amount }: { amount: number }) => amount)).toEqual([9900, 2450])
    expect(await amounts({ ...sought, sort: 'highest', cursor: first.nextCursor })).toEqual([2450, 500])
    expect(await amounts({ ...sought, sort: 'lowest', statuses: ['succeeded'], lowest: 200 })).toEqual([
      500, 2450,
    ])
    expect(await amounts({ currency: 'EUR', sort: 'lowest', lastFour: '4242', limit: 1 })).toEqual([100])
    expect(await amounts({ ...sought, sort: 'lowest', search: 'cart=c-9' })).toEqual([9900])
  })

  it.each<[string, object]>([
    ['a bound of amounts without a currency', { lowest: 1 }],
    ['an order of amounts without a currency', { sort: 'highest' }],
    ['a cursor of another order', { sort: 'highest', currency: 'EUR', cursor: 'MjAyNi0wMS0wMXww' }],
    ['an amount that is no whole number', { currency: 'EUR', lowest: 1.5 }],
    ['three digits of a card', { lastFour: '424' }],
    ['metadata without a key', { metadata: { key: '' } }],
    ['U+0001 in a text', { reference: 'a\u0001' }],
  ])('refuses %s', async (_, input) => {
    expect((await ask('list', input)).status).toBe(400)
  })
})

describe('its counts', () => {
  const byState = async (input: object) =>
    Object.fromEntries(
      (await ask('counts', input)).data.counts.map(
        (row: { status: string; currency: string; payments: number; amount: number }) => [
          `${row.status} ${row.currency}`,
          [row.payments, row.amount],
        ],
      ),
    )

  it('are of all payments by state and currency', async () => {
    expect(await byState({})).toEqual({
      'succeeded EUR': [5, 15_400],
      'declined EUR': [1, 700],
      'succeeded JPY': [1, 2450],
    })
  })

  it('are of those that the filter leaves', async () => {
    expect(await byState({ currency: 'EUR', lowest: 2450 })).toEqual({ 'succeeded EUR': [3, 14_800] })
    expect(await byState({ search: 'c-500' })).toEqual({ 'succeeded EUR': [1, 500] })
    expect(await byState({ search: ids[0] })).toEqual({ 'succeeded EUR': [1, 500] })
    expect(await byState({ until: '2026-01-01T00:00:00Z' })).toEqual({})
  })

  it('end at a thousand where each payment must be looked at', async () => {
    await product.owner.query(`SET session_replication_role = replica;
      INSERT INTO orders (merchant_id, id, currency, amount, reference) SELECT '${product.merchantId}', gen_random_uuid(), 'USD', 7, 'many-' || n FROM generate_series(1, 1001) n;
      INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, receipt_token)
        SELECT merchant_id, id, id, id::text, 'declined', 7, 'USD', 'pm', id::text, id::text FROM orders WHERE reference LIKE 'many-%';
      SET session_replication_role = origin`)
    expect((await ask('counts', { search: 'many-' })).data).toEqual({ counts: null, countedMax: 1_000 })
    expect((await ask('counts', { currency: 'USD', highest: 7 })).data.counts).toBeNull()
    expect(await byState({ search: 'many-1001' })).toEqual({ 'declined USD': [1, 7] })
    expect(await byState({ currency: 'USD' })).toEqual({ 'declined USD': [1001, 7007] })
  })
})
