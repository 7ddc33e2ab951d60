import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { readOnly, sql } from '@/platform/db'
import { OPERATIONS, type ProgramOperation } from '../operations'
import { type ApiReply, openTestProduct, type TestProduct } from '../testing/product'

/** A dry run writes nothing, asks nobody, and says what the real request is then answered. */
let product: TestProduct

beforeAll(async () => {
  product = await openTestProduct()
  // Notes that its API key is used, as the first request of each minute does.
  await product.api('GET', '/api/v1/payments')
})
afterAll(() => product.close())

const VISA = 'pm_card_visa'
const real = (path: string, body: unknown, key: string = uuidv7()) =>
  product.api('POST', `/api/v1/${path}`, body, { 'idempotency-key': key })
const dry = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  product.api('POST', `/api/v1/dry-run/${path}`, body, headers)
const paid = async (amount = 2_400, currency = 'EUR'): Promise<string> =>
  (await real('payments', { amount, currency, paymentMethod: VISA })).body.id
const authorised = async (amount = 2_400): Promise<string> =>
  (await real('payments', { amount, currency: 'EUR', paymentMethod: VISA, capture: 'manual' })).body.id
const uuid = (shown: string) => readId(shown.startsWith('ord') ? 'ord' : 'pay', shown) as string
const change = (text: string, values: unknown[]) => product.owner.query(text, values)
const paidOrder = async () => {
  const orderId = await product.newOrder()
  await real('payments', { orderId, paymentMethod: VISA })
  return orderId
}
const restingOrder = async () => {
  const orderId = await product.newOrder()
  for (let tries = 0; tries < 10; tries += 1)
    await real('payments', { orderId, paymentMethod: 'pm_card_declined' })
  return orderId
}
const limited = async () => {
  const payment = await paid(5_000, 'CHF')
  await change(`SELECT set_balance_limit($1, 'CHF', NULL, 4000)`, [product.merchantId])
  return payment
}
/** Authorised, and the time to capture it has passed. */
const late = async () => {
  const payment = await authorised()
  await product.owner.query(
    `SET session_replication_role = replica; UPDATE authorisation SET capture_before = now() - interval '1 s' WHERE payment_id = '${uuid(payment)}'; RESET session_replication_role`,
  )
  return payment
}
const none = 'f'.repeat(32)
const items = [{ name: 'Mug', quantity: 3, unitAmount: 500 }]

interface Request {
  path: string
  body: unknown
}
type Case = [operation: ProgramOperation, name: string, request: () => Promise<Request>]

const pay = (body: object): Promise<Request> =>
  Promise.resolve({ path: 'payments', body: { paymentMethod: VISA, ...body } })
const payOrder = async (orderId: string | Promise<string>, body: object = {}) =>
  pay({ orderId: await orderId, ...body })
const of =
  (end: string, body: unknown = {}) =>
  async (id: string | Promise<string>): Promise<Request> => ({
    path: `${(await id).startsWith('ord') ? 'orders' : 'payments'}/${await id}${end}`,
    body,
  })

const CASES: Case[] = [
  ['createPayment', 'an amount', () => pay({ amount: 1_500, currency: 'EUR' })],
  [
    'createPayment',
    'an amount, to capture later',
    () => pay({ amount: 1_500, currency: 'JPY', capture: 'manual' }),
  ],
  ['createPayment', 'an order', () => payOrder(product.newOrder())],
  ['createPayment', 'an order, to capture later', () => payOrder(product.newOrder(), { capture: 'manual' })],
  ['createPayment', 'an order that is paid', () => payOrder(paidOrder())],
  [
    'createPayment',
    'an order that is authorised',
    async () => {
      const orderId = await product.newOrder()
      await real('payments', { orderId, paymentMethod: VISA, capture: 'manual' })
      return payOrder(orderId)
    },
  ],
  [
    'createPayment',
    'an order that has expired',
    () => payOrder(product.newOrder({ expiresAt: '2020-01-01T00:00:00Z' })),
  ],
  ['createPayment', 'an order that rests', () => payOrder(restingOrder())],
  [
    'createPayment',
    'an order under a payment',
    async () => {
      const orderId = await product.newOrder()
      await real('payments', { orderId, paymentMethod: 'pm_card_challenge' })
      return payOrder(orderId)
    },
  ],
  ['createPayment', 'an order that is not there', () => payOrder(`ord_${none}`)],
  ['createPayment', 'no amount', () => pay({ amount: 0, currency: 'EUR' })],
  ['refund', 'all of a payment', async () => of('/refunds')(paid())],
  ['refund', 'a part', async () => of('/refunds', { amount: 700 })(paid())],
  ['refund', 'more than there is', async () => of('/refunds', { amount: 2_401 })(paid())],
  [
    'refund',
    'of a payment that is refunded',
    async () => {
      const payment = await paid()
      await real(`payments/${payment}/refunds`, {})
      return of('/refunds')(payment)
    },
  ],
  ['refund', 'of an authorised payment', async () => of('/refunds')(authorised())],
  ['refund', 'below the limit of the balance', async () => of('/refunds')(limited())],
  ['refund', 'of a payment that is not there', async () => of('/refunds')(`pay_${none}`)],
  ['capture', 'the whole', async () => of('/capture')(authorised())],
  ['capture', 'a part', async () => of('/capture', { amount: 900 })(authorised())],
  ['capture', 'more than is authorised', async () => of('/capture', { amount: 2_401 })(authorised())],
  ['capture', 'after its time', async () => of('/capture')(late())],
  ['capture', 'of a payment that is charged', async () => of('/capture')(paid())],
  ['capture', 'of a payment that is not there', async () => of('/capture')(`pay_${none}`)],
  ['voidPayment', 'an authorised payment', async () => of('/void')(authorised())],
  ['voidPayment', 'after its time', async () => of('/void')(late())],
  ['voidPayment', 'of a payment that is charged', async () => of('/void')(paid())],
  ['placeOrder', 'an order', async () => ({ path: 'orders', body: { currency: 'EUR', items } })],
  [
    'placeOrder',
    'an order whose time has passed',
    async () => ({
      path: 'orders',
      body: { currency: 'EUR', items, expiresAt: '2020-01-01T00:00:00Z' },
    }),
  ],
  ['placeOrder', 'without items', async () => ({ path: 'orders', body: { currency: 'EUR', items: [] } })],
  ['changeOrder', 'the items', async () => of('', { items })(product.newOrder())],
  [
    'changeOrder',
    'the time alone',
    async () => of('', { expiresAt: '2030-01-01T00:00:00Z' })(product.newOrder()),
  ],
  ['changeOrder', 'another version', async () => of('', { items, version: 7 })(product.newOrder())],
  ['changeOrder', 'an order that is paid', async () => of('', { items })(paidOrder())],
  ['changeOrder', 'an order that is not there', async () => of('', { items })(`ord_${none}`)],
  ['cancelOrder', 'an open order', async () => of('/cancel')(product.newOrder())],
  ['cancelOrder', 'an order that is paid', async () => of('/cancel')(paidOrder())],
]

/** What every request writes: its API key’s last minute of use and hour, its limit, and its line in the log of requests. */
const OF_EVERY_REQUEST = /^public\.(api_key|api_key_hour|api_request|api_request_left|rate_limit)$/

/** A fingerprint of each table's rows and their versions, and of each sequence. */
async function everything(): Promise<Record<string, string>> {
  const { rows } = await product.owner.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  )
  const found: Record<string, string> = {}
  for (const { name } of rows.filter((row) => !OF_EVERY_REQUEST.test(row.name))) {
    const seen = await product.owner.query(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text || t.xmin, '|' ORDER BY t::text)), '') AS seen FROM ${name} t`,
    )
    found[name] = seen.rows[0].seen
  }
  const sequences = await product.owner.query(
    `SELECT sequencename AS name, last_value::text AS at FROM pg_sequences`,
  )
  for (const { name, at } of sequences.rows) found[name] = at
  return found
}

/** Every verb of the bank that anybody of ours may call, watched. */
const watchBank = () =>
  (['charge', 'find', 'cancel', 'refund', 'capture', 'release'] as const).map((verb) =>
    vi.spyOn(product.bank, verb),
  )

const verdict = ({ status, body }: ApiReply) => (status < 300 ? 'would be done' : `${status} ${body.kind}`)

describe('a dry run', () => {
  it.each(CASES)('%s: %s', async (_, __, request) => {
    const { path, body } = await request()
    await product.deps.attempts.flush()
    const before = await everything()
    const spies = watchBank()
    const key = uuidv7()
    const said = await dry(path, body, { 'idempotency-key': key })
    const without = await dry(path, body)
    await product.deps.attempts.flush()
    for (const spy of spies) expect(spy).not.toHaveBeenCalled()
    vi.restoreAllMocks()
    expect(await everything()).toEqual(before)
    expect(without.text).toBe(said.text)

    const done = await real(path, body, key)
    expect(verdict(said)).toBe(verdict(done))
    if (done.status >= 300) return
    expect(said.body).toMatchObject({
      executed: false,
      replay: null,
      outcome: {
        status: said.body.operation === 'refunds.create' ? 'succeeded' : done.body.status,
        amount: done.body.amount,
        currency: done.body.currency,
      },
    })
    if (done.body.version) expect(said.body.outcome.version).toBe(done.body.version)
    expect(await written(done.body.id)).toEqual(said.body.postings)
  })

  it('the cases are of every operation that a program sends', () => {
    const sent = Object.entries(OPERATIONS).filter(([, { sentBy }]) => sentBy === 'program')
    expect(new Set(CASES.map(([operation]) => operation))).toEqual(new Set(sent.map(([id]) => id)))
  })
})

/** What the real request has written to the books, in the words of a dry run: the bank's fee is put back to where it was taken from. */
async function written(id: string): Promise<unknown[]> {
  if (id.startsWith('ord')) return []
  const { rows } = await change(
    `SELECT 'posted' AS state, t.kind, e.currency, a.code, e.amount::int, e.position
      FROM ledger_transaction t JOIN entry e ON e.transaction_id = t.id JOIN account a ON a.id = e.account_id
      WHERE t.id IN (SELECT transaction_id FROM refund WHERE id = $1) OR (t.payment_id = $1 AND t.kind = 'capture')
    UNION ALL
    SELECT CASE WHEN p.ended_at IS NULL THEN 'pending' ELSE 'voided' END, 'capture', p.currency, a.code,
      CASE WHEN a.id = p.debit_account_id THEN p.amount ELSE -p.amount END::int, CASE WHEN a.id = p.debit_account_id THEN 1 ELSE 2 END
      FROM pending_posting p JOIN account a ON a.id IN (p.debit_account_id, p.credit_account_id)
      WHERE p.payment_id = $1 AND p.transaction_id IS NULL
    ORDER BY position`,
    [readId(id.startsWith('ref') ? 'ref' : 'pay', id)],
  )
  const [first] = rows
  if (!first) return []
  const fee = rows.find(({ code }) => code === 'processing_fees')?.amount ?? 0
  const lines = rows
    .filter(({ code }) => code !== 'processing_fees')
    .map(({ code, amount }) => ({
      account: code,
      amount: code === 'gateway_clearing' ? amount + fee : amount,
    }))
  const { state, kind, currency } = first
  return [{ state, kind, currency, lines, ...(fee === 0 ? {} : { feeFrom: 'gateway_clearing' }) }]
}

describe('the key of a dry run', () => {
  const body = { amount: 1_500, currency: 'EUR', paymentMethod: VISA }

  it('stays free: the request under it is executed, not replayed', async () => {
    const key = uuidv7()
    expect((await dry('payments', body, { 'idempotency-key': key })).status).toBe(200)
    const done = await real('payments', body, key)
    expect([done.status, done.header('idempotent-replayed')]).toEqual([201, null])
  })

  it('was used for this request: says that the stored answer would come again', async () => {
    const key = uuidv7()
    await real('payments', { ...body, paymentMethod: 'pm_card_declined' }, key)
    await product.deps.attempts.flush()
    const before = await everything()
    const said = await dry(
      'payments',
      { ...body, paymentMethod: 'pm_card_declined' },
      { 'idempotency-key': key },
    )
    expect(said).toMatchObject({
      status: 200,
      body: {
        executed: false,
        replay: { status: 402, problem: 'payment-declined' },
        bank: null,
        outcome: null,
        postings: [],
      },
    })
    await product.deps.attempts.flush()
    expect(await everything()).toEqual(before)
  })

  it('was used for another request, or is in doubt: refuses as the request would be', async () => {
    const key = uuidv7()
    await real('payments', body, key)
    const other = { ...body, amount: 9_900 }
    const said = await dry('payments', other, { 'idempotency-key': key })
    expect(said).toMatchObject({ status: 422, body: { kind: 'key-reused', differs: ['/amount'] } })
    expect(said.text).toBe((await real('payments', other, key)).text)
    const unsure = uuidv7()
    vi.spyOn(product.bank, 'charge').mockRejectedValue(new Error('no answer'))
    await real('payments', body, unsure)
    vi.restoreAllMocks()
    const doubt = await dry('payments', body, { 'idempotency-key': unsure })
    expect(verdict(doubt)).toBe(verdict(await real('payments', body, unsure)))
    expect(doubt.body.kind).toBe('outcome-unknown')
  })

  it.each([
    ['a key that is none', { 'idempotency-key': 'a\u00e9' }, 400],
    ['no API key', { authorization: '' }, 401],
    [
      'a request first sent too long ago',
      { 'repeatability-first-sent': 'Fri, 28 Nov 2014 09:30:00 GMT' },
      412,
    ],
  ])('%s is refused', async (_, headers, status) => {
    expect((await dry('payments', body, headers)).status).toBe(status)
  })

  it('an API key without the scope of the request is refused, and a payment of another merchant is not there', async () => {
    const reader = await product.newApiKey({ scopes: ['payments:read'] })
    const refused = await dry('payments', body, { authorization: `Bearer ${reader}` })
    expect(refused).toMatchObject({ status: 403, body: { requiredScope: 'payments:write' } })
    const { token } = await product.otherMerchant()
    const stranger = await dry(`payments/${await paid()}/refunds`, {}, { authorization: `Bearer ${token}` })
    expect(stranger).toMatchObject({ status: 404, body: { kind: 'not-found' } })
  })

  it('says that a server which is being stopped begins nothing', async () => {
    const closing = await openTestProduct()
    closing.deps.engine.close()
    const said = await closing.api('POST', '/api/v1/dry-run/payments', body)
    expect(said).toMatchObject({ status: 503, body: { kind: 'unavailable' } })
    await closing.close()
  })
})

it('the database refuses a write of what a dry run asks', async () => {
  const write = readOnly(product.deps.db, (db) =>
    db.$executeRaw(sql`UPDATE orders SET updated_at = now() WHERE merchant_id = ${product.merchantId}::uuid`),
  )
  await expect(write).rejects.toThrow(/read-only transaction/)
})
