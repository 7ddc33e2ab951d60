import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperator } from '@/access/operator'
import { showId, uuidv7 } from '@/lib/id'
import { everythingChecked } from '../testing/checks'
import { openTestProduct, type TestProduct } from '../testing/product'

const PASSWORD = 'correct horse battery'
let product: TestProduct
/** The cookies of two operators: of the merchant that was paid, and of another. */
let ours: string
let theirs: string
let payment: { id: string; uuid: string; recordId: string; accountId: string }

beforeAll(async () => {
  product = await openTestProduct()
  const other = uuidv7()
  await product.deps.db.merchant.create({ data: { id: other, name: 'Another shop' } })
  ours = await signIn('ours@example.com', product.merchantId)
  theirs = await signIn('theirs@example.com', other)
  payment = await payOnce()
})
afterAll(() => product.close())

async function signIn(email: string, merchantId: string): Promise<string> {
  await createOperator(product.deps.auth, { email, password: PASSWORD, name: 'Operator', merchantId })
  const headers = { 'content-type': 'application/json', origin: 'http://localhost:3000' }
  const answer = await product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers,
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

async function payOnce() {
  const orderId = await product.newOrder()
  const reply = await product.pay(
    { orderId, version: 1, paymentMethod: 'pm_card_visa', key: 'once' },
    await product.cookie(),
  )
  expect(reply.status, reply.text).toBe(200)
  await product.deps.attempts.flush()
  const { rows } = await product.owner.query(`
    SELECT p.id, p.record_id, a.id AS account FROM payment p JOIN account a ON a.merchant_id = p.merchant_id AND a.type = 'revenue' LIMIT 1`)
  return {
    id: showId('pay', rows[0].id),
    uuid: rows[0].id,
    recordId: rows[0].record_id,
    accountId: showId('acc', rows[0].account),
  }
}

/** Checks of the last 2 s are shared, also by tests. */
const waitForFreshChecks = () => setTimeout(2_100)

async function ask(procedure: string, input: unknown, cookie: string) {
  const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
  const answer = await product.call(`/api/trpc/${procedure}${query}`, { headers: { cookie } })
  const body = await answer.json()
  return { status: answer.status, data: body.result?.data }
}

const QUESTIONS = (): [string, unknown][] => [
  ['operator.current', undefined],
  ['payments.overview', { range: '24h' }],
  ['payments.list', {}],
  ['payments.counts', {}],
  ['payments.get', { id: payment.id }],
  ['ledger.check', undefined],
  ['ledger.accounts', {}],
  ['ledger.account', { id: payment.accountId }],
  ['ledger.statement', { id: payment.accountId }],
  ['ledger.trialBalance', {}],
  ['ledger.accountPeriod', { id: payment.accountId }],
  ['ledger.journal', {}],
  ['integrity.check', undefined],
  ['idempotency.list', {}],
  ['idempotency.get', { id: payment.recordId }],
  ['idempotency.explore', { view: 'hot' }],
  ['developers.keys', undefined],
  ['requests.list', {}],
  ['requests.use', undefined],
  ['webhooks.list', undefined],
  ['alerts.bar', undefined],
  ['alerts.list', {}],
  ['alerts.mailbox', undefined],
  ['find.pasted', { text: payment.id }],
  ['settings.get', undefined],
  ['rights.list', undefined],
]

test('without a session every procedure of the dashboard answers 401', async () => {
  for (const [procedure, input] of QUESTIONS())
    expect([procedure, (await ask(procedure, input, '')).status]).toEqual([procedure, 401])
})

test('with a session every one of them answers', async () => {
  for (const [procedure, input] of QUESTIONS())
    expect([procedure, (await ask(procedure, input, ours)).status]).toEqual([procedure, 200])
})

test('another merchant finds nothing of it, by list or by id', async () => {
  expect((await ask('payments.list', {}, theirs)).data.items).toEqual([])
  expect((await ask('payments.list', { search: payment.id }, theirs)).data.items).toEqual([])
  expect((await ask('ledger.accounts', {}, theirs)).data).toEqual([])
  expect((await ask('ledger.journal', {}, theirs)).data.items).toEqual([])
  expect((await ask('idempotency.list', { search: payment.id }, theirs)).data.items).toEqual([])
  expect((await ask('ledger.check', undefined, theirs)).data).toMatchObject({ entries: 0, totals: [] })
  expect((await ask('payments.overview', { range: '1h' }, theirs)).data).toMatchObject({
    any: false,
    feed: [],
  })
})

interface Verdict {
  counted: Record<string, number>
  findings: { id: string; part: string; offenders: { kind: string; id: string; detail: string }[] }[]
}

test('what is broken is shown to its merchant, with its id as shown, and to no other', async () => {
  await waitForFreshChecks()
  await product.owner.query(
    `UPDATE order_item SET quantity = 3; INSERT INTO gateway_simulator.charge VALUES ('ch_nobody', 'nobody', 5, 'EUR')`,
  )
  await everythingChecked(product.deps.db)
  const check = async (cookie: string): Promise<Verdict> =>
    (await ask('integrity.check', undefined, cookie)).data
  const [mine, other] = [await check(ours), await check(theirs)]
  await product.owner.query(
    `UPDATE order_item SET quantity = 2; DELETE FROM gateway_simulator.charge WHERE id = 'ch_nobody'`,
  )
  const broken = mine.findings.filter(({ offenders }) => offenders.length > 0)
  expect(broken).toMatchObject([
    {
      id: 'order-is-the-sum-of-its-items',
      offenders: [
        { kind: 'orders', id: expect.stringMatching(/^ord_[0-9a-f]{32}$/), detail: '2400 is not 3600' },
      ],
    },
  ])
  expect(mine.counted).toMatchObject({ succeeded: 1, declined: 0 })
  expect(other.findings.flatMap(({ offenders }) => offenders)).toEqual([])
  expect(Object.values(other.counted)).toEqual([0, 0, 0, 0])
  expect(mine.findings.map(({ part }) => part)).not.toContain('system')
})

test('a foreign id, an unknown one and a word that is no id are answered alike: not found', async () => {
  expect((await ask('payments.get', { id: payment.id }, theirs)).status).toBe(404)
  expect((await ask('ledger.account', { id: payment.accountId }, theirs)).status).toBe(404)
  expect((await ask('ledger.statement', { id: payment.accountId }, theirs)).status).toBe(404)
  expect((await ask('idempotency.get', { id: payment.recordId }, theirs)).status).toBe(404)
  expect((await ask('payments.get', { id: showId('pay', uuidv7()) }, ours)).status).toBe(404)
  expect((await ask('payments.get', { id: 'pay_nonsense' }, ours)).status).toBe(404)
  expect((await ask('payments.get', { id: payment.accountId }, ours)).status).toBe(404)
})

test('a payment is shown whole: its one request, its entries, its record, its charges at the bank', async () => {
  const { data } = await ask('payments.get', { id: payment.id }, ours)
  expect(data).toMatchObject({
    id: payment.id,
    status: 'succeeded',
    amount: 2400,
    currency: 'EUR',
    executed: 1,
    held: 0,
    charges: 1,
    surplus: [],
  })
  expect(data.attempts).toMatchObject([{ outcome: 'executed', status: 200, fence: 1 }])
  expect(data.transactions).toHaveLength(1)
  expect(
    data.transactions[0].entries.reduce((sum: number, entry: { amount: number }) => sum + entry.amount, 0),
  ).toBe(0)
  expect(data.record).toMatchObject({ id: payment.recordId, state: 'completed' })
  expect(Object.keys(data.record)).not.toContain('answer')
})

test('what is malformed is refused before the database is asked', async () => {
  for (const input of [
    { search: 'a\0b' },
    { search: 'ab' },
    { cursor: 'x' },
    { limit: 0 },
    { limit: 101 },
    { statuses: ['lost'] },
    { from: 'yesterday' },
    { currency: 'eur' },
    { more: 1 },
  ]) {
    expect([input, (await ask('payments.list', input, ours)).status]).toEqual([input, 400])
  }
  expect((await ask('idempotency.get', { id: '../x' }, ours)).status).toBe(400)
  expect(
    (await ask('ledger.journal', { cursor: Buffer.from('x|1').toString('base64url') }, ours)).status,
  ).toBe(400)
})

async function createOrder(input: Record<string, unknown>, cookie = ours) {
  const headers = { 'content-type': 'application/json', cookie }
  const answer = await product.call('/api/trpc/payments.createOrder', {
    method: 'POST',
    headers,
    body: JSON.stringify(input),
  })
  return { status: answer.status, body: await answer.json() }
}

const ORDER = { currency: 'EUR', items: [{ name: 'T-shirt', quantity: 2, unitAmount: 1_200 }] }

test('an order gets a link that is paid once', async () => {
  const { status, body } = await createOrder(ORDER)
  expect([status, body.result.data]).toMatchObject([
    200,
    { amount: 2_400, currency: 'EUR', checkoutUrl: expect.stringMatching(/\/checkout\/ord_[0-9a-f]{32}$/) },
  ])
  const paid = { orderId: body.result.data.id, version: 1, paymentMethod: 'pm_card_visa', key: 'linked' }
  expect((await product.pay(paid, await product.cookie())).status).toBe(200)
})

test('JPY and KWD, with none and three decimals, are counted in their own smallest unit', async () => {
  for (const currency of ['JPY', 'KWD'])
    expect((await createOrder({ ...ORDER, currency })).body.result.data).toMatchObject({
      amount: 2_400,
      currency,
    })
})

const item = (unitAmount: unknown, quantity: unknown = 1) => ({
  ...ORDER,
  items: [{ name: 'x', quantity, unitAmount }],
})
test.each<[string, Record<string, unknown>]>([
  ['zero', item(0)],
  ['negative', item(-1)],
  ['above 2^53 − 1', item(9_007_199_254_740_992)],
  ['above 2^53 − 1 in all', item(9_007_199_254_740_991, 2)],
  ['a fraction', item(0.5)],
  ['a text', item('12')],
  ['none at all', { ...ORDER, items: [] }],
  ['in an unknown currency', { ...ORDER, currency: 'XXX' }],
  ['in a currency in small letters', { ...ORDER, currency: 'eur' }],
  ['with a total of its own', { ...ORDER, amount: 1 }],
  ['with a card number in its reference', { ...ORDER, reference: 'paid by 4242 4242 4242 4242' }],
])('L1 an amount that is %s is 400, and no order', async (_, input) => {
  const before = await product.owner.query('SELECT count(*) FROM orders')
  const { status, body } = await createOrder(input)
  expect([status, body.error.data.idempotency.retry]).toEqual([400, 'after-fixing'])
  expect((await product.owner.query('SELECT count(*) FROM orders')).rows).toEqual(before.rows)
})

test('only an operator of the merchant places an order for it', async () => {
  expect((await createOrder(ORDER, '')).status).toBe(401)
})

test('a parked record is shown as such, with why; an operator has the bank asked again, once, and that is on record', async () => {
  const id = payment.recordId
  const park = (sql: string) =>
    product.owner.query(
      `SET session_replication_role = replica; UPDATE idempotency_record SET ${sql} WHERE id = '${id}'`,
    )
  const askAgain = async (cookie: string) => {
    const headers = { 'content-type': 'application/json', cookie }
    return product.call('/api/trpc/idempotency.askAgain', {
      method: 'POST',
      headers,
      body: JSON.stringify({ id }),
    })
  }
  await park("state = 'unknown', parked_at = now(), parked_reason = 'the bank is silent'")
  expect((await ask('idempotency.list', { state: 'parked' }, ours)).data.items).toMatchObject([
    { id, state: 'parked' },
  ])
  expect((await ask('idempotency.list', { state: 'unknown' }, ours)).data.items).toEqual([])
  expect((await ask('idempotency.get', { id }, ours)).data).toMatchObject({
    state: 'parked',
    parkedReason: 'the bank is silent',
    audit: [],
  })

  expect((await askAgain('')).status).toBe(401)
  expect(await (await askAgain(theirs)).json()).toMatchObject({ result: { data: { asked: false } } })
  expect(await (await askAgain(ours)).json()).toMatchObject({ result: { data: { asked: true } } })
  expect(await (await askAgain(ours)).json()).toMatchObject({ result: { data: { asked: false } } })
  const { data } = await ask('idempotency.get', { id }, ours)
  expect(data).toMatchObject({
    state: 'unknown',
    parkedAt: null,
    audit: [{ actor: expect.stringMatching(/^operator:/), action: 'record.asked-again' }],
  })
  await park("state = 'completed'")
})
