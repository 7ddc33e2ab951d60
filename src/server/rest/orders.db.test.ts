import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { jobsOf } from '../jobs/jobs'
import { openTestProduct, type TestProduct } from '../testing/product'

/** Orders by REST: changed, cancelled, expired; once under each key, with an event and an audit entry. */
let product: TestProduct
let order: string

beforeAll(async () => {
  product = await openTestProduct()
})
afterAll(() => product.close())
beforeEach(async () => {
  order = (await create()).body.id
})

const ITEMS = [{ name: 'T-shirt', quantity: 2, unitAmount: 1_200 }]
const MORE = [
  { name: 'T-shirt', quantity: 3, unitAmount: 1_200 },
  { name: 'Socks', quantity: 1, unitAmount: 400 },
]
const api = (path: string, body: object, key: string = uuidv7()) =>
  product.api('POST', `/api/v1/orders${path}`, body, { 'idempotency-key': key })
const create = (more: object = {}) => api('', { currency: 'EUR', items: ITEMS, ...more })
const change = (body: object, key?: string) => api(`/${order}`, body, key)
const cancel = (body: object = {}, key?: string) => api(`/${order}/cancel`, body, key)
const read = async () => (await product.api('GET', `/api/v1/orders/${order}`)).body
const pay = (version: number | null = 1) =>
  version === null
    ? product.api(
        'POST',
        '/api/v1/payments',
        { orderId: order, paymentMethod: 'pm_card_visa' },
        {
          'idempotency-key': uuidv7(),
        },
      )
    : product.pay({ key: uuidv7(), orderId: order, version, paymentMethod: 'pm_card_visa' })
const uuid = () => readId('ord', order)
const events = async () =>
  (
    await product.owner.query('SELECT type, payload FROM outbox_event WHERE subject_id = $1 ORDER BY id', [
      uuid(),
    ])
  ).rows.map(({ type, payload }) => ({ type, ...JSON.parse(payload) }))
const audited = async () =>
  (
    await product.owner.query('SELECT action, actor, detail FROM audit_log WHERE subject = $1 ORDER BY seq', [
      uuid(),
    ])
  ).rows
const runJob = () =>
  jobsOf(product.deps)
    .find(({ name }) => name === 'order-expiry')
    ?.run(AbortSignal.timeout(60_000))

describe('a change', () => {
  test('replaces the items, and the version grows; a replay does nothing more', async () => {
    const first = await change({ items: MORE }, 'grow')
    expect(first).toMatchObject({
      status: 200,
      body: { id: order, amount: 4_000, version: 2, items: MORE, status: 'open' },
    })
    const again = await change({ items: MORE }, 'grow')
    expect([again.text, again.header('idempotent-replayed')]).toEqual([first.text, 'true'])
    expect(await read()).toMatchObject({ amount: 4_000, version: 2, items: MORE })
    expect(await change({ items: ITEMS }, 'grow')).toMatchObject({
      status: 422,
      body: { kind: 'key-reused' },
    })
    expect(await events()).toEqual([
      { type: 'order.changed', order, amount: 4_000, currency: 'EUR', version: 2, status: 'open' },
    ])
    expect(await audited()).toEqual([
      {
        action: 'order.changed',
        actor: expect.stringMatching(/^key:/),
        detail: 'version 2, 2400 → 4000 EUR',
      },
    ])
  })

  test('of the version that was read, or not at all', async () => {
    await change({ items: MORE, version: 1 })
    expect(await change({ items: ITEMS, version: 1 })).toMatchObject({
      status: 409,
      body: { kind: 'order-changed', version: 2 },
    })
    expect(await read()).toMatchObject({ version: 2, items: MORE })
  })

  test('many times: each version has its own lines', async () => {
    for (let quantity = 1; quantity <= 5; quantity++)
      await change({ items: Array.from({ length: 100 }, () => ({ name: 'Nail', quantity, unitAmount: 1 })) })
    expect(await read()).toMatchObject({ version: 6, amount: 500 })
    expect((await read()).items).toHaveLength(100)
    await product.owner.query('UPDATE orders SET version = 300 WHERE id = $1', [uuid()])
    expect(await change({ items: ITEMS })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('at most 300 versions') },
    })
    await product.owner.query('UPDATE orders SET version = 6 WHERE id = $1', [uuid()])
  })

  test.each([
    [{}, 'Name what to change'],
    [{ version: 1 }, 'Name what to change'],
    [{ items: [] }, 'items'],
    [{ items: [{ name: 'Gift', quantity: 1, unitAmount: 0 }] }, 'above zero'],
    [{ items: Array.from({ length: 101 }, () => ITEMS[0]) }, 'items'],
    [{ items: [{ ...ITEMS[0], quantity: 1_000_000, unitAmount: 900_000_000_000 }] }, 'at most'],
    [{ expiresAt: 'tomorrow' }, 'RFC 3339'],
    [{ amount: 5 }, 'amount'],
    [{ currency: 'USD', items: ITEMS }, 'currency'],
    [{ items: ITEMS, version: 0 }, 'version'],
  ])('%j is refused in words', async (body, detail) => {
    expect(await change(body)).toMatchObject({ status: 400, body: { kind: 'validation' } })
    expect((await change(body)).text).toContain(detail)
    expect(await read()).toMatchObject({ version: 1, amount: 2_400 })
  })

  test('of another merchant’s order, or of none, is not found', async () => {
    const { token } = await product.otherMerchant()
    const theirs = { 'idempotency-key': uuidv7(), authorization: `Bearer ${token}` }
    const none = 'ord_00000000000070008000000000000000'
    for (const path of ['', '/cancel']) {
      const body = path ? {} : { items: MORE }
      expect((await product.api('POST', `/api/v1/orders/${order}${path}`, body, theirs)).status).toBe(404)
      expect((await api(`/${none}${path}`, body)).status).toBe(404)
      expect((await api(`/ord_x${path}`, body)).status).toBe(404)
    }
    expect(await read()).toMatchObject({ version: 1, status: 'open' })
  })

  test('needs a key, and a scope', async () => {
    expect((await product.api('POST', `/api/v1/orders/${order}`, { items: MORE })).status).toBe(400)
    const reader = await product.newApiKey({ scopes: ['orders:read'] })
    const headers = { 'idempotency-key': uuidv7(), authorization: `Bearer ${reader}` }
    expect((await product.api('POST', `/api/v1/orders/${order}/cancel`, {}, headers)).status).toBe(403)
  })
})

describe('a cancelled order', () => {
  test('is neither paid nor changed nor cancelled again; the key of the cancellation replays', async () => {
    expect(await cancel({}, 'stop')).toMatchObject({
      status: 200,
      body: { status: 'cancelled', version: 1, items: ITEMS },
    })
    expect((await cancel({}, 'stop')).header('idempotent-replayed')).toBe('true')
    const closed = { kind: 'order-closed', status: 409 }
    expect((await change({ items: MORE })).body).toMatchObject(closed)
    expect((await cancel()).body).toMatchObject(closed)
    expect((await pay(null)) as object).toMatchObject({
      status: 409,
      body: { ...closed, detail: expect.stringContaining('was cancelled') },
    })
    expect(await pay()).toMatchObject({ status: 409, problem: { kind: 'order-closed', safeNewKey: true } })
    expect(await product.count('payments', `order_id = '${uuid()}'`)).toBe(0)
    expect((await events()).map(({ type }) => type)).toEqual(['order.cancelled'])
    expect((await audited()).map(({ action }) => action)).toEqual(['order.cancelled'])
  })

  test('stays so, whatever SQL of the application says', async () => {
    await cancel()
    for (const sets of ["status = 'open'", 'version = 2', 'amount = 5', 'expires_at = now()'])
      await expect(
        product.deps.pool.query(`UPDATE orders SET ${sets} WHERE id = $1`, [uuid()]),
      ).rejects.toThrow(/is cancelled, and stays so/)
  })
})

test('a paid order is neither changed nor cancelled', async () => {
  await pay()
  for (const refused of [await change({ items: MORE }), await cancel()])
    expect(refused).toMatchObject({
      status: 409,
      body: { kind: 'order-closed', detail: expect.stringContaining('is paid') },
    })
  expect(await read()).toMatchObject({ status: 'paid', version: 1 })
})

describe('an order that expires', () => {
  const soon = () => new Date(Date.now() + 3_600_000).toISOString()
  /** Its time passes, by the database's clock, and no worker has looked yet. */
  const passes = () =>
    product.owner.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [uuid()])

  test('is open until then, and after that is not paid, marked or not', async () => {
    const expiresAt = soon()
    order = (await create({ expiresAt })).body.id
    expect(await read()).toMatchObject({ status: 'open', expiresAt })
    await passes()
    expect(await read()).toMatchObject({ status: 'expired' })
    const closed = { kind: 'order-closed', status: 409, detail: expect.stringContaining('has passed') }
    expect((await pay(null)) as object).toMatchObject({ body: closed })
    expect(await pay()).toMatchObject({ status: 409, problem: { kind: 'order-closed' } })
    expect((await change({ expiresAt: null })).body).toMatchObject(closed)
    expect((await cancel()).body).toMatchObject(closed)
    expect(await product.count('payments', `order_id = '${uuid()}'`)).toBe(0)
    expect(await events()).toEqual([])

    await runJob()
    expect(await events()).toEqual([
      { type: 'order.expired', order, amount: 2_400, currency: 'EUR', version: 1, status: 'expired' },
    ])
    expect(await pay()).toMatchObject({ status: 409, problem: { kind: 'order-closed' } })
    await runJob()
    expect(await events()).toHaveLength(1)
  })

  test('gets more time, or all of it', async () => {
    order = (await create({ expiresAt: soon() })).body.id
    expect(await change({ expiresAt: null })).toMatchObject({
      status: 200,
      body: { expiresAt: null, version: 1 },
    })
    expect((await pay()).status).toBe(200)
  })

  test('is ended at once by an instant that has passed', async () => {
    expect(await change({ expiresAt: '2001-01-01T00:00:00Z' })).toMatchObject({
      status: 200,
      body: { status: 'expired' },
    })
    expect((await pay()).status).toBe(409)
  })

  test('is paid all the same by a payment that began in time', async () => {
    order = (await create({ expiresAt: soon() })).body.id
    await product.pay({ key: uuidv7(), orderId: order, version: 1, paymentMethod: 'pm_card_challenge' })
    // Past the law, which holds the expiry of an order under payment, too: time itself asks nobody.
    await product.owner.query(
      `BEGIN; SET LOCAL session_replication_role = replica; UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = '${uuid()}'; COMMIT`,
    )
    await product.owner.query(
      `INSERT INTO order_expiry (at, merchant_id, order_id) SELECT expires_at, merchant_id, id FROM orders WHERE id = $1`,
      [uuid()],
    )
    await runJob()
    expect((await product.owner.query('SELECT status FROM orders WHERE id = $1', [uuid()])).rows).toEqual([
      { status: 'open' },
    ])
    expect(await cancel()).toMatchObject({ status: 409, body: { kind: 'order-under-payment' } })
  })
})
