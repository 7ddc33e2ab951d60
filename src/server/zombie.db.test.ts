import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * A request that outlives its lease, beside the resolver that took its record: the fence decides, on
 * PostgreSQL and in the books.
 */
let product: TestProduct
let cookie: string
let order: string
let key: string

beforeAll(async () => {
  product = await openTestProduct()
  cookie = await product.cookie()
})
afterAll(() => product.close())
beforeEach(async () => {
  vi.restoreAllMocks()
  order = await product.newOrder()
  key = `key-${order}`
})

const pay = () => product.pay({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' }, cookie)
const uuid = () => order.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const ofOrder = () => `order_id = '${uuid()}'`
const counts = async () => [
  await product.count('charges', `idempotency_key IN (SELECT gateway_key FROM payment WHERE ${ofOrder()})`),
  await product.count('captures', `payment_id IN (SELECT id FROM payment WHERE ${ofOrder()})`),
]
/** The state of the payment and of its order. */
const status = async () =>
  (
    await product.owner.query(
      `SELECT p.status || ', ' || o.status AS both FROM payment p JOIN orders o ON o.id = p.order_id WHERE p.${ofOrder()}`,
    )
  ).rows[0].both
const recover = async () => {
  await product.owner.query(
    `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE key = '${key}'`,
  )
  return product.deps.engine.recover(product.deps.operations.pay, 20, 'test')
}

/** Between the bank's answer and our commit, `meanwhile` happens: what a stopped process sleeps through. */
function stopped(meanwhile: () => Promise<unknown>): void {
  const charge = product.bank.charge.bind(product.bank)
  vi.spyOn(product.bank, 'charge').mockImplementationOnce(async (request) => {
    const answer = await charge(request)
    await meanwhile()
    return answer
  })
}

describe('F18 N10 a zombie', () => {
  it('that wakes after the resolver has settled writes nothing, and answers with the settled payment', async () => {
    stopped(recover)
    const reply = await pay()
    expect(reply).toMatchObject({
      status: 200,
      result: { payment: { status: 'succeeded' }, idempotency: { outcome: 'replayed' } },
    })
    expect([await counts(), await status()]).toEqual([[1, 1], 'succeeded, paid'])
    expect((await pay()).result).toEqual(reply.result)
  })

  it('that wakes while the resolver is in doubt writes nothing; the resolver ends it, once', async () => {
    stopped(() => {
      vi.spyOn(product.bank, 'find').mockRejectedValueOnce(new Error('the bank is away'))
      return recover()
    })
    expect(await pay()).toMatchObject({
      status: 409,
      problem: { kind: 'outcome-unknown', safeNewKey: false },
    })
    expect([await counts(), await status()]).toEqual([[1, 0], 'unknown, open'])
    expect(await recover()).toBe(1)
    expect(await pay()).toMatchObject({ status: 200, result: { payment: { status: 'succeeded' } } })
    expect([await counts(), await status()]).toEqual([[1, 1], 'succeeded, paid'])
  })

  it('F29 J2 five resolvers and the zombie at once: one capture', async () => {
    stopped(() => Promise.all([1, 2, 3, 4, 5].map(recover)))
    expect(await pay()).toMatchObject({ status: 200, result: { payment: { status: 'succeeded' } } })
    expect(await counts()).toEqual([1, 1])
  })
})

describe('G8 the bank charged something else than we asked for', () => {
  it('is left in doubt for people to look at: nothing is posted, nothing is charged again', async () => {
    const charge = product.bank.charge.bind(product.bank)
    vi.spyOn(product.bank, 'charge').mockImplementationOnce(async (request) => ({
      ...(await charge(request)),
      amountMinor: request.amountMinor + 1n,
    }))
    expect(await pay()).toMatchObject({ status: 409, problem: { kind: 'outcome-unknown' } })
    expect(await pay()).toMatchObject({ status: 409, problem: { kind: 'outcome-unknown' } })
    expect([await counts(), await status()]).toEqual([[1, 0], 'unknown, open'])
  })
})

describe('what we sent cannot be posted', () => {
  it('F32 the accounts are gone: unknown and an alert, never "nothing was charged"; settled when they are back, with one charge', async () => {
    const account = `UPDATE account SET code = $1 WHERE merchant_id = '${product.merchantId}' AND code = $2`
    await product.owner.query(account, ['mislaid', 'sales'])
    expect(await pay()).toMatchObject({
      status: 409,
      problem: { kind: 'outcome-unknown', safeNewKey: false },
    })
    expect([await counts(), await status()]).toEqual([[1, 0], 'sending, open'])
    expect(await product.deps.metrics.registry.metrics()).toMatch(
      /payonce_alerts_total\{operation="checkout.pay"\} [1-9]/,
    )
    await product.owner.query(account, ['sales', 'mislaid'])
    expect(await recover()).toBe(1)
    expect(await pay()).toMatchObject({ status: 200, result: { payment: { status: 'succeeded' } } })
    expect([await counts(), await status()]).toEqual([[1, 1], 'succeeded, paid'])
  })
})
