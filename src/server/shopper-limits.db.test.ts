import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { MESSAGES } from '@/i18n/messages'
import { openTestProduct, payReply, type TestProduct } from './testing/product'

/** The shopper's side under attack, with the limits that an installation has by default, behind one proxy. */
let product: TestProduct
let cookie: string
/** A network of its own for each test. */
let network = 0
let n = 0

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_SHOPPER_RATE_PER_MINUTE: '600', PAYONCE_TRUSTED_HOPS: '1' })
})
afterAll(() => product.close())
beforeEach(async () => {
  network += 1
  cookie = await product.cookie()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const address = (host = 1) => `198.51.${network}.${host}`
const JSON_FROM = (from: string, as: string | null = cookie) => ({
  'content-type': 'application/json',
  // The left entry is the client's own; the proxy appended the right one.
  'x-forwarded-for': `203.0.113.${n % 200}, ${from}`,
  ...(as ? { cookie: as } : {}),
})

async function pay(
  orderId: string,
  { card = 'pm_card_declined', key = `key-${++n}`, from = address(), as = cookie as string | null } = {},
) {
  const body = JSON.stringify({ orderId, version: 1, key, paymentMethod: card })
  return payReply(
    await product.call('/api/trpc/checkout.pay', { method: 'POST', headers: JSON_FROM(from, as), body }),
  )
}

/** Requests that reached the bank, by the bank's own table. */
const bankRequests = async () =>
  Number((await product.owner.query('SELECT count(*) FROM gateway_simulator.request')).rows[0].count)

/** Time passes: for the process, for the windows that the processes share, and for the declines in the database. */
async function minutesPass(minutes: number): Promise<void> {
  const later = performance.now() + minutes * 60_000
  vi.spyOn(performance, 'now').mockImplementation(() => later)
  await product.owner.query('UPDATE rate_limit SET expire = expire - $1::bigint', [minutes * 60_000])
  await product.owner.query(
    `UPDATE payment SET updated_at = updated_at - $1 * interval '1 minute' WHERE status = 'declined'`,
    [minutes],
  )
}

/** No window ends while a test counts, however slow the machine is. */
const timeStands = () => vi.spyOn(performance, 'now').mockReturnValue(performance.now())

const metric = async (name: string) =>
  (await product.deps.metrics.registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith(name))
    .join('\n')

describe('one order', () => {
  it('rests after 10 declines: of 120 tries the bank sees 10, answers are replayed, and then the same key pays', async () => {
    const order = await product.newOrder()
    const before = await bankRequests()
    const replies = []
    for (let tries = 0; tries < 120; tries++) replies.push(await pay(order, { key: `order-${tries}` }))
    expect(replies.map(({ status }) => status)).toEqual([...Array(10).fill(402), ...Array(110).fill(429)])
    expect((await bankRequests()) - before).toBe(10)
    expect(replies[10]?.problem).toMatchObject({
      kind: 'too-many-attempts',
      limit: 'order',
      retry: 'same-key',
      detail: expect.stringMatching(
        /^Too many cards were declined for this order. Nothing was charged. Wait \d+ minutes, or ask the shop.$/,
      ),
    })
    expect(Number(replies[10]?.headers.get('retry-after'))).toBeGreaterThan(60)
    // The first refusal was by the order guard; the others did not even claim their key.
    expect(await product.count('records', `key LIKE 'order-%'`)).toBe(11)

    const replay = await pay(order, { key: 'order-3' })
    expect([replay.status, replay.problem?.kind]).toEqual([402, 'payment-declined'])
    expect((await bankRequests()) - before).toBe(10)

    await minutesPass(11)
    const late = await pay(order, { key: 'order-10', card: 'pm_card_visa' })
    expect(late.result?.payment.status).toBe('succeeded')
    expect((await pay(order, { key: 'order-10', card: 'pm_card_visa' })).result?.idempotency.outcome).toBe(
      'replayed',
    )
    expect((await bankRequests()) - before).toBe(11)
  })

  it('rests for every sender and every process: 30 at once from 30 networks, and a program, are 10 requests to the bank, 11 at most', async () => {
    const order = await product.newOrder()
    const before = await bankRequests()
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, host) => pay(order, { from: address(host), as: null })),
    )
    // Those that waited for another's payment in vain are told so; nobody is told a decline that was none.
    expect(replies.filter(({ status }) => status === 402)).toHaveLength((await bankRequests()) - before)
    // A slow machine: some waited longer than a request waits.
    for (let tries = 0; tries < 10; tries++) await pay(order)
    const asked = (await bankRequests()) - before
    // The eleventh began while the tenth decline was being stored.
    expect([10, 11]).toContain(asked)
    const program = await product.api(
      'POST',
      '/api/v1/payments',
      { orderId: order, paymentMethod: 'pm_card_visa' },
      { 'idempotency-key': `program-${++n}` },
    )
    expect([program.status, program.body.kind]).toEqual([429, 'too-many-attempts'])
    expect(Number(program.header('retry-after'))).toBeGreaterThan(60)
    expect((await bankRequests()) - before).toBe(asked)
  })

  it('is never refused an answer that it has: paid in the ninth try, replayed after any number', async () => {
    const order = await product.newOrder()
    for (let tries = 0; tries < 8; tries++) await pay(order)
    const paid = await pay(order, { key: `paid-${network}`, card: 'pm_card_visa' })
    for (let tries = 0; tries < 40; tries++) {
      const again = await pay(order, { key: `paid-${network}`, card: 'pm_card_visa' })
      expect(again.result?.payment).toEqual(paid.result?.payment)
    }
  })

  it('sends a form without scripts to the page that says why', async () => {
    const order = await product.newOrder()
    for (let tries = 0; tries < 10; tries++) await pay(order)
    const form = new URLSearchParams({ key: `form-${network}`, version: '1', paymentMethod: 'pm_card_visa' })
    const answer = await product.call(`/api/shop/orders/${order}/pay`, {
      method: 'POST',
      body: form,
      headers: { origin: 'http://localhost:3000', cookie, 'x-forwarded-for': address() },
    })
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/checkout/${order}?attempt=form-${network}&problem=too-many-attempts`,
    ])
  })
})

describe('one network', () => {
  it('has 50 declines in 10 minutes over all orders, also of 120 at once; its neighbour goes on', async () => {
    const orders = await Promise.all(Array.from({ length: 120 }, () => product.newOrder()))
    const before = await bankRequests()
    const guests = await Promise.all(orders.map(() => product.cookie()))
    const replies = await Promise.all(orders.map((order, at) => pay(order, { as: guests[at] ?? null })))
    expect(replies.filter(({ status }) => status === 402).length).toBeLessThanOrEqual(50)
    expect((await bankRequests()) - before).toBeLessThanOrEqual(50)
    for (const order of orders) await pay(order, { as: null })
    expect((await bankRequests()) - before).toBe(50)
    const refused = await pay(orders[0] ?? '', { as: null, card: 'pm_card_visa' })
    expect(refused.problem).toMatchObject({ kind: 'too-many-attempts', limit: 'address' })
    const neighbour = await pay(await product.newOrder(), {
      card: 'pm_card_visa',
      from: address(2),
      as: null,
    })
    expect(neighbour.status).toBe(200)
    await minutesPass(11)
    expect((await pay(await product.newOrder(), { card: 'pm_card_visa', as: null })).status).toBe(200)
  })

  it('begins 120 payments a minute; a guest 30. Replays do not count', async () => {
    timeStands()
    const paid = await product.newOrder()
    const visa = { card: 'pm_card_visa' }
    for (let again = 0; again < 40; again++)
      expect((await pay(paid, { ...visa, key: `again-${network}` })).status).toBe(200)
    const statuses = []
    for (let tries = 0; tries < 30; tries++) statuses.push((await pay(await product.newOrder(), visa)).status)
    expect(statuses).toEqual([...Array(29).fill(200), 429])
    for (let tries = 0; tries < 90; tries++)
      expect((await pay(await product.newOrder(), { ...visa, as: null })).status).toBe(200)
    expect((await pay(await product.newOrder(), { ...visa, as: null })).status).toBe(429)
    expect((await pay(paid, { ...visa, key: `again-${network}` })).status).toBe(200)
  })

  it('has 600 calls a minute, and a batch of five counts five', async () => {
    timeStands()
    const order = await product.newOrder()
    const input = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [at, { orderId: order }]))
    const batch = () =>
      product.call(
        `/api/trpc/${Array(5).fill('checkout.order').join(',')}?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`,
        { headers: { 'x-forwarded-for': address() } },
      )
    for (let requests = 0; requests < 120; requests++) expect((await batch()).status).toBe(200)
    const refused = await batch()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    // A receipt, a status and a payment are calls, too.
    const paying = await pay(order, { as: null })
    expect(paying.problem).toMatchObject({ kind: 'rate-limited', retry: 'same-key', safeNewKey: false })
    expect(paying.problem?.detail).not.toContain('Nothing was charged')
    expect((await pay(order, { from: address(2) })).status).toBe(402)
    expect(await metric('payonce_refusals_total{limit="calls"}')).not.toBe('')
  })

  it.each([
    ['en', MESSAGES.en.shop.tooManyOrders],
    ['ar', MESSAGES.ar.shop.tooManyOrders],
  ])('places 60 orders a minute by the form, and is told so in %s', async (language, text) => {
    timeStands()
    const order = () =>
      product.call('/api/shop/orders', {
        method: 'POST',
        body: new URLSearchParams({ sku: 't-shirt' }),
        headers: {
          origin: 'http://localhost:3000',
          'x-forwarded-for': address(),
          'accept-language': language,
        },
      })
    const statuses = []
    for (let orders = 0; orders < 60; orders++) statuses.push((await order()).status)
    expect(new Set(statuses)).toEqual(new Set([303]))
    const refused = await order()
    expect([refused.status, await refused.text()]).toEqual([429, text])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('asks and answers the bank’s challenges as calls', async () => {
    timeStands()
    const page = () =>
      product.call('/api/bank/challenges/none', { headers: { 'x-forwarded-for': address() } })
    const statuses = []
    for (let calls = 0; calls < 601; calls++) statuses.push((await page()).status)
    expect(statuses.slice(0, 600)).not.toContain(429)
    expect(statuses[600]).toBe(429)
  })
})

describe('card testing at one merchant', () => {
  it('100 declines, more than half: who was declined once waits, others go on, and a person is called', async () => {
    const { merchantId } = await product.otherMerchant()
    const newOrder = () => product.newOrder({ merchantId })
    const alerts = () => metric('payonce_alerts_total{operation="card-testing"}')
    // One card from each network, so that no other limit is met. The shop is looked at every two seconds.
    let tries = 0
    for (; tries < 99 || (tries < 2_000 && (await alerts()) === ''); tries++)
      await pay(await newOrder(), { from: `10.${tries >> 8}.${tries % 256}.1`, as: null })
    expect(await alerts()).toMatch(/ 1$/)
    expect(tries).toBeGreaterThanOrEqual(100)
    const before = await bankRequests()
    const refused = await pay(await newOrder(), { from: '10.0.7.1', as: null, card: 'pm_card_visa' })
    expect(refused.problem).toMatchObject({ kind: 'too-many-attempts', limit: 'shop' })
    expect(refused.headers.get('retry-after')).toBe('600')
    expect((await bankRequests()) - before).toBe(0)
    expect((await pay(await newOrder(), { card: 'pm_card_visa', from: address() })).status).toBe(200)
    // One card each, also with the guest's cookie in another network; other shops are not concerned.
    expect((await pay(await newOrder())).status).toBe(402)
    expect((await pay(await newOrder(), { from: address(9) })).problem).toMatchObject({ limit: 'shop' })
    expect((await pay(await product.newOrder(), { card: 'pm_card_visa' })).status).toBe(200)
    expect(await alerts()).toMatch(/ 1$/)
  })
})

describe('presses that a page reports', () => {
  const held = async (orderId: string, key: string, presses: number, as = cookie) =>
    product.call('/api/trpc/checkout.held', {
      method: 'POST',
      headers: JSON_FROM(address(), as),
      body: JSON.stringify({ orderId, key, presses }),
    })
  const counted = async () => {
    await product.deps.attempts.flush()
    const { rows } = await product.owner.query(
      `SELECT coalesce(sum(presses), 0)::int AS presses FROM attempt WHERE outcome = 'held'`,
    )
    return rows[0].presses as number
  }

  it('count for a payment of this guest, over several reports, and never more than 50', async () => {
    const order = await product.newOrder()
    const key = `held-${network}`
    await pay(order, { key, card: 'pm_card_visa' })
    const before = await counted()
    await held(order, key, 15)
    expect((await counted()) - before).toBe(15)
    await held(order, key, 2)
    expect((await counted()) - before).toBe(17)
    await Promise.all(Array.from({ length: 20 }, () => held(order, key, 10_000)))
    for (let reports = 0; reports < 5; reports++) await held(order, key, 10_000)
    expect((await counted()) - before).toBe(50)
  })

  it('are on the receipt that is asked for right after them', async () => {
    const order = await product.newOrder()
    const key = `held-${network}`
    const paid = await pay(order, { key, card: 'pm_card_visa' })
    const token = paid.result?.receiptUrl.split('/').at(-1)
    const input = encodeURIComponent(JSON.stringify({ token }))
    // The report has arrived, and waits for the database.
    let goOn = () => {}
    const waits = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const flush = vi.spyOn(product.deps.attempts, 'flush').mockReturnValueOnce(waits)
    const report = held(order, key, 19)
    await vi.waitFor(() => expect(flush).toHaveBeenCalled())
    setTimeout(goOn, 200)
    const receipt = await product.call(`/api/trpc/checkout.receipt?input=${input}`)
    expect((await receipt.json()).result.data).toMatchObject({ held: 19, requests: 1 })
    await report
  })

  it('count for nothing else: a key that never was, another guest’s, another order', async () => {
    const [order, other] = [await product.newOrder(), await product.newOrder()]
    const key = `held-${network}`
    await pay(order, { key, card: 'pm_card_visa' })
    const before = await counted()
    expect((await held(order, 'never-sent', 10_000)).status).toBe(200)
    expect((await held(order, key, 10_000, await product.cookie())).status).toBe(200)
    expect((await held(other, key, 10_000)).status).toBe(200)
    expect((await held(`ord_${'0'.repeat(32)}`, key, 10_000)).status).toBe(404)
    expect((await counted()) - before).toBe(0)
  })
})

describe('a database that cannot keep up', () => {
  it('sheds calls of pages, too: 503, nothing begun, and the same key pays afterwards', async () => {
    const order = await product.newOrder()
    vi.spyOn(product.deps.pool, 'waitingCount', 'get').mockReturnValue(10_000)
    const shed = await pay(order, { key: `shed-${network}`, card: 'pm_card_visa' })
    expect([shed.status, shed.headers.get('retry-after')]).toEqual([503, '1'])
    expect(shed.problem).toMatchObject({ kind: 'unavailable', retry: 'same-key' })
    vi.restoreAllMocks()
    expect((await pay(order, { key: `shed-${network}`, card: 'pm_card_visa' })).status).toBe(200)
  })
})
