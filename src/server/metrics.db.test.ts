import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { openTestProduct, type TestProduct } from './testing/product'

/** 17.8: each metric moves when what it counts has happened, and does not when it has not. */
let product: TestProduct
let cookie: string
let orderId: string
let key: string

beforeAll(async () => {
  product = await openTestProduct()
  cookie = await product.cookie()
})
afterAll(() => product.close())
beforeEach(async () => {
  vi.restoreAllMocks()
  orderId = await product.newOrder()
  key = `key-${orderId}`
})

const pay = (change: { version?: number; paymentMethod?: string } = {}) =>
  product.pay({ key, orderId, version: 1, paymentMethod: 'pm_card_visa', ...change }, cookie)
/** The bank charges, and its answer is lost. */
async function payInDoubt(): Promise<void> {
  const charge = product.bank.charge.bind(product.bank)
  vi.spyOn(product.bank, 'charge').mockImplementationOnce(async (request) => {
    await charge(request)
    throw new Error('the answer is lost')
  })
  expect(await pay()).toMatchObject({ problem: { kind: 'outcome-unknown' } })
}
const overdue = () =>
  product.owner.query(`UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE key = $1`, [
    key,
  ])
const recover = async () => {
  await overdue()
  return product.deps.engine.recover(product.deps.operations.pay, 20, 'test')
}

/** The samples of a metric, by their labels. */
async function read(name: string): Promise<Record<string, number>> {
  const answer = await product.fetch(
    new Request('http://localhost/api/metrics', { headers: { host: 'localhost' } }),
    { incoming: { socket: { remoteAddress: '127.0.0.1' } } },
  )
  const lines = (await answer.text()).split('\n').filter((line) => line.match(/^\w+/)?.[0] === name)
  return Object.fromEntries(
    lines
      .map((line) => [line.slice(name.length, line.lastIndexOf(' ')), line])
      .map(([labels, line]) => [labels, Number(line?.slice(line.lastIndexOf(' ') + 1))]),
  )
}

/** How much each sample of a metric grows while something happens; what stays is left out. */
async function growth(name: string, happens: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await read(name)
  await happens()
  const grown = Object.entries(await read(name)).map(([labels, value]) => [
    labels,
    value - (before[labels] ?? 0),
  ])
  return Object.fromEntries(grown.filter(([, by]) => by !== 0))
}

it('a key that comes with another payload, by the name of the problem', async () => {
  await pay()
  const again = await growth('payonce_problems_total', () => pay())
  expect(again).toEqual({})
  const other = await growth('payonce_problems_total', () => pay({ paymentMethod: 'pm_card_mastercard' }))
  expect(other).toEqual({ '{operation="checkout.pay",problem="key-reused"}': 1 })
})

it('a take-over by a request: the first one was refused and has let its claim go', async () => {
  const refused = await growth('payonce_lease_events_total', () => pay({ version: 2 }))
  expect(refused).toEqual({})
  const again = await growth('payonce_lease_events_total', () => pay())
  expect(again).toEqual({ '{operation="checkout.pay",event="taken-over"}': 1 })
})

it('a take-over by the resolver, and the lease that its first holder has lost', async () => {
  const charge = product.bank.charge.bind(product.bank)
  vi.spyOn(product.bank, 'charge').mockImplementationOnce(async (request) => {
    const answer = await charge(request)
    await recover()
    return answer
  })
  expect(await growth('payonce_lease_events_total', () => pay())).toEqual({
    '{operation="checkout.pay",event="taken-over"}': 1,
    '{operation="checkout.pay",event="lost-lease"}': 1,
  })
})

it('what the resolver asked about, and could not store since another one had it meanwhile', async () => {
  await payInDoubt()
  const find = product.bank.find.bind(product.bank)
  vi.spyOn(product.bank, 'find').mockImplementationOnce(async (request) => {
    await recover()
    return find(request)
  })
  expect(await growth('payonce_lease_events_total', recover)).toEqual({
    '{operation="checkout.pay",event="taken-over"}': 2,
    '{operation="checkout.pay",event="lost-lease"}': 1,
  })
})

it('records in doubt, the age of the oldest, and those that are parked', async () => {
  const doubt = async () => {
    const names = ['payonce_records_in_doubt', 'payonce_doubt_oldest_seconds', 'payonce_records_parked']
    return (await Promise.all(names.map(read))).map((samples) => samples[''])
  }
  expect(await doubt()).toEqual([0, 0, 0])
  await payInDoubt()
  await product.owner.query(
    `UPDATE idempotency_record SET created_at = now() - interval '1 hour' WHERE key = $1`,
    [key],
  )
  const [inDoubt, oldest, parked] = await doubt()
  expect([inDoubt, Math.floor((oldest ?? 0) / 60), parked]).toEqual([1, 60, 0])
  await product.owner.query(
    `UPDATE idempotency_record SET state = 'unknown', parked_at = now(), parked_reason = 'test' WHERE key = $1`,
    [key],
  )
  expect((await doubt())[2]).toBe(1)
})

it('the sizes of batches: calls that came together share statements', async () => {
  const orders = await Promise.all(Array.from({ length: 20 }, () => product.newOrder()))
  const together = () =>
    Promise.all(
      orders.map((one) =>
        product.pay({ key: `key-${one}`, orderId: one, version: 1, paymentMethod: 'pm_card_visa' }, cookie),
      ),
    )
  const before = await read('payonce_batch_calls_count')
  const calls = await growth('payonce_batch_calls_sum', together)
  const after = await read('payonce_batch_calls_count')
  for (const verb of ['{verb="claim"}', '{verb="commit"}']) {
    expect(calls[verb]).toBeGreaterThanOrEqual(20)
    expect((after[verb] ?? 0) - (before[verb] ?? 0)).toBeLessThan(20)
  }
})
