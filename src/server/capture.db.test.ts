import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { LIVE } from '@/payments/payment'
import type { BankCapture } from '@/payments/simulator/types'
import { openDb, openPool } from '@/platform/db'
import { check } from '@/setup/verify'
import { jobsOf } from './jobs/jobs'
import { buildOperations } from './operations'
import { openTestProduct, type TestProduct } from './testing/product'

/** Authorising, capturing and voiding: the answer, the bank and the books. */
let product: TestProduct
let order: string

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '1500' })
})
afterAll(async () => {
  await everythingHolds()
  await product.close()
})
beforeEach(async () => {
  vi.restoreAllMocks()
  order = await product.newOrder()
})

async function everythingHolds(): Promise<void> {
  const pool = openPool(product.owner.options.connectionString as string, { max: 1, name: 'verify' })
  const db = openDb(pool)
  const { findings } = await check(db)
  await db.$disconnect()
  await pool.end()
  expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
}

const post = (path: string, body: object, key: string = uuidv7()) =>
  product.api('POST', `/api/v1/payments${path}`, body, { 'idempotency-key': key })
const authorise = async (paymentMethod = 'pm_card_visa', key: string = uuidv7()): Promise<string> => {
  const reply = await post('', { orderId: order, paymentMethod, capture: 'manual' }, key)
  expect(reply).toMatchObject({ status: 201, body: { status: 'authorised' } })
  return reply.body.id
}
const capture = (payment: string, key?: string) => post(`/${payment}/capture`, {}, key)
const captureOf = (amount: unknown) => (payment: string, key?: string) =>
  post(`/${payment}/capture`, { amount }, key)
const voided = (payment: string, key?: string) => post(`/${payment}/void`, {}, key)
const read = async (payment: string) => (await product.api('GET', `/api/v1/payments/${payment}`)).body
const uuid = (payment: string) => readId('pay', payment) as string
const value = async (query: string, parameters: unknown[]) =>
  (await product.owner.query(query, parameters)).rows[0]?.value
/** Status of the payment, status of its order, charges at the bank, captures in the ledger. */
const facts = async (payment: string) => [
  (await read(payment)).status,
  await value('SELECT o.status AS value FROM orders o JOIN payment p ON p.order_id = o.id WHERE p.id = $1', [
    uuid(payment),
  ]),
  await product.count('charges', `idempotency_key = '${uuid(payment)}'`),
  await product.count('captures', `payment_id = '${uuid(payment)}' AND kind = 'capture'`),
]
const [AUTHORISED, CAPTURED, VOIDED] = [
  ['authorised', 'open', 0, 0],
  ['succeeded', 'paid', 1, 1],
  ['voided', 'open', 0, 0],
]
/** What the resolver does once the leases are over. */
const settleDoubt = async () => {
  await product.owner.query(
    `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state IN ('sending', 'unknown')`,
  )
  await job('resolver')
}
const job = (name: string) =>
  jobsOf(product.deps)
    .find((one) => one.name === name)
    ?.run(AbortSignal.timeout(60_000))
/** Lets the time of an authorisation pass: here, at the bank, or at both. */
const passTime = async (payment: string, where: ('here' | 'bank')[]) => {
  if (where.includes('here'))
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE authorisation SET capture_before = now() - interval '1 s' WHERE payment_id = '${uuid(payment)}'; RESET session_replication_role`,
    )
  if (where.includes('bank'))
    await product.owner.query(
      `UPDATE gateway_simulator.request SET capture_before = now() - interval '1 s' WHERE idempotency_key = $1`,
      [uuid(payment)],
    )
}
const atBank = async (payment: string) => {
  const ref = await value('SELECT gateway_ref AS value FROM authorisation WHERE payment_id = $1', [
    uuid(payment),
  ])
  return { key: uuid(payment), ref, amountMinor: 2_400n, captureMinor: 2_400n, currency: 'EUR' } as const
}
const events = async (payment: string) =>
  (
    await product.owner.query('SELECT type FROM outbox_event WHERE subject_id = $1 ORDER BY id', [
      uuid(payment),
    ])
  ).rows.map(({ type }) => type)

describe('an authorised payment', () => {
  it('positive control: reserves, and captures the whole once', async () => {
    const payment = await authorise()
    expect(await read(payment)).toMatchObject({
      status: 'authorised',
      receiptUrl: null,
      cardLabel: 'Visa •••• 4242',
      captureBefore: expect.stringMatching(/Z$/),
    })
    expect(await facts(payment)).toEqual(AUTHORISED)
    const reply = await capture(payment)
    expect(reply).toMatchObject({
      status: 200,
      body: { id: payment, status: 'succeeded', receiptUrl: expect.any(String) },
    })
    expect(await facts(payment)).toEqual(CAPTURED)
    expect(await read(payment)).toEqual(reply.body)
    expect(await events(payment)).toEqual(['payment.authorised', 'payment.succeeded'])
  })

  it('voided charges nothing, and its order can be paid again', async () => {
    const payment = await authorise()
    expect(await voided(payment)).toMatchObject({ status: 200, body: { id: payment, status: 'voided' } })
    expect(await facts(payment)).toEqual(VOIDED)
    expect(await events(payment)).toEqual(['payment.authorised', 'payment.voided'])
    const again = await post('', { orderId: order, paymentMethod: 'pm_card_visa' })
    expect(again).toMatchObject({ status: 201, body: { status: 'succeeded' } })
  })

  it('captured can be refunded; before that it cannot', async () => {
    const payment = await authorise()
    expect(await post(`/${payment}/refunds`, {})).toMatchObject({
      status: 409,
      body: { kind: 'not-refundable' },
    })
    await capture(payment)
    expect(await post(`/${payment}/refunds`, {})).toMatchObject({ status: 201 })
  })

  it('holds its order: no other key pays it, and nobody changes it', async () => {
    const payment = await authorise()
    expect(await post('', { orderId: order, paymentMethod: 'pm_card_visa' })).toMatchObject({
      status: 409,
      body: { kind: 'order-under-payment', payment, paymentStatus: 'authorised' },
    })
    const cancelled = await product.api(
      'POST',
      `/api/v1/orders/${order}/cancel`,
      {},
      { 'idempotency-key': uuidv7() },
    )
    expect(cancelled).toMatchObject({ status: 409, body: { kind: 'order-under-payment', payment } })
    expect(await facts(payment)).toEqual(AUTHORISED)
  })

  it('is shown on its checkout page without a form', async () => {
    await authorise()
    const response = await product.call(
      `/api/trpc/checkout.order?input=${encodeURIComponent(JSON.stringify({ orderId: order }))}`,
    )
    expect(await response.text()).toContain('"authorised"')
  })

  it('that was declined, or waits for its shopper first', async () => {
    const declined = await post('', {
      orderId: order,
      paymentMethod: 'pm_card_declined',
      capture: 'manual',
    })
    expect(declined).toMatchObject({ status: 402, body: { kind: 'payment-declined' } })
    const key = uuidv7()
    const body = { orderId: order, paymentMethod: 'pm_card_challenge', capture: 'manual' }
    const waiting = await post('', body, key)
    expect(waiting).toMatchObject({ status: 202, body: { status: 'requires_action' } })
    const challenge = await value(
      'SELECT challenge_id AS value FROM gateway_simulator.request WHERE idempotency_key = $1',
      [uuid(waiting.body.id)],
    )
    await product.bank.answerChallenge(challenge, true)
    await settleDoubt()
    expect(await post('', body, key)).toMatchObject({ status: 201, body: { status: 'authorised' } })
    await capture(waiting.body.id)
    expect(await facts(waiting.body.id)).toEqual(CAPTURED)
  })
})

/** What is pending on each account now, or at an instant: debits positive. Zero is left out. */
const pending = async (at: 'now' | Date = 'now') => {
  const query = at === 'now' ? '' : `?asOf=${encodeURIComponent(at.toISOString())}`
  const { body } = await product.api('GET', `/api/v1/ledger/accounts${query}`)
  const held = (body.items as { code: string; pending: number }[]).filter((one) => one.pending !== 0)
  return Object.fromEntries(held.map((one) => [one.code, one.pending]))
}
const balances = async () =>
  (await product.api('GET', '/api/v1/ledger/accounts')).body.items.map((one: Record<string, unknown>) => [
    one.code,
    one.balance,
  ])
const instant = async () => (await product.owner.query('SELECT clock_timestamp() AS now')).rows[0].now as Date

describe('the books', () => {
  /** Other tests leave payments authorised: what this payment adds. */
  const added = (before: Record<string, number>, after: Record<string, number>) =>
    [after.gateway_clearing ?? 0, after.sales ?? 0].map(
      (now, index) => now - ([before.gateway_clearing, before.sales][index] ?? 0),
    )

  it.each([
    ['captured', capture, 'posted'],
    ['voided', voided, 'released'],
  ])('show what is reserved as pending, beside the balances, until it is %s', async (_, end, as) => {
    const [before, posted] = [await pending(), await balances()]
    const payment = await authorise()
    expect(added(before, await pending())).toEqual([2_400, -2_400])
    expect(await balances()).toEqual(posted)
    const meanwhile = await instant()
    await end(payment)
    expect(await pending()).toEqual(before)
    // Of an instant of the past it is as it was then.
    expect(added(before, await pending(meanwhile))).toEqual([2_400, -2_400])
    const row = await product.owner.query(
      `SELECT x.transaction_id = t.id AS posted FROM pending_posting x LEFT JOIN ledger_transaction t ON t.payment_id = x.payment_id AND t.kind = 'capture'
       WHERE x.payment_id = $1`,
      [uuid(payment)],
    )
    expect(row.rows).toEqual([{ posted: as === 'posted' ? true : null }])
  })

  it('have nothing pending of a payment that is charged at once, or was declined', async () => {
    const before = await pending()
    await post('', { orderId: order, paymentMethod: 'pm_card_declined', capture: 'manual' })
    const { body } = await post('', { orderId: order, paymentMethod: 'pm_card_visa' })
    expect(await pending()).toEqual(before)
    expect(
      await value('SELECT count(*)::int AS value FROM pending_posting WHERE payment_id = $1', [
        uuid(body.id),
      ]),
    ).toBe(0)
  })

  it('still have it pending while a capture is in doubt', async () => {
    const before = await pending()
    const payment = await authorise('pm_card_capture_timeout')
    await capture(payment)
    expect(added(before, await pending())).toEqual([2_400, -2_400])
    await settleDoubt()
    expect(await pending()).toEqual(before)
  })
})

describe('a part of it', () => {
  /** Amount of the payment, of its posting, of its charge at the bank, and of what is left to refund. */
  const amounts = async (payment: string) => {
    const { rows } = await product.owner.query(
      `SELECT p.amount::int AS paid, p.authorised_amount::int AS reserved, c.amount::int AS charged,
         (SELECT sum(e.amount)::int FROM entry e JOIN ledger_transaction t ON t.id = e.transaction_id WHERE t.payment_id = p.id AND t.kind = 'capture' AND e.amount > 0) AS posted
       FROM payment p LEFT JOIN gateway_simulator.charge c ON c.id = p.gateway_ref WHERE p.id = $1`,
      [uuid(payment)],
    )
    return rows[0]
  }
  const OF_1500 = { paid: 1_500, reserved: 2_400, charged: 1_500, posted: 1_500 }

  it('is charged, posted and told; the rest is released, and no more than it can be refunded', async () => {
    const before = await pending()
    const payment = await authorise()
    const reply = await captureOf(1_500)(payment)
    expect(reply).toMatchObject({
      status: 200,
      body: { id: payment, status: 'succeeded', amount: 1_500, amountAuthorised: 2_400 },
    })
    expect(await read(payment)).toEqual(reply.body)
    expect([await facts(payment), await amounts(payment), await pending()]).toEqual([
      CAPTURED,
      OF_1500,
      before,
    ])
    const told = `SELECT payload::json AS value FROM outbox_event WHERE subject_id = $1 AND type = 'payment.succeeded'`
    expect(await value(told, [uuid(payment)])).toMatchObject({ amount: 1_500, amountAuthorised: 2_400 })
    expect(await post(`/${payment}/refunds`, { amount: 1_501 })).toMatchObject({
      status: 409,
      body: { kind: 'not-refundable', refundable: 1_500 },
    })
    expect(await post(`/${payment}/refunds`, {})).toMatchObject({ status: 201, body: { amount: 1_500 } })
    expect((await capture(payment)).body).toMatchObject({
      kind: 'not-capturable',
      paymentStatus: 'succeeded',
    })
  })

  it('of the whole is the whole', async () => {
    const payment = await authorise()
    const { body } = await captureOf(2_400)(payment)
    expect(body).toMatchObject({ amount: 2_400 })
    expect(body).not.toHaveProperty('amountAuthorised')
    expect(await amounts(payment)).toEqual({ paid: 2_400, reserved: null, charged: 2_400, posted: 2_400 })
  })

  it.each([
    ['more than is authorised', 2_401],
    ['nothing', 0],
    ['less than nothing', -1],
    ['a part of a cent', 12.5],
    ['a text', '1500'],
  ])('that is %s is refused, and the payment stays as it is', async (_, amount) => {
    const payment = await authorise()
    expect(await captureOf(amount)(payment)).toMatchObject({
      status: 400,
      body: { kind: 'validation', retry: 'after-fixing', errors: [{ pointer: '/amount' }] },
    })
    expect(await facts(payment)).toEqual(AUTHORISED)
    expect((await captureOf(1_500)(payment)).status).toBe(200)
  })

  it('under one key is one amount', async () => {
    const [payment, key] = [await authorise(), uuidv7()]
    const first = await captureOf(1_500)(payment, key)
    expect(await captureOf(1_600)(payment, key)).toMatchObject({ status: 422, body: { kind: 'key-reused' } })
    expect((await captureOf(1_500)(payment, key)).text).toBe(first.text)
    expect(await amounts(payment)).toEqual(OF_1500)
  })

  it('20 at once of different amounts: one is charged, and all others say so', async () => {
    const payment = await authorise()
    const replies = await Promise.all(Array.from({ length: 20 }, (_, n) => captureOf(100 + n)(payment)))
    const won = replies.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(await amounts(payment)).toMatchObject({ paid: won[0]?.body.amount, charged: won[0]?.body.amount })
  })

  it('in doubt: the same part is asked for again, and that is booked', async () => {
    const [payment, key] = [await authorise('pm_card_capture_timeout'), uuidv7()]
    expect(await captureOf(1_500)(payment, key)).toMatchObject({
      status: 409,
      body: { kind: 'outcome-unknown' },
    })
    await settleDoubt()
    expect(await captureOf(1_500)(payment, key)).toMatchObject({ status: 200, body: { amount: 1_500 } })
    expect(await amounts(payment)).toEqual(OF_1500)
  })

  it('that never reached the bank: the resolver asks for that part, not for the whole', async () => {
    const payment = await authorise()
    const real = product.bank.capture.bind(product.bank)
    vi.spyOn(product.bank, 'capture').mockImplementationOnce(async (request) => {
      await settleDoubt()
      return real(request)
    })
    expect(await captureOf(1_500)(payment)).toMatchObject({ status: 200, body: { amount: 1_500 } })
    expect(await amounts(payment)).toEqual(OF_1500)
  })

  it.each([
    ['a capture of another part', captureOf(1_600)],
    ['a capture of the whole', capture],
    ['a void', voided],
  ])(
    'D20 that the database has forgotten: %s is told what the bank captured, and that is booked',
    async (_, end) => {
      const payment = await authorise()
      await product.bank.capture({ ...(await atBank(payment)), captureMinor: 1_500n })
      expect(await end(payment)).toMatchObject({
        status: 409,
        body: { kind: 'authorisation-ended', payment, detail: expect.stringContaining('€15.00') },
      })
      expect([await facts(payment), await amounts(payment)]).toEqual([CAPTURED, OF_1500])
    },
  )

  it('D20 and nobody comes back: the worker books what the bank captured', async () => {
    const payment = await authorise()
    await product.bank.capture({ ...(await atBank(payment)), captureMinor: 1_500n })
    expect(await product.deps.reconcile()).toMatchObject({ refunded: 0, alerts: 0 })
    expect(await job('authorisations')).toBe(1)
    expect([await facts(payment), await amounts(payment)]).toEqual([CAPTURED, OF_1500])
  })

  it('D20 and the payment is forgotten too: its retry finds it captured in part', async () => {
    const real = product.bank.charge.bind(product.bank)
    vi.spyOn(product.bank, 'charge').mockImplementationOnce(async (request) => {
      const { authorisationId: ref } = await real(request)
      await product.bank.capture({ ...request, ref: ref ?? '', captureMinor: 1_500n })
      return real(request)
    })
    const reply = await post('', { orderId: order, paymentMethod: 'pm_card_visa', capture: 'manual' })
    expect(reply).toMatchObject({
      status: 201,
      body: { status: 'succeeded', amount: 1_500, amountAuthorised: 2_400 },
    })
    expect(await amounts(reply.body.id)).toEqual(OF_1500)
  })

  it('of a payment whose hour was counted and whose texts were copied is counted and found as what it is', async () => {
    const payment = await authorise()
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE payment SET created_at = created_at - interval '3 hours' WHERE id = '${uuid(payment)}'; RESET session_replication_role`,
    )
    await job('counts')
    const copied = async () => {
      await job('search')
      return value('SELECT amount::int AS value FROM payment_text WHERE payment_id = $1', [uuid(payment)])
    }
    await expect.poll(copied, { timeout: 20_000 }).toBe(2_400)
    await captureOf(1_500)(payment)
    await expect.poll(copied, { timeout: 20_000 }).toBe(1_500)
    const volume = `SELECT sum(amount)::int AS value FROM payment_counts($1, now() - interval '4 hours', now() - interval '2 hours') WHERE status = 'succeeded'`
    expect(await value(volume, [product.merchantId])).toBe(1_500)
  })
})

describe('one key', () => {
  it.each([
    ['capture', capture, CAPTURED],
    ['void', voided, VOIDED],
  ])('%s: 20 at once and a replay are one effect and one answer', async (_, end, expected) => {
    const [payment, key] = [await authorise(), uuidv7()]
    await Promise.all(Array.from({ length: 20 }, () => end(payment, key)))
    const replies = [await end(payment, key), await end(payment, key)]
    expect(replies[0]).toMatchObject({ status: 200 })
    expect(replies[0]?.text).toBe(replies[1]?.text)
    expect(replies[1]?.header('idempotent-replayed')).toBe('true')
    expect(await facts(payment)).toEqual(expected)
  })

  it('K5 `automatic` said outright is the request that says nothing, and `manual` is another', async () => {
    const [body, key] = [{ orderId: order, paymentMethod: 'pm_card_visa' }, uuidv7()]
    const first = await post('', body, key)
    expect((await post('', { ...body, capture: 'automatic' }, key)).text).toBe(first.text)
    expect(await post('', { ...body, capture: 'manual' }, key)).toMatchObject({ status: 422 })
    expect(first.body).not.toHaveProperty('captureBefore')
  })

  it('of a payment of another merchant, or of none, is unknown', async () => {
    const payment = await authorise()
    const { token } = await product.otherMerchant()
    const theirs = { 'idempotency-key': uuidv7(), authorization: `Bearer ${token}` }
    expect(await product.api('POST', `/api/v1/payments/${payment}/capture`, {}, theirs)).toMatchObject({
      status: 404,
    })
    expect(await capture(`pay_${'0'.repeat(32)}`)).toMatchObject({ status: 404 })
    expect(await facts(payment)).toEqual(AUTHORISED)
  })
})

describe('captures and voids with keys of their own', () => {
  it.each([1, 2, 3])('20 at once: one ends it, and all others say so (%i)', async () => {
    const payment = await authorise()
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? capture(payment) : voided(payment))),
    )
    const ended = replies.filter(({ status }) => status === 200)
    expect(ended).toHaveLength(1)
    const as = ended[0]?.body.status
    for (const { body } of replies.filter(({ status }) => status !== 200))
      expect(['in-progress', 'not-capturable']).toContain(body.kind)
    expect(await facts(payment)).toEqual(as === 'succeeded' ? CAPTURED : VOIDED)
  })

  it('a second one is refused with how the payment stands', async () => {
    const payment = await authorise()
    await voided(payment)
    expect(await capture(payment)).toMatchObject({
      status: 409,
      body: { kind: 'not-capturable', paymentStatus: 'voided', retry: 'no', safeNewKey: true },
    })
    const other = await post('', { orderId: order, paymentMethod: 'pm_card_visa' })
    for (const end of [capture, voided])
      expect(await end(other.body.id)).toMatchObject({
        status: 409,
        body: { kind: 'not-capturable', paymentStatus: 'succeeded' },
      })
  })
})

describe('an answer that is lost', () => {
  it.each([
    ['capture', capture, voided, CAPTURED],
    ['void', voided, capture, VOIDED],
  ])(
    '%s: it is in doubt, nothing else is begun meanwhile, and the resolver settles it',
    async (_, end, other, expected) => {
      const [payment, key] = [await authorise('pm_card_capture_timeout'), uuidv7()]
      expect(await end(payment, key)).toMatchObject({
        status: 409,
        body: { kind: 'outcome-unknown', safeNewKey: false },
      })
      expect((await read(payment)).status).toBe('authorised')
      expect(await other(payment)).toMatchObject({ status: 409, body: { kind: 'in-progress' } })
      await passTime(payment, ['here'])
      expect(await job('authorisations')).toBe(0)
      await settleDoubt()
      expect(await end(payment, key)).toMatchObject({ status: 200 })
      expect(await facts(payment)).toEqual(expected)
    },
  )

  it('of the authorisation: nothing is begun on it before it is known', async () => {
    const body = { orderId: order, paymentMethod: 'pm_card_timeout_after_charge', capture: 'manual' }
    const key = uuidv7()
    const first = await post('', body, key)
    expect(first.status).toBe(409)
    const payment = first.body.payment as string
    expect(await capture(payment)).toMatchObject({
      status: 409,
      body: { kind: 'not-capturable', paymentStatus: 'unknown' },
    })
    await settleDoubt()
    expect(await post('', body, key)).toMatchObject({ status: 201, body: { status: 'authorised' } })
    await capture(payment)
    expect(await facts(payment)).toEqual(CAPTURED)
  })
})

describe('a process that stops', () => {
  /** Between the bank's answer and our commit, `meanwhile` happens. */
  const stoppedAfter = (verb: 'capture' | 'release', meanwhile: () => Promise<unknown>) => {
    const real = product.bank[verb].bind(product.bank)
    vi.spyOn(product.bank, verb).mockImplementationOnce(async (request: BankCapture) => {
      const answer = await real(request)
      await meanwhile()
      return answer
    })
  }
  /** Before its question reaches the bank, `meanwhile` happens. */
  const stoppedBefore = (verb: 'capture' | 'release', meanwhile: () => Promise<unknown>) => {
    const real = product.bank[verb].bind(product.bank)
    vi.spyOn(product.bank, verb).mockImplementationOnce(async (request: BankCapture) => {
      await meanwhile()
      return real(request)
    })
  }

  it.each([
    ['capture', capture, CAPTURED],
    ['release', voided, VOIDED],
  ] as const)(
    'F18 %s: after the bank’s answer, and wakes when the resolver has settled',
    async (verb, end, expected) => {
      const payment = await authorise()
      stoppedAfter(verb, settleDoubt)
      expect(await end(payment)).toMatchObject({ status: 200 })
      expect(await facts(payment)).toEqual(expected)
    },
  )

  it.each([
    ['capture', capture, CAPTURED],
    ['release', voided, VOIDED],
  ] as const)(
    'F18 %s: before it asks, and wakes when the resolver has settled',
    async (verb, end, expected) => {
      const payment = await authorise()
      stoppedBefore(verb, settleDoubt)
      expect(await end(payment)).toMatchObject({ status: 200 })
      expect(await facts(payment)).toEqual(expected)
    },
  )

  it('before it captures, until the time has passed at the bank: it charges nothing, and the answer says so', async () => {
    const payment = await authorise()
    stoppedBefore('capture', () => passTime(payment, ['here', 'bank']))
    expect(await capture(payment)).toMatchObject({
      status: 409,
      body: { kind: 'authorisation-ended', payment },
    })
    expect(await facts(payment)).toEqual(VOIDED)
  })

  it('G8 and the bank captured something else: a person must look, and nothing is posted', async () => {
    const payment = await authorise()
    const real = product.bank.capture.bind(product.bank)
    const wrong = vi.spyOn(product.bank, 'capture').mockImplementation(async (request) => ({
      ...(await real(request)),
      amountMinor: request.amountMinor + 1n,
    }))
    const key = uuidv7()
    expect(await capture(payment, key)).toMatchObject({ status: 409, body: { kind: 'outcome-unknown' } })
    expect(await facts(payment)).toEqual(['authorised', 'open', 1, 0])
    const id = `SELECT parked_reason AS value FROM idempotency_record WHERE key = $1`
    expect(await value(id, [key])).toContain('the bank captured 2401 EUR')
    // The operator has the bank asked again, once it says the truth.
    wrong.mockRestore()
    await product.owner.query(
      `UPDATE idempotency_record SET parked_at = NULL, parked_reason = NULL WHERE key = $1`,
      [key],
    )
    await settleDoubt()
    expect(await facts(payment)).toEqual(CAPTURED)
  })
})

describe('time', () => {
  it('that has passed: no capture begins, and the worker voids it once', async () => {
    const payment = await authorise()
    await passTime(payment, ['here', 'bank'])
    expect(await capture(payment)).toMatchObject({
      status: 409,
      body: { kind: 'not-capturable', paymentStatus: 'authorised' },
    })
    expect(
      await Promise.all([job('authorisations'), job('authorisations'), job('authorisations')]),
    ).toContain(1)
    expect(await facts(payment)).toEqual(VOIDED)
    expect(await job('authorisations')).toBe(0)
    expect(await events(payment)).toEqual(['payment.authorised', 'payment.voided'])
  })

  it('that has passed by our clock alone: the bank is asked to release, nothing is concluded', async () => {
    const payment = await authorise()
    const release = vi.spyOn(product.bank, 'release')
    await passTime(payment, ['here'])
    await job('authorisations')
    expect(release).toHaveBeenCalledTimes(1)
    expect(await facts(payment)).toEqual(VOIDED)
    expect(await product.deps.gateway.authorisations?.capture(await atBank(payment))).toEqual({
      kind: 'released',
    })
  })

  it('that has not passed: the worker leaves it', async () => {
    const payment = await authorise()
    expect(await job('authorisations')).toBe(0)
    expect(await facts(payment)).toEqual(AUTHORISED)
  })
})

describe('D20 a database that has forgotten how it ended', () => {
  it('captured: the same capture is answered and booked, and charges nothing more', async () => {
    const payment = await authorise()
    await product.bank.capture(await atBank(payment))
    expect(await capture(payment)).toMatchObject({ status: 200, body: { status: 'succeeded' } })
    expect(await facts(payment)).toEqual(CAPTURED)
  })

  it('captured: a void is told so, and the capture is booked', async () => {
    const payment = await authorise()
    await product.bank.capture(await atBank(payment))
    expect(await voided(payment)).toMatchObject({
      status: 409,
      body: { kind: 'authorisation-ended', payment },
    })
    expect(await facts(payment)).toEqual(CAPTURED)
  })

  it('captured: nobody comes back, and the bank’s list has the worker ask; it is never given back as surplus', async () => {
    const payment = await authorise()
    await product.bank.capture(await atBank(payment))
    expect(await product.deps.reconcile()).toMatchObject({ refunded: 0, alerts: 0 })
    expect(await job('authorisations')).toBe(1)
    expect(await facts(payment)).toEqual(CAPTURED)
    await product.deps.reconcile()
    expect(await product.deps.db.openCharge.count()).toBe(0)
  })

  it('released: a capture is told so, and charges nothing', async () => {
    const payment = await authorise()
    await product.bank.release(await atBank(payment))
    expect(await capture(payment)).toMatchObject({ status: 409, body: { kind: 'authorisation-ended' } })
    expect(await facts(payment)).toEqual(VOIDED)
  })

  it('that there was a payment at all: its retry finds it captured', async () => {
    const key = uuidv7()
    const real = product.bank.charge.bind(product.bank)
    vi.spyOn(product.bank, 'charge').mockImplementationOnce(async (request) => {
      const { authorisationId: ref } = await real(request)
      await product.bank.capture({ ...request, ref: ref ?? '', captureMinor: request.amountMinor })
      return real(request)
    })
    const reply = await post('', { orderId: order, paymentMethod: 'pm_card_visa', capture: 'manual' }, key)
    expect(reply).toMatchObject({ status: 201, body: { status: 'succeeded' } })
    expect(await facts(reply.body.id)).toEqual(CAPTURED)
  })
})

it('at a bank that cannot reserve an amount nothing is begun, and a payment charged at once goes on', async () => {
  const { authorisations: _, ...gateway } = product.deps.gateway
  const operations = buildOperations({
    db: product.deps.db,
    gateway,
    newId: uuidv7,
    baseUrl: 'http://localhost:3000',
  })
  const pay = (input: object) => {
    const paymentMethod = 'pm_card_visa'
    return product.deps.engine.run(operations.createPayment, {
      scope: { merchantId: product.merchantId, actor: 'api' },
      key: uuidv7(),
      input: { merchantId: product.merchantId, amount: 900, currency: 'EUR', paymentMethod, ...input },
      waitMs: 0,
      source: 'api',
      requestId: 'q',
    })
  }
  const before = await product.count('payments')
  expect(await pay({ capture: 'manual' })).toMatchObject({
    kind: 'problem',
    problem: { kind: 'validation', facts: { errors: [{ pointer: '/capture' }] } },
  })
  expect(await product.count('payments')).toBe(before)
  expect(await pay({})).toMatchObject({ kind: 'answer', outcome: 'executed' })
})

describe('the database refuses, whoever asks', () => {
  const refused = { code: '23514' }

  it('a payment that is charged at once and authorised', async () => {
    const { body } = await post('', { orderId: order, paymentMethod: 'pm_card_timeout_before_charge' })
    const move = `UPDATE payment SET status = 'authorised' WHERE id = $1`
    await expect(product.owner.query(move, [uuid(body.payment)])).rejects.toMatchObject(refused)
  })

  it.each(['sending', 'unknown', 'requires_action', 'declined', 'not_charged'])(
    'an authorised payment that becomes %s',
    async (status) => {
      const move = 'UPDATE payment SET status = $2 WHERE id = $1'
      await expect(product.owner.query(move, [uuid(await authorise()), status])).rejects.toMatchObject(
        refused,
      )
    },
  )

  it('a voided payment that is captured', async () => {
    const payment = await authorise()
    await voided(payment)
    const move = `UPDATE payment SET status = 'succeeded', gateway_ref = 'ch_1' WHERE id = $1`
    await expect(product.owner.query(move, [uuid(payment)])).rejects.toMatchObject(refused)
  })

  it('another capture mode, a longer time, or an end that is taken back', async () => {
    const payment = await authorise()
    const id = [uuid(payment)]
    for (const change of [
      'UPDATE payment SET capture_mode = NULL WHERE id = $1',
      `UPDATE authorisation SET capture_before = now() + interval '30 days' WHERE payment_id = $1`,
      `UPDATE authorisation SET gateway_ref = 'ch_other' WHERE payment_id = $1`,
      'UPDATE pending_posting SET amount = amount - 1 WHERE payment_id = $1',
    ])
      await expect(product.owner.query(change, id)).rejects.toMatchObject(refused)
    await voided(payment)
    for (const change of [
      'UPDATE authorisation SET ended_at = NULL WHERE payment_id = $1',
      'UPDATE pending_posting SET ended_at = NULL WHERE payment_id = $1',
      `UPDATE authorisation_end SET status = 'unknown' WHERE payment_id = $1`,
      `UPDATE authorisation_end SET kind = 'capture' WHERE payment_id = $1`,
    ])
      await expect(product.owner.query(change, id)).rejects.toMatchObject(refused)
    for (const table of ['authorisation_end', 'authorisation', 'pending_posting'])
      await expect(
        product.owner.query(`DELETE FROM ${table} WHERE payment_id = $1`, id),
      ).rejects.toMatchObject({ code: '23001' })
  })

  it('another amount of a payment, but once by the capture of a part', async () => {
    const payment = await authorise()
    const id = [uuid(payment)]
    for (const change of [
      'UPDATE payment SET amount = 100 WHERE id = $1',
      'UPDATE payment SET amount = 100, authorised_amount = amount WHERE id = $1',
      `UPDATE payment SET status = 'voided', amount = 100, authorised_amount = amount WHERE id = $1`,
      `UPDATE payment SET status = 'succeeded', amount = 2500, authorised_amount = amount WHERE id = $1`,
      `UPDATE payment SET status = 'succeeded', amount = 100 WHERE id = $1`,
      `UPDATE payment SET status = 'succeeded', amount = 100, authorised_amount = 3000 WHERE id = $1`,
    ])
      await expect(product.owner.query(change, id)).rejects.toMatchObject(refused)
    await captureOf(1_500)(payment)
    for (const change of [
      'UPDATE payment SET amount = 100 WHERE id = $1',
      'UPDATE payment SET amount = 2400, authorised_amount = NULL WHERE id = $1',
      'UPDATE authorisation_end SET amount = 100 WHERE payment_id = $1',
    ])
      await expect(product.owner.query(change, id)).rejects.toMatchObject(refused)
    const { body } = await post('', {
      orderId: await product.newOrder(),
      paymentMethod: 'pm_card_timeout_before_charge',
    })
    const atOnce = `UPDATE payment SET status = 'succeeded', gateway_ref = 'ch_part', amount = 100, authorised_amount = amount WHERE id = $1`
    await expect(product.owner.query(atOnce, [uuid(body.payment)])).rejects.toMatchObject(refused)
  })

  it('a second capture or void of one payment', async () => {
    const payment = await authorise()
    await voided(payment)
    const again = `INSERT INTO authorisation_end (merchant_id, id, payment_id, record_id, kind)
      SELECT merchant_id, gen_random_uuid(), payment_id, 'again', 'capture' FROM authorisation_end WHERE payment_id = $1`
    await expect(product.owner.query(again, [uuid(payment)])).rejects.toMatchObject({ code: '23505' })
  })

  it.each([...LIVE])('an order with a payment that is %s as one that is free', async (status) => {
    const payment = await authorise()
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE payment SET status = '${status}', gateway_ref = 'ch_x' WHERE id = '${uuid(payment)}'; RESET session_replication_role`,
    )
    const free = 'SELECT order_is_free(merchant_id, order_id) AS value FROM payment WHERE id = $1'
    expect(await value(free, [uuid(payment)])).toBe(false)
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE payment SET status = 'authorised', gateway_ref = NULL WHERE id = '${uuid(payment)}'; RESET session_replication_role`,
    )
  })
})
