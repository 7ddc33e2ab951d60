import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { deferred } from '@/idempotency/testing/engine'
import { openTestProduct, type PayReply, type TestProduct } from './testing/product'

/**
 * Storms over tRPC, as the checkout page sends them, against a server with few connections, which sheds what its database cannot take:
 * one charge, and each caller has the payment's own answer or an honest one, with which the same request goes through later.
 */
let product: TestProduct
let cookie: string
let order: string

beforeAll(async () => {
  // Few enough that 200 callers at once find the queue for a connection full.
  product = await openTestProduct({ PAYONCE_POOL_MAX: '3' })
  cookie = await product.cookie()
})
afterAll(() => product.close())
// A new order: whose it is, is looked up in the database by each of the first callers.
beforeEach(async () => {
  order = await product.newOrder()
})
afterEach(() => vi.restoreAllMocks())

const pay = (key: string) =>
  product.pay({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' }, cookie)
const uuid = () => order.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const counts = async () => {
  const payments = `(SELECT id FROM payment WHERE order_id = '${uuid()}')`
  return {
    payments: await product.count('payments', `order_id = '${uuid()}'`),
    charges: await product.count(
      'charges',
      `idempotency_key IN (SELECT gateway_key FROM payment WHERE order_id = '${uuid()}')`,
    ),
    captures: await product.count('captures', `payment_id IN ${payments}`),
  }
}
const ONCE = { payments: 1, charges: 1, captures: 1 }

/** The answer, without what says how this caller came by it. */
const answerOf = ({ result }: PayReply) => JSON.stringify({ ...result, idempotency: null })
const isShed = ({ status, problem }: PayReply) => status === 503 && problem?.kind === 'unavailable'

/** Each refusal tells the caller to send the same again, with the same key. */
function expectHonest(replies: PayReply[]): void {
  for (const { problem } of replies)
    expect(problem).toMatchObject({ retry: expect.stringMatching(/^(same-key|poll)$/), safeNewKey: false })
}

async function storm(keys: string[]): Promise<PayReply[]> {
  return Promise.all(keys.map(pay))
}

describe.each([50, 200])('%d callers at once', (callers) => {
  it('C15 with one key: one charge, equal answers or an honest refusal, and every one of them gets the answer in the end', async () => {
    const key = `key-${order}`
    const replies = await storm(Array(callers).fill(key))
    const [answered, refused] = [
      replies.filter(({ status }) => status === 200),
      replies.filter(({ status }) => status !== 200),
    ]
    expect(answered.length).toBeGreaterThan(0)
    expect(new Set(answered.map(answerOf)).size).toBe(1)
    expect(answered.filter(({ result }) => result?.idempotency.outcome === 'executed')).toHaveLength(1)
    expect(refused.every((reply) => isShed(reply) || reply.problem?.kind === 'in-progress')).toBe(true)
    expectHonest(refused)
    expect(await counts()).toEqual(ONCE)
    for (const again of await storm(refused.map(() => key)))
      expect([again.status, answerOf(again)]).toEqual([200, answerOf(answered[0] as PayReply)])
    expect(await counts()).toEqual(ONCE)
  })

  it('C15 with a key each, for one order: one is paid, the others are told so, none charges again', async () => {
    const keys = Array.from({ length: callers }, (_, n) => `key-${order}-${n}`)
    const replies = await storm(keys)
    const paid = replies.filter(({ status }) => status === 200)
    expect(paid).toHaveLength(1)
    const others = replies.filter(({ status }) => status !== 200)
    const kinds = new Set(others.map(({ problem }) => problem?.kind))
    expect(['already-paid', 'in-progress', 'unavailable']).toEqual(expect.arrayContaining([...kinds]))
    expect(others.every(({ problem }) => problem?.safeNewKey === false)).toBe(true)
    expectHonest(others.filter(isShed))
    expect(await counts()).toEqual(ONCE)
    const losers = keys.filter((_, index) => replies[index]?.status !== 200)
    for (const { problem } of await storm(losers)) expect(problem?.kind).toBe('already-paid')
    expect(await counts()).toEqual(ONCE)
  })
})

it('C15 while the bank is slow: those who came meanwhile wait and get the very answer, or are told that it is still processing', async () => {
  const [asked, answer] = [deferred<void>(), deferred<void>()]
  const charge = product.bank.charge.bind(product.bank)
  vi.spyOn(product.bank, 'charge').mockImplementation(async (request) => {
    asked.resolve()
    await answer.promise
    return charge(request)
  })
  const key = `key-${order}`
  const first = pay(key)
  await asked.promise
  const waiting = storm(Array(100).fill(key))
  const otherKeys = storm(Array.from({ length: 50 }, (_, n) => `${key}-${n}`))
  // Shed ones return at once; the rest wait for the first.
  await expect.poll(() => product.count('records', `key = '${key}'`)).toBe(1)
  expect(await counts()).toEqual({ payments: 1, charges: 0, captures: 0 })
  answer.resolve()
  const executed = await first
  expect(executed.status).toBe(200)
  for (const reply of await waiting) {
    if (reply.status === 200) expect(answerOf(reply)).toBe(answerOf(executed))
    else expect(reply.problem?.kind).toMatch(/^(in-progress|unavailable)$/)
  }
  for (const { status, problem } of await otherKeys)
    expect([status, problem?.safeNewKey, problem?.kind]).toEqual([
      expect.any(Number),
      false,
      expect.stringMatching(/^(already-paid|in-progress|unavailable)$/),
    ])
  expect(await counts()).toEqual(ONCE)
})

it.each([
  ['one key', (n: number) => `key-${order}-${n * 0}`],
  ['a key each', (n: number) => `key-${order}-${n}`],
])(
  'C15 callers with %s that are shed were promised that nothing was done; sent again, they get the one payment',
  async (_, keyOf) => {
    const taken = await Promise.all(Array.from({ length: 3 }, () => product.deps.pool.connect()))
    // As many wait as still can be served.
    const others = Promise.all(Array.from({ length: 12 }, () => product.deps.pool.query('SELECT 1')))
    let shed: PayReply[]
    try {
      shed = await storm(Array.from({ length: 100 }, (_, n) => keyOf(n)))
    } finally {
      for (const connection of taken) connection.release()
      await others
    }
    expect(shed.every(isShed)).toBe(true)
    expectHonest(shed)
    expect(await counts()).toEqual({ payments: 0, charges: 0, captures: 0 })
    const replies = await storm(Array.from({ length: 30 }, (_, n) => keyOf(n)))
    const paid = replies.filter(({ status }) => status === 200)
    expect(new Set(paid.map(answerOf)).size).toBe(1)
    expect(paid.filter(({ result }) => result?.idempotency.outcome === 'executed')).toHaveLength(1)
    const kinds = replies.filter(({ status }) => status !== 200).map(({ problem }) => problem?.kind)
    expect(kinds.every((kind) => kind === 'already-paid')).toBe(true)
    expect(await counts()).toEqual(ONCE)
  },
)
