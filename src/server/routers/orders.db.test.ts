import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** The list of orders: how each stands by what was paid and given back, found by what people know of it, page by page. */
let product: TestProduct
let viewer: TestOperator
let support: TestOperator
/** Ids as shown, by how the order stands. */
const ids: Record<string, string> = {}

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '5000' })
  viewer = await newOperator(product, 'viewer')
  support = await newOperator(product, 'support')
  const pay = async (name: string, paymentMethod: string | null, more: object = {}) => {
    const orderId = await product.newOrder({ reference: `R-${name}`, ...more })
    ids[name] = orderId
    if (paymentMethod) await product.pay({ orderId, version: 1, key: `key-${name}`, paymentMethod })
  }
  await pay('open', null, { customerEmail: 'Ann@example.com' })
  await pay('declined', 'pm_card_declined')
  await pay('doubt', 'pm_card_timeout_after_charge')
  await pay('paid', 'pm_card_visa', { items: [{ name: 'Blue Kettle', quantity: 2, unitAmount: 1_200n }] })
  await pay('part', 'pm_card_visa')
  await pay('all', 'pm_card_visa')
  for (const [name, amount] of [
    ['part', 400],
    ['all', 2_400],
  ] as const) {
    const { rows } = await product.owner.query('SELECT id::text FROM payment WHERE order_id = $1', [
      ids[name]?.replace('ord_', ''),
    ])
    const path = `/api/v1/payments/pay_${rows[0].id.replaceAll('-', '')}/refunds`
    await product.api('POST', path, { amount }, { 'idempotency-key': name })
  }
})
afterAll(() => product.close())

const list = async (input: object = {}, who = viewer) =>
  callProcedure(product, { path: 'orders.list', type: 'query', input, cookie: await who.cookie() })
const get = async (id: string, who = viewer) =>
  callProcedure(product, { path: 'orders.get', type: 'query', input: { id }, cookie: await who.cookie() })
const idsOf = ({ data }: Awaited<ReturnType<typeof list>>) => data.items.map(({ id }: { id: string }) => id)

describe('an order', () => {
  test.each([
    ['open', { state: 'open', paymentStatus: null }],
    ['declined', { state: 'open', paymentStatus: null }],
    ['doubt', { state: 'in-progress', paymentStatus: 'unknown' }],
    ['paid', { state: 'paid', paymentStatus: 'succeeded', amountRefunded: 0 }],
    ['part', { state: 'partly-refunded', amountRefunded: 400, amountRefundUnderWay: 0 }],
    ['all', { state: 'refunded', amountRefunded: 2_400 }],
  ])('%s stands as its payment and refunds do', async (name, expected) => {
    const id = ids[name] ?? ''
    expect((await get(id)).data).toMatchObject({ id, reference: `R-${name}`, amount: 2_400, ...expected })
    expect(idsOf(await list({ state: expected.state }))).toContain(id)
  })

  test('whose refund is under way is still paid', async () => {
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE refund SET status = 'sending', transaction_id = NULL, gateway_ref = NULL
       WHERE payment_id = (SELECT id FROM payment WHERE order_id = '${ids.part?.replace('ord_', '')}'); SET session_replication_role = origin`,
    )
    expect((await get(ids.part ?? '')).data).toMatchObject({
      state: 'paid',
      amountRefunded: 0,
      amountRefundUnderWay: 400,
    })
  })

  test('has its items, its checkout and where shoppers return to', async () => {
    const { data } = await get(ids.paid ?? '')
    expect(data).toMatchObject({
      items: [{ name: 'Blue Kettle', quantity: 2, unitAmount: 1_200 }],
      checkoutUrl: `http://localhost:3000/checkout/${ids.paid}`,
      successUrl: null,
    })
  })
})

describe('the list', () => {
  test('is newest first, and each page goes on where the one before ended', async () => {
    const all = idsOf(await list())
    expect(all).toEqual(['all', 'part', 'paid', 'doubt', 'declined', 'open'].map((name) => ids[name]))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await list({ limit: 2, ...(cursor ? { cursor } : {}) })
      seen.push(...idsOf(page))
      cursor = page.data.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(all)
    expect((await list({ cursor: 'eA' })).kind).toBe('validation')
  })

  test.each([
    ['r-PAID', 'paid'],
    ['ann@EXAMPLE', 'open'],
    ['blue kettle', 'paid'],
  ])('finds %j', async (search, name) => {
    expect(idsOf(await list({ search }))).toEqual([ids[name]])
  })

  test('finds by the whole id; every character of a text stands for itself', async () => {
    expect(idsOf(await list({ search: ids.doubt }))).toEqual([ids.doubt])
    expect(idsOf(await list({ search: '%' }))).toEqual([])
    expect(idsOf(await list({ search: '_-' }))).toEqual([])
  })

  test('shows another merchant nothing', async () => {
    const stranger = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
    expect(idsOf(await list({}, stranger))).toEqual([])
    expect(idsOf(await list({ search: ids.paid }, stranger))).toEqual([])
    expect((await get(ids.paid ?? '', stranger)).kind).toBe('not-found')
  })

  test('goes on behind the orders that it looked through, however many do not match', async () => {
    const { merchantId } = await product.otherMerchant()
    const admin = await newOperator(product, 'admin', merchantId)
    const first = uuidv7()
    await product.owner.query(
      `SET session_replication_role = replica;
       INSERT INTO orders (merchant_id, id, reference, currency, amount) VALUES ('${merchantId}', '${first}', 'needle', 'EUR', 100);
       INSERT INTO orders (merchant_id, id, reference, currency, amount)
       SELECT '${merchantId}', ('ffffffff-ffff-7fff-8fff-' || lpad(to_hex(n), 12, '0'))::uuid, 'hay', 'EUR', 100 FROM generate_series(1, 10500) n;
       SET session_replication_role = origin`,
    )
    const found: string[] = []
    let [cursor, pages]: [string | undefined, number] = [undefined, 0]
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(
        { search: 'needle', ...(cursor ? { cursor } : {}) },
        admin,
      )
      found.push(...idsOf(page))
      cursor = page.data.nextCursor ?? undefined
      pages++
    } while (cursor && pages < 10)
    expect([found, pages]).toEqual([[`ord_${first.replaceAll('-', '')}`], 3])
  })

  test('has an order of amounts of one currency, page by page', async () => {
    const amounts = [500, 9_900, 500, 100]
    const placed: string[] = []
    for (const amount of amounts)
      placed.push(
        await product.newOrder({
          currency: 'GBP',
          items: [{ name: 'Amounts', quantity: 1, unitAmount: BigInt(amount) }],
        }),
      )
    const pagesOf = async (sort: string, more: object = {}) => {
      const seen: { id: string; amount: number }[] = []
      for (let cursor: string | undefined; ; ) {
        const page = await list({ sort, currency: 'GBP', limit: 1, ...more, ...(cursor ? { cursor } : {}) })
        expect(page.data.whole).toBe(true)
        seen.push(...page.data.items)
        if (!page.data.nextCursor) return seen
        cursor = page.data.nextCursor
      }
    }
    expect((await pagesOf('highest')).map(({ amount }) => amount)).toEqual([9_900, 500, 500, 100])
    const lowest = await pagesOf('lowest')
    expect(lowest.map(({ amount }) => amount)).toEqual([100, 500, 500, 9_900])
    expect(new Set(lowest.map(({ id }) => id))).toEqual(new Set(placed))
    expect(await pagesOf('lowest', { search: 'amounts', state: 'paid' })).toEqual([])
    expect((await list({ sort: 'highest' })).kind).toBe('validation')
    expect((await list({ sort: 'highest', currency: 'GBP', cursor: 'eA' })).kind).toBe('validation')
  })

  test('has a period: of the time of the row, not of the id', async () => {
    const id = await product.newOrder({ reference: 'long ago' })
    const uuid = id.replace('ord_', '')
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE orders SET created_at = '2026-03-01T12:00:00Z' WHERE id = '${uuid}'; SET session_replication_role = origin`,
    )
    const long = { from: '2026-01-01T00:00:00Z' }
    expect(idsOf(await list({ ...long, limit: 100 }))).toContain(id)
    expect(idsOf(await list({ from: '2026-03-01T12:00:00.000001Z', limit: 100 }))).not.toContain(id)
    expect((await list({ until: 'yesterday' })).kind).toBe('validation')
    const day = new Date(Date.now() - 3_600_000).toISOString()
    expect(idsOf(await list({ until: day, limit: 100 }))).toEqual([id])
    const today = await list({ from: day, limit: 100 })
    expect(idsOf(today)).toContain(ids.paid)
    expect(idsOf(today)).not.toContain(id)
  })

  test('counts by state and currency what it lists, and says where there are too many', async () => {
    const counts = async (input: object, who = viewer) =>
      (
        await callProcedure(product, {
          path: 'orders.counts',
          type: 'query',
          input,
          cookie: await who.cookie(),
        })
      ).data
    const { counts: all } = await counts({ currency: 'EUR' })
    for (const { state, orders } of all)
      expect([state, idsOf(await list({ state, currency: 'EUR', limit: 100 })).length]).toEqual([
        state,
        orders,
      ])
    expect((await counts({ search: 'blue kettle' })).counts).toEqual([
      { state: 'paid', currency: 'EUR', orders: 1, amount: 2_400 },
    ])
    const { merchantId } = await product.otherMerchant()
    const admin = await newOperator(product, 'admin', merchantId)
    await product.owner.query(
      `SET session_replication_role = replica;
       INSERT INTO orders (merchant_id, id, currency, amount) SELECT '${merchantId}', uuidv7(), 'EUR', n FROM generate_series(1, 5000) n;
       SET session_replication_role = origin`,
    )
    expect((await counts({}, admin)).counts).toEqual([
      { state: 'open', currency: 'EUR', orders: 5_000, amount: 12_502_500 },
    ])
    await product.owner.query(
      `SET session_replication_role = replica; INSERT INTO orders (merchant_id, id, currency, amount) VALUES ('${merchantId}', uuidv7(), 'EUR', 1); SET session_replication_role = origin`,
    )
    expect(await counts({}, admin)).toEqual({ counts: null, countedMax: 5_000 })
    const sorted = await list({ sort: 'highest', currency: 'EUR', limit: 1 }, admin)
    expect(sorted.data).toMatchObject({ items: [{ amount: 5_000 }], whole: false })
  })

  test('is a file for support, with the same filter', async () => {
    const file = async (who: TestOperator) =>
      product.call('/api/exports/orders?state=refunded', { headers: { cookie: await who.cookie() } })
    expect((await file(viewer)).status).toBe(403)
    const lines = (await (await file(support)).text()).trim().split('\r\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain(ids.all)
    expect(lines[1]).toContain('2 × T-shirt')
  })
})
