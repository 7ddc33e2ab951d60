import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { USE_KEPT_MS } from '@/checkout/links/order-from-link'
import { expireOrders } from '@/checkout/orders/expire'
import { readId, uuidv7 } from '@/lib/id'
import { openPool } from '@/platform/db'
import { callProcedure, newOperator, type TestOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

/** Payment links: who opens one gets an order of their own, once; a limit of uses holds in any race. */
const FORM = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost:3000' }
const CHECKOUT = /^\/checkout\/ord_[0-9a-f]{32}$/

let product: TestProduct
let support: TestOperator
/** The product's own login, which is bound by the laws. */
let app: pg.Pool
/** A new link for each test, as shown. */
let link: string

beforeAll(async () => {
  product = await openTestProduct()
  support = await newOperator(product, 'support')
  app = openPool(product.deps.env.DATABASE_URL, { max: 5, name: 'test-app' })
})
afterAll(async () => {
  await app.end()
  await product.close()
})
beforeEach(async () => {
  link = await newLink()
})

const create = (body: object, key = uuidv7()) =>
  product.api('POST', '/api/v1/payment-links', body, { 'idempotency-key': key })
const asked = (more: object = {}) => ({ name: 'Workshop', currency: 'EUR', amount: 2_400, ...more })
const newLink = async (more: object = {}) => (await create(asked(more))).body.id as string
const get = async (id = link) => (await product.api('GET', `/api/v1/payment-links/${id}`)).body
const act = (what: 'pause' | 'resume', id = link, key = uuidv7()) =>
  product.api('POST', `/api/v1/payment-links/${id}/${what}`, {}, { 'idempotency-key': key })
const open = async (id = link, cookie = '') =>
  callProcedure(product, { path: 'links.open', type: 'query', input: { id }, cookie })

/** Presses the button: posts the form of a page. */
async function press({ id = link, key = randomUUID() as string, cookie = '', headers = {} } = {}) {
  const answer = await product.call(`/api/shop/links/${id}`, {
    method: 'POST',
    headers: { ...FORM, ...(cookie ? { cookie } : {}), ...headers },
    body: new URLSearchParams({ key }).toString(),
  })
  const given = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  return { status: answer.status, location: answer.headers.get('location') ?? '', cookie: given, answer }
}
const uuid = (id = link) => readId('lnk', id)
const orderUuid = (location: string) => readId('ord', location.replace('/checkout/', ''))
const uses = async (id = link) =>
  Number(
    (await product.owner.query('SELECT count(*) FROM payment_link_use WHERE link_id = $1', [uuid(id)]))
      .rows[0].count,
  )
const orders = async () => Number((await product.owner.query('SELECT count(*) FROM orders')).rows[0].count)
const payAt = (location: string) =>
  product.pay({
    orderId: location.replace('/checkout/', ''),
    version: 1,
    key: uuidv7(),
    paymentMethod: 'pm_card_visa',
  })

describe('a link by the API', () => {
  test('is made once for its key, and found by id and in the list', async () => {
    const key = uuidv7()
    const made = await create(asked({ maxUses: 3, endsAt: '2999-01-01T00:00:00+01:00' }), key)
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      name: 'Workshop',
      amount: 2_400,
      items: [{ name: 'Workshop', quantity: 1, unitAmount: 2_400 }],
      state: 'active',
      maxUses: 3,
      endsAt: '2998-12-31T23:00:00.000Z',
      uses: 0,
      paid: 0,
      paidAmount: 0,
    })
    expect(made.body.url).toBe(`http://localhost:3000/link/${made.body.id}`)
    expect(made.header('location')).toBe(`/api/v1/payment-links/${made.body.id}`)
    const again = await create(asked({ maxUses: 3, endsAt: '2999-01-01T00:00:00+01:00' }), key)
    expect([again.status, again.body, again.header('idempotent-replayed')]).toEqual([201, made.body, 'true'])
    const other = await create(asked({ maxUses: 4, endsAt: '2999-01-01T00:00:00+01:00' }), key)
    expect([other.status, other.body.kind]).toEqual([422, 'key-reused'])
    expect(await get(made.body.id)).toEqual(made.body)
    const { body } = await product.api('GET', '/api/v1/payment-links?limit=1')
    expect(body.items).toEqual([made.body])
    const next = await product.api('GET', `/api/v1/payment-links?limit=1&cursor=${body.nextCursor}`)
    expect(next.body.items).toMatchObject([{ id: link }])
  })

  test('has items, and their total', async () => {
    const items = [
      { name: 'T-shirt', quantity: 2, unitAmount: 1_200 },
      { name: 'Print', quantity: 1, unitAmount: 500 },
    ]
    const { body } = await create({ name: 'Team', currency: 'EUR', items })
    expect(body).toMatchObject({ amount: 2_900, items })
    const { location } = await press({ id: body.id })
    const { data } = await callProcedure(product, {
      path: 'checkout.order',
      type: 'query',
      input: { orderId: location.replace('/checkout/', '') },
    })
    expect(data).toMatchObject({ amount: 2_900, currency: 'EUR', items })
    const order = await product.api('GET', location.replace('/checkout/', '/api/v1/orders/'))
    expect(order.body.metadata).toEqual({ paymentLink: body.id })
  })

  test.each<[string, object, string]>([
    ['neither an amount nor items', { amount: undefined }, '/amount'],
    ['both', { items: [{ name: 'x', quantity: 1, unitAmount: 1 }] }, '/amount'],
    ['an end in the past', { endsAt: '2020-01-01T00:00:00Z' }, '/endsAt'],
    ['no use', { maxUses: 0 }, '/maxUses'],
    ['no name', { name: ' ' }, '/name'],
    [
      'too large a total',
      { amount: undefined, items: [{ name: 'x', quantity: 9, unitAmount: 1e12 }] },
      '/items',
    ],
  ])('with %s is 400', async (_, wrong, pointer) => {
    const { status, body } = await create(asked(wrong))
    expect([status, body.kind, body.errors?.[0]?.pointer]).toEqual([400, 'validation', pointer])
  })

  test('is paused and resumed once for a key, with an entry in the audit log', async () => {
    const key = uuidv7()
    expect((await act('pause', link, key)).body).toMatchObject({ state: 'paused', paused: true })
    expect((await act('resume')).body).toMatchObject({ state: 'active' })
    // The repeat of the first request changes nothing any more.
    const late = await act('pause', link, key)
    expect([late.status, late.body.state, late.header('idempotent-replayed')]).toEqual([
      200,
      'active',
      'true',
    ])
    const { rows } = await product.owner.query(
      'SELECT action, actor ~ $$^key:$$ AS key FROM audit_log WHERE subject = $1 ORDER BY seq',
      [uuid()],
    )
    expect(rows.map(({ action }) => action)).toEqual(['link.created', 'link.paused', 'link.resumed'])
    expect(rows.every((row) => row.key)).toBe(true)
  })

  test('of another merchant is not there, for reading and for changing', async () => {
    const { token } = await product.otherMerchant()
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': uuidv7() }
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
    ] as const) {
      const body = method === 'POST' ? {} : undefined
      expect((await product.api(method, `/api/v1/payment-links/${link}${path}`, body, headers)).status).toBe(
        404,
      )
    }
    expect((await product.api('GET', '/api/v1/payment-links', undefined, headers)).body.items).toEqual([])
    expect((await get()).state).toBe('active')
  })
})

describe('an operator', () => {
  const call = async (path: string, input: object, cookie: string) =>
    callProcedure(product, { path, type: path.endsWith('list') ? 'query' : 'mutation', input, cookie })

  test('makes a link once, however often the button is pressed; the audit log names them', async () => {
    const cookie = await support.cookie()
    const input = { link: asked(), newId: randomUUID() }
    const made = await Promise.all([1, 2, 3].map(() => call('links.create', input, cookie)))
    expect(new Set(made.map(({ data }) => data.id)).size).toBe(1)
    const id = made[0]?.data.id as string
    const paused = await call('links.pause', { id, newId: randomUUID() }, cookie)
    expect(paused.data).toMatchObject({ id, state: 'paused' })
    const { rows } = await product.owner.query(
      'SELECT action, actor FROM audit_log WHERE subject = $1 ORDER BY seq',
      [uuid(id)],
    )
    const actor = `operator:${support.id}`
    expect(rows).toEqual([
      { action: 'link.created', actor },
      { action: 'link.paused', actor },
    ])
  })

  test('sees how many orders were paid, and their sum', async () => {
    const first = await press()
    expect((await payAt(first.location)).status).toBe(200)
    await press()
    const { data } = await call('links.list', {}, await support.cookie())
    expect(data.items.find(({ id }: { id: string }) => id === link)).toMatchObject({
      uses: 2,
      paid: 1,
      paidAmount: 2_400,
    })
  })
})

describe('opening a link', () => {
  test('writes nothing, however often it is opened, by whomever', async () => {
    const before = await orders()
    for (const _ of [1, 2, 3])
      expect((await open()).data).toMatchObject({ name: 'Workshop', state: 'active' })
    const get = await product.call(`/api/shop/links/${link}`)
    expect(get.status).toBe(404)
    expect([await orders(), await uses()]).toEqual([before, 0])
  })

  test('of which there is none is a 404', async () => {
    expect((await open(`lnk_${'0'.repeat(32)}`)).kind).toBe('not-found')
    expect((await open('nonsense')).kind).toBe('not-found')
  })
})

describe('the button', () => {
  test('makes an order of one’s own: pressed five times at once, without a cookie yet, it is one', async () => {
    const before = await orders()
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 5 }, () => press({ key })))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(303))
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
    expect(answers[0]?.location).toMatch(CHECKOUT)
    expect([await orders(), await uses()]).toEqual([before + 1, 1])
    // Whichever answer sets the cookie, its guest has the order.
    expect(new Set(answers.map(({ cookie }) => cookie)).size).toBe(1)
    expect((await press({ cookie: answers[4]?.cookie ?? '' })).location).toBe(answers[0]?.location)
    // Another shopper gets another order.
    expect((await press()).location).not.toBe(answers[0]?.location)
  })

  test('leads a shopper who comes back to their open order; after paying it, to a new one', async () => {
    const { location, cookie } = await press()
    expect((await press({ cookie })).location).toBe(location)
    expect((await open(link, cookie)).data.orderId).toBe(location.replace('/checkout/', ''))
    expect((await open(link)).data.orderId).toBe(null)
    await payAt(location)
    expect((await open(link, cookie)).data.orderId).toBe(null)
    const next = await press({ cookie })
    expect(next.location).toMatch(CHECKOUT)
    expect(next.location).not.toBe(location)
  })

  test('sent again after the order is paid leads to it, not to a new one', async () => {
    const key = randomUUID()
    const { location } = await press({ key })
    await payAt(location)
    expect((await press({ key })).location).toBe(location)
    expect(await uses()).toBe(1)
  })

  test.each([
    ['paused', async () => void (await act('pause'))],
    [
      'ended',
      async () =>
        void (await product.owner.query('UPDATE payment_link SET ends_at = now() WHERE id = $1', [uuid()])),
    ],
  ])('of a link that is %s makes no order; one that is made goes on', async (state, close) => {
    const { location, cookie } = await press()
    await close()
    expect((await open()).data.state).toBe(state)
    expect((await press()).location).toBe(`/link/${link}`)
    expect(await uses()).toBe(1)
    expect((await press({ cookie })).location).toBe(location)
    expect((await payAt(location)).status).toBe(200)
  })

  test.each([
    ['no key', '/link/LINK', { key: '' }],
    ['a key that is none', '/link/LINK', { key: 'x' }],
    ['an unknown link', `/link/lnk_${'0'.repeat(32)}`, { id: `lnk_${'0'.repeat(32)}` }],
    ['nonsense for a link', '/link/nonsense', { id: 'nonsense' }],
  ])('with %s leads back to the page of the link', async (_, back, form) => {
    const { status, location } = await press(form)
    expect([status, location]).toEqual([303, back.replace('LINK', link)])
    expect(await uses()).toBe(0)
  })

  test.each<[string, number, Record<string, string>]>([
    ['another site', 403, { origin: 'https://elsewhere.example' }],
    ['another site, by Sec-Fetch-Site', 403, { 'sec-fetch-site': 'cross-site' }],
    ['a script, as plain text', 415, { 'content-type': 'text/plain' }],
  ])('from %s is refused: %i', async (_, status, headers) => {
    expect((await press({ headers })).status).toBe(status)
    expect(await uses()).toBe(0)
  })

  test('from a network with too many orders makes none: 429', async () => {
    vi.spyOn(product.deps.shopperLimits, 'orderWait').mockReturnValueOnce(30)
    const { status, answer } = await press()
    expect([status, answer.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await uses()).toBe(0)
  })
})

describe('a limit of uses', () => {
  test.each([1, 3])('of %i holds when twelve shoppers press at once', async (maxUses) => {
    link = await newLink({ maxUses })
    const before = await orders()
    const answers = await Promise.all(Array.from({ length: 12 }, () => press()))
    const made = answers.filter(({ location }) => CHECKOUT.test(location))
    expect(made.length).toBe(maxUses)
    expect(answers.filter(({ location }) => location === `/link/${link}`).length).toBe(12 - maxUses)
    expect(new Set(made.map(({ location }) => location)).size).toBe(maxUses)
    // Nothing of a refused order remains.
    expect([await orders(), await uses()]).toEqual([before + maxUses, maxUses])
    expect(await get()).toMatchObject({ state: 'used-up', uses: maxUses })
  })

  test('holds for the last use, also for a shopper with an open order, who keeps it', async () => {
    link = await newLink({ maxUses: 1 })
    const { location, cookie } = await press()
    expect((await press()).location).toBe(`/link/${link}`)
    expect((await press({ cookie })).location).toBe(location)
    expect((await open(link, cookie)).data).toMatchObject({ state: 'used-up', orderId: location.slice(10) })
    expect((await payAt(location)).status).toBe(200)
    expect((await press({ cookie })).location).toBe(`/link/${link}`)
  })

  test('an order that can be paid no more gives its use back', async () => {
    link = await newLink({ maxUses: 1 })
    const { location } = await press()
    const kept = `SELECT round(extract(epoch FROM expires_at - created_at)) * 1000 AS ms FROM orders WHERE id = $1`
    expect(
      Math.abs(Number((await product.owner.query(kept, [orderUuid(location)])).rows[0].ms) - USE_KEPT_MS),
    ).toBeLessThan(60_000)
    await product.owner.query("UPDATE orders SET expires_at = now() - interval '1 s' WHERE id = $1", [
      orderUuid(location),
    ])
    expect(await expireOrders(product.deps.db, 100)).toBe(1)
    expect(await get()).toMatchObject({ state: 'active', uses: 0 })
    expect((await press()).location).toMatch(CHECKOUT)
    expect((await press()).location).toBe(`/link/${link}`)
  })

  /** Two sessions of the product itself, without the check that comes before: the store alone decides. */
  async function race(ending: 'COMMIT' | 'ROLLBACK', first: (client: pg.PoolClient) => Promise<unknown>) {
    const [one, two] = [await app.connect(), await app.connect()]
    try {
      await one.query('BEGIN')
      await first(one)
      const { rows } = await two.query('SELECT pg_backend_pid() AS pid')
      const second = use(two).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      )
      // It waits for the first one, and so decides after it.
      await vi.waitFor(async () => {
        const waits = await product.owner.query('SELECT cardinality(pg_blocking_pids($1)) AS count', [
          rows[0].pid,
        ])
        expect(waits.rows[0].count).toBe(1)
      })
      await one.query(ending)
      return await second
    } finally {
      one.release()
      two.release()
    }
  }
  async function use(client: pg.PoolClient) {
    const order = readId('ord', await product.newOrder())
    await client.query(
      `INSERT INTO payment_link_use (merchant_id, order_id, link_id, key, shopper) VALUES ($1, $2, $3, gen_random_uuid(), 'shopper:x')`,
      [product.merchantId, order, uuid()],
    )
  }

  test('two shoppers race for the last use: the store lets the second one wait, and refuses it', async () => {
    link = await newLink({ maxUses: 1 })
    expect(await race('COMMIT', use)).toBe('PO001')
    expect(await uses()).toBe(1)
  })

  test('a use that is undone is free for the one that waited', async () => {
    link = await newLink({ maxUses: 1 })
    expect(await race('ROLLBACK', use)).toBe('taken')
    expect(await uses()).toBe(1)
  })

  test('under a stricter isolation, which would hide the others, no order is taken', async () => {
    const client = await app.connect()
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      await expect(use(client)).rejects.toMatchObject({ code: '0A000' })
      await client.query('ROLLBACK')
    } finally {
      client.release()
    }
  })

  test('an order that comes while the link is being paused is refused by the store', async () => {
    const pausing = (client: pg.PoolClient) =>
      client.query('UPDATE payment_link SET paused = true WHERE id = $1', [uuid()])
    expect(await race('COMMIT', pausing)).toBe('PO001')
    expect(await uses()).toBe(0)
  })
})
