import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readId } from '@/lib/id'
import { type ApiReply, openTestProduct, type TestProduct } from '../testing/product'

/** Payments over the HTTP API: the answer, the bank and the books. */
let product: TestProduct
let key: string
let n = 0

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '1500' })
})
afterAll(() => product.close())
beforeEach(() => {
  key = `key-${++n}`
})

const AMOUNT = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
const pay = (changes: object = {}, headers: Record<string, string> = {}) =>
  product.api('POST', '/api/v1/payments', { ...AMOUNT, ...changes }, { 'idempotency-key': key, ...headers })
const payOrder = (orderId: string, paymentMethod = 'pm_card_visa', headers: Record<string, string> = {}) =>
  product.api('POST', '/api/v1/payments', { orderId, paymentMethod }, { 'idempotency-key': key, ...headers })
const charges = (reply: ApiReply) =>
  product.count('charges', `idempotency_key = '${readId('pay', reply.body.id ?? reply.body.payment)}'`)
const settleDoubt = async () => {
  await product.owner.query(
    `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state IN ('sending', 'unknown')`,
  )
  await product.owner.query(
    `UPDATE payment SET created_at = now() - interval '1 minute' WHERE status IN ('sending', 'unknown', 'requires_action')`,
  )
  await product.deps.engine.recover(product.deps.operations.createPayment, 50, 'test')
}
const records = () => product.count('records', `key = '${key}'`)

describe('a payment of an amount', () => {
  it('positive control: charged, posted, answered', async () => {
    const reply = await pay({ description: 'Two T-shirts', metadata: { cart: '7431' } })
    expect(reply).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^pay_[0-9a-f]{32}$/),
        orderId: expect.stringMatching(/^ord_[0-9a-f]{32}$/),
        amount: 2400,
        currency: 'EUR',
        status: 'succeeded',
        paymentMethod: 'pm_card_visa',
        cardLabel: 'Visa •••• 4242',
        declineCode: null,
        amountRefunded: 0,
        description: 'Two T-shirts',
        metadata: { cart: '7431' },
        nextAction: null,
        receiptUrl: expect.stringMatching(/^http:\/\/localhost:3000\/receipt\//),
      },
    })
    expect(reply.header('location')).toBe(`/api/v1/payments/${reply.body.id}`)
    expect(reply.header('content-type')).toBe('application/json; charset=utf-8')
    expect(Date.parse(reply.header('idempotency-key-expires') ?? '')).toBeGreaterThan(
      Date.now() + 29 * 24 * 3_600_000,
    )
    expect(reply.header('idempotent-replayed')).toBeNull()
    expect([
      await charges(reply),
      await product.count('captures', `payment_id = '${readId('pay', reply.body.id)}'`),
    ]).toEqual([1, 1])
    expect((await product.api('GET', reply.header('location') ?? '')).body).toEqual(reply.body)
    expect((await product.api('GET', `/api/v1/orders/${reply.body.orderId}`)).body).toMatchObject({
      status: 'paid',
      items: [{ name: 'Two T-shirts', quantity: 1, unitAmount: 2400 }],
    })
  })

  it('O2 a replay is the first answer byte for byte, with headers that mark it', async () => {
    const first = await pay()
    const replay = await pay()
    expect(replay.text).toBe(first.text)
    expect(replay.status).toBe(first.status)
    expect(replay.header('location')).toBe(first.header('location'))
    expect(replay.header('idempotent-replayed')).toBe('true')
    expect(Math.abs(Date.parse(replay.header('idempotency-first-executed') ?? '') - Date.now())).toBeLessThan(
      60_000,
    )
    expect(replay.header('idempotency-key-expires')).toBe(first.header('idempotency-key-expires'))
    expect(replay.header('request-id')).not.toBe(first.header('request-id'))
    expect(replay.header('set-cookie')).toBeNull()
    expect(await charges(first)).toBe(1)
  })

  it('F57 quoted and bare are one key', async () => {
    const first = await pay()
    expect((await pay({}, { 'idempotency-key': `"${key}"` })).text).toBe(first.text)
    expect(await charges(first)).toBe(1)
  })

  it('K5 key order, white space and 2400.0 make no difference', async () => {
    const first = await pay()
    const text = `{ "paymentMethod":"pm_card_visa",\n "currency" : "EUR", "amount": 2400.0 }`
    expect((await product.api('POST', '/api/v1/payments', text, { 'idempotency-key': key })).text).toBe(
      first.text,
    )
  })

  it('K6 another payload is 422 and names what differs, never what it holds', async () => {
    await pay({ metadata: { cart: 'secret-7431' } })
    const reply = await pay({ amount: 999, metadata: { cart: 'other-1' } })
    expect(reply).toMatchObject({
      status: 422,
      body: { kind: 'key-reused', differs: ['/amount', '/metadata/cart'], safeNewKey: true },
    })
    expect(reply.text).not.toMatch(/secret|2400|999|other-1/)
  })

  it('K6 even while the first one runs', async () => {
    const running = pay({ paymentMethod: 'pm_card_slow' })
    await expect.poll(records).toBe(1)
    expect(await pay({ amount: 1 })).toMatchObject({
      status: 422,
      body: { differs: ['/amount', '/paymentMethod'] },
    })
    expect((await running).body.kind).toBe('outcome-unknown')
  })

  it('50 at once: one charge; the others learn that it runs, or get its answer', async () => {
    const replies = await Promise.all(Array.from({ length: 50 }, () => pay()))
    expect(new Set(replies.filter(({ status }) => status === 201).map(({ text }) => text))).toHaveLength(1)
    const waiting = replies.filter(({ status }) => status !== 201)
    for (const { status, body, header } of waiting) {
      expect({ status, kind: body.kind }).toEqual({ status: 409, kind: 'in-progress' })
      expect(header('retry-after')).toBe('1')
      expect(body.statusUrl).toBe(`/api/v1/idempotency/payments.create/${key}`)
    }
    const first = replies.find(({ status }) => status === 201) as ApiReply
    expect(await charges(first)).toBe(1)
  })

  it('O1 Prefer: wait=N joins the one that runs, and says so', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => pay({}, { prefer: 'wait=10' })))
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(201))
    expect(new Set(replies.map(({ text }) => text))).toHaveLength(1)
    expect(replies.every(({ header }) => header('preference-applied') === 'wait=10')).toBe(true)
    expect(replies.filter(({ header }) => header('idempotent-replayed') === null)).toHaveLength(1)
  })

  it('two keys are two payments', async () => {
    const first = await pay()
    key = `${key}-other`
    expect((await pay()).body.id).not.toBe(first.body.id)
  })
})

describe('what the bank says', () => {
  it.each([
    ['pm_card_declined', 'card_declined'],
    ['pm_card_insufficient_funds', 'insufficient_funds'],
    ['pm_card_expired', 'expired_card'],
  ])('%s: 402, kept under the key; another key may try again', async (paymentMethod, declineCode) => {
    const first = await pay({ paymentMethod })
    expect(first).toMatchObject({
      status: 402,
      body: { kind: 'payment-declined', declineCode, retry: 'no', safeNewKey: true },
    })
    expect(first.header('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(first.header('link')).toContain('</problems/payment-declined>; rel="describedby"')
    const replay = await pay({ paymentMethod })
    expect([replay.status, replay.text, replay.header('idempotent-replayed')]).toEqual([
      402,
      first.text,
      'true',
    ])
    expect(await charges(first)).toBe(0)
  })

  it.each([
    ['pm_card_timeout_after_charge', 201, 1],
    ['pm_card_error_after_charge', 201, 1],
    ['pm_card_timeout_before_charge', 502, 0],
    ['pm_card_error_before_charge', 502, 0],
  ])('%s: not known at first, then settled by asking', async (paymentMethod, status, count) => {
    const first = await pay({ paymentMethod })
    expect(first).toMatchObject({
      status: 409,
      body: { kind: 'outcome-unknown', retry: 'poll', safeNewKey: false },
    })
    expect(first.header('retry-after')).toBe('2')
    expect(first.body.paymentUrl).toBe(`/api/v1/payments/${first.body.payment}`)
    expect((await product.api('GET', first.body.statusUrl)).body).toMatchObject({
      state: 'unknown',
      resource: { id: first.body.payment },
    })
    await settleDoubt()
    const later = await pay({ paymentMethod })
    expect([later.status, later.header('idempotent-replayed')]).toEqual([status, 'true'])
    expect(await charges(first)).toBe(count)
  })

  it('pm_card_challenge: 202 with where to send the shopper, and the final answer later', async () => {
    const first = await pay({ paymentMethod: 'pm_card_challenge' })
    expect(first).toMatchObject({
      status: 202,
      body: { status: 'requires_action', receiptUrl: null, nextAction: { type: 'redirect' } },
    })
    expect((await pay({ paymentMethod: 'pm_card_challenge' })).text).toBe(first.text)
    expect((await product.api('GET', `/api/v1/payments/${first.body.id}`)).body.nextAction).toEqual(
      first.body.nextAction,
    )
    const page = new URL(first.body.nextAction.url)
    const form = new URLSearchParams({ answer: 'confirm', return: page.searchParams.get('return') ?? '' })
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'http://localhost:3000',
    }
    expect(
      (await product.call(page.pathname, { method: 'POST', headers, body: form.toString() })).status,
    ).toBe(303)
    const last = await pay({ paymentMethod: 'pm_card_challenge' })
    expect(last).toMatchObject({
      status: 201,
      body: { id: first.body.id, status: 'succeeded', nextAction: null },
    })
    expect(await charges(first)).toBe(1)
  })
})

describe('P1 the order guard holds between the page and the API', () => {
  it('paid on the page, then by a program: nothing more is charged, and the answer names the payment', async () => {
    const order = await product.newOrder()
    const paid = await product.pay({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' })
    const reply = await payOrder(order)
    const payment = paid.result?.payment.id
    expect(reply).toMatchObject({
      status: 409,
      body: { kind: 'already-paid', payment, paymentUrl: `/api/v1/payments/${payment}`, safeNewKey: false },
    })
    expect(
      await product.count(
        'charges',
        `idempotency_key IN (SELECT gateway_key FROM payment WHERE order_id = '${readId('ord', order)}')`,
      ),
    ).toBe(1)
  })

  it('paid by a program, then on the page', async () => {
    const order = await product.newOrder()
    const paid = await payOrder(order)
    expect(paid.status).toBe(201)
    const { problem } = await product.pay({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' })
    expect(problem).toMatchObject({ kind: 'already-paid', payment: paid.body.id })
  })

  it('one key over tRPC and over REST is two records and one charge', async () => {
    const order = await product.newOrder()
    const [page, program] = await Promise.all([
      product.pay({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' }),
      payOrder(order, 'pm_card_visa', { prefer: 'wait=10' }),
    ])
    expect([page.status, program.status].filter((status) => status < 300)).toHaveLength(1)
    expect(
      await product.count(
        'charges',
        `idempotency_key IN (SELECT gateway_key FROM payment WHERE order_id = '${readId('ord', order)}')`,
      ),
    ).toBe(1)
    expect(await records()).toBe(2)
  })

  it('20 programs with 20 keys at once: one charge', async () => {
    const order = await product.newOrder()
    const all = Array.from({ length: 20 }, (_, i) =>
      payOrder(order, 'pm_card_visa', { 'idempotency-key': `${key}-${i}`, prefer: 'wait=10' }),
    )
    const replies = await Promise.all(all)
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(replies.filter(({ body }) => body.kind === 'already-paid')).toHaveLength(19)
    expect(
      await product.count(
        'charges',
        `idempotency_key IN (SELECT gateway_key FROM payment WHERE order_id = '${readId('ord', order)}')`,
      ),
    ).toBe(1)
  })

  it('an order that is not there, and one of another merchant, look alike', async () => {
    const other = await product.otherMerchant()
    const foreign = await product.newOrder({ merchantId: other.merchantId })
    for (const order of [foreign, `ord_${'0'.repeat(32)}`])
      expect(await payOrder(order)).toMatchObject({ status: 404, body: { kind: 'not-found' } })
  })
})

describe('whose a key is', () => {
  it('F52 two merchants with one key: two payments, and neither learns of the other', async () => {
    const other = await product.otherMerchant()
    const [mine, theirs] = [await pay(), await pay({}, { authorization: `Bearer ${other.token}` })]
    expect(theirs.status).toBe(201)
    expect(theirs.body.id).not.toBe(mine.body.id)
    const asOther = { authorization: `Bearer ${other.token}` }
    expect((await product.api('GET', `/api/v1/payments/${mine.body.id}`, undefined, asOther)).status).toBe(
      404,
    )
  })

  it('F60 the state of a foreign key and of one that is not there look alike', async () => {
    await pay()
    const other = await product.otherMerchant()
    const [foreign, absent] = await Promise.all(
      [key, 'never-used'].map((asked) =>
        product.api('GET', `/api/v1/idempotency/payments.create/${asked}`, undefined, {
          authorization: `Bearer ${other.token}`,
        }),
      ),
    )
    expect([foreign?.status, foreign?.text]).toEqual([404, absent?.text])
  })

  it('K4 F55 the same key on another operation is another record', async () => {
    const paid = await pay()
    const refunded = await product.api(
      'POST',
      `/api/v1/payments/${paid.body.id}/refunds`,
      {},
      { 'idempotency-key': key },
    )
    expect(refunded).toMatchObject({
      status: 201,
      body: { amount: 2400, status: 'succeeded', paymentId: paid.body.id },
    })
    expect(await records()).toBe(2)
  })

  it('another API key of the same merchant may repeat the request: a key that was replaced loses nothing', async () => {
    const first = await pay()
    const again = await pay({}, { authorization: `Bearer ${await product.newApiKey()}` })
    expect([again.text, again.header('idempotent-replayed')]).toEqual([first.text, 'true'])
  })
})

describe('O6 what became of a key', () => {
  it('completed, with what it made', async () => {
    const paid = await pay()
    expect((await product.api('GET', `/api/v1/idempotency/payments.create/${key}`)).body).toMatchObject({
      operation: 'payments.create',
      key,
      state: 'completed',
      status: 201,
      problem: null,
      resource: { id: paid.body.id, url: `/api/v1/payments/${paid.body.id}` },
    })
  })

  it('a key with any characters can be asked for', async () => {
    const odd = 'a/b?c#d%20 "e" \\ ü'.replace('ü', '~')
    const quoted = `"${odd.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
    expect((await pay({}, { 'idempotency-key': quoted })).status).toBe(201)
    expect(
      (await product.api('GET', `/api/v1/idempotency/payments.create/${encodeURIComponent(odd)}`)).body,
    ).toMatchObject({
      key: odd,
      state: 'completed',
    })
  })

  it('running, then known', async () => {
    const running = pay({ paymentMethod: 'pm_card_slow' })
    await expect.poll(records).toBe(1)
    expect((await product.api('GET', `/api/v1/idempotency/payments.create/${key}`)).body).toMatchObject({
      state: 'in_progress',
      status: null,
    })
    await running
  })

  it('F42 expired: the answer is gone, the effect stays, and a repeat does nothing', async () => {
    const paid = await pay()
    await product.owner.query(
      `UPDATE idempotency_record SET expires_at = now() - interval '1 s' WHERE key = $1`,
      [key],
    )
    await product.deps.store.expireAnswers(100)
    expect((await product.api('GET', `/api/v1/idempotency/payments.create/${key}`)).body).toMatchObject({
      state: 'expired',
      resource: { id: paid.body.id },
    })
    expect(await pay()).toMatchObject({
      status: 409,
      body: { kind: 'answer-expired', paymentUrl: `/api/v1/payments/${paid.body.id}`, safeNewKey: false },
    })
    expect(await charges(paid)).toBe(1)
  })
})

describe('lists', () => {
  it('go through every payment once, newest first, while new ones come', async () => {
    const made: string[] = []
    for (let i = 0; i < 5; i++) {
      key = `${key}-list-${i}`
      made.unshift((await pay()).body.id)
    }
    const seen: string[] = []
    let next: string | null = '/api/v1/payments?limit=2'
    for (let pages = 0; next && pages < 3; pages++) {
      const page: ApiReply = await product.api('GET', next)
      seen.push(...page.body.items.map(({ id }: { id: string }) => id))
      next = /<([^>]+)>; rel="next"/.exec(page.header('link') ?? '')?.[1] ?? null
      expect(next === null ? null : decodeURIComponent(next)).toContain(page.body.nextCursor ?? '')
      key = `${key}-between-${pages}`
      await pay()
    }
    expect(seen.slice(0, 5)).toEqual(made)
    expect(new Set(seen)).toHaveLength(seen.length)
  })

  it('by status and time', async () => {
    const declined = await pay({ paymentMethod: 'pm_card_declined' })
    const page = await product.api('GET', '/api/v1/payments?status=declined&limit=100')
    expect(page.body.items.every(({ status }: { status: string }) => status === 'declined')).toBe(true)
    expect(page.body.items[0].id).toBe(declined.body.payment)
    expect((await product.api('GET', '/api/v1/payments?createdAfter=2100-01-01T00:00:00Z')).body).toEqual({
      items: [],
      nextCursor: null,
    })
    expect((await product.api('GET', '/api/v1/payments?createdBefore=2000-01-01T00:00:00Z')).body).toEqual({
      items: [],
      nextCursor: null,
    })
  })

  it.each(['limit=0', 'limit=101', 'limit=many', 'cursor=x', 'status=paid', 'createdAfter=yesterday'])(
    '%s is refused',
    async (query) => {
      expect(await product.api('GET', `/api/v1/payments?${query}`)).toMatchObject({
        status: 400,
        body: { kind: 'validation' },
      })
    },
  )

  it('an offset whose + became a space is named, with what to write', async () => {
    const path = (plus: string) => `/api/v1/payments?createdAfter=2100-01-01T00:00:00${plus}01:00`
    expect((await product.api('GET', path('%2B'))).status).toBe(200)
    expect((await product.api('GET', path('+'))).body.detail).toBe(
      'createdAfter: Write the + of an offset as %2B in an address; 2100-01-01T00:00:00 01:00 was received.',
    )
  })
})
