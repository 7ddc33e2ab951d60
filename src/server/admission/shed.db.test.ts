import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTestProduct, type TestProduct } from '../testing/product'

/** The database is spared: nothing malformed reaches it, and not more than it can take. */
let product: TestProduct

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_POOL_MAX: '2' })
})
afterAll(() => product.close())
afterEach(() => {
  vi.restoreAllMocks()
})

const AMOUNT = { amount: 100, currency: 'EUR', paymentMethod: 'pm_card_visa' }
const read = () => product.api('GET', '/api/v1/payments?limit=1')
const pay = (key: string) => product.api('POST', '/api/v1/payments', AMOUNT, { 'idempotency-key': key })

describe('before the database', () => {
  const spied = () => [
    vi.spyOn(product.deps.pool, 'query'),
    vi.spyOn(product.deps.pool, 'connect'),
    vi.spyOn(product.deps.batchPool, 'connect'),
  ]

  it('positive control: a good request is seen', async () => {
    const calls = spied()
    expect((await pay('good')).status).toBe(201)
    expect(calls.some(({ mock }) => mock.calls.length > 0)).toBe(true)
  })

  it.each([
    ['no key', ''],
    ['an empty string', '""'],
    ['no closing quote', '"abc'],
    ['a list', '"abc", "abc"'],
    ['parameters', '"abc";v=1'],
    ['another type', '?1'],
    ['256 characters', 'k'.repeat(256)],
    ['a card number', '4242424242424242'],
  ])('K1 a key with %s is 400', async (_, key) => {
    const calls = spied()
    expect((await pay(key)).status).toBe(400)
    expect(calls.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0])
  })
})

describe('when every connection is taken', () => {
  it('as many wait as still can be served; the others get 503 at once, and nothing of them is left', async () => {
    const taken = await Promise.all([product.deps.pool.connect(), product.deps.pool.connect()])
    const waiting = Array.from({ length: 8 }, read)
    await vi.waitFor(() => expect(product.deps.pool.waitingCount).toBeGreaterThanOrEqual(8))
    const began = performance.now()
    const shed = await Promise.all(Array.from({ length: 50 }, (_, n) => pay(`shed-${n}`)))
    const tookMs = performance.now() - began
    expect(new Set(shed.map(({ status }) => status))).toEqual(new Set([503]))
    expect(shed[0]?.body).toMatchObject({ kind: 'unavailable', retry: 'same-key', safeNewKey: false })
    expect(shed[0]?.header('retry-after')).toBe('1')
    // The connections are still taken: none of the answers can have waited for one.
    expect(tookMs).toBeLessThan(5_000)
    expect((await product.call('/api/health')).status).toBe(200)
    for (const connection of taken) connection.release()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect((await pay('shed-0')).status).toBe(201)
    expect(await product.count('records', `key LIKE 'shed-%'`)).toBe(1)
  })
})
