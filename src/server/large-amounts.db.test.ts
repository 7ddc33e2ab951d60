import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOperator } from '@/access/operator'
import { showId, uuidv7 } from '@/lib/id'
import { MAX_PAYMENT_MINOR } from '@/lib/money'
import { everythingChecked } from './testing/checks'
import { procedures } from './testing/procedures'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * Books from before there was a maximum: two payments of 2^53 − 1, whose sums neither JSON nor, once there are a thousand, a BIGINT can
 * carry. Everything that reads goes on working: each query of the router and each GET of the API is called.
 */
const HUGE = 9_007_199_254_740_991n
/** Above 2^63 together: a sum of these overflows a BIGINT. */
const ENTRIES = 1_100
const PASSWORD = 'correct horse battery'
let product: TestProduct
let cookie: string
let ids: { payment: string; order: string; account: string; record: string; receipt: string; link: string }

beforeAll(async () => {
  product = await openTestProduct()
  await createOperator(product.deps.auth, {
    email: 'op@example.com',
    password: PASSWORD,
    name: 'Op',
    merchantId: product.merchantId,
  })
  const answer = await product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
    body: JSON.stringify({ email: 'op@example.com', password: PASSWORD }),
  })
  cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
  for (const key of ['first', 'second']) {
    const body = { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
    expect((await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': key })).status).toBe(201)
  }
  await makeHuge()
})
afterAll(() => product.close())

/** Makes every amount that there is huge, past all triggers, as rows of an older version may be. */
async function makeHuge() {
  await pastTriggers(`
    UPDATE orders SET amount = ${HUGE};
    UPDATE order_item SET unit_amount = ${HUGE};
    UPDATE payment SET amount = ${HUGE};
    UPDATE gateway_simulator.charge SET amount = ${HUGE};
    UPDATE entry SET amount = sign(amount) * ${HUGE};
    INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
    SELECT e.merchant_id, e.transaction_id, (2000 * dense_rank() OVER (ORDER BY e.account_id) + n)::smallint, e.account_id, e.currency, e.amount
    FROM (SELECT DISTINCT ON (account_id) * FROM entry ORDER BY account_id, transaction_id) e, generate_series(1, ${ENTRIES}) n`)
  const { rows } = await product.owner.query(`
    SELECT p.id, p.order_id, p.record_id, p.receipt_token, a.id AS account
    FROM payment p JOIN account a ON a.merchant_id = p.merchant_id AND a.code = 'sales' LIMIT 1`)
  const link = { name: 'Workshop', currency: 'EUR', amount: 2_400 }
  const made = await product.api('POST', '/api/v1/payment-links', link, { 'idempotency-key': 'link' })
  await product.owner.query(
    `INSERT INTO payment_link_use (merchant_id, order_id, link_id, key, shopper)
     SELECT o.merchant_id, o.id, l.id, gen_random_uuid(), 'shopper:x' FROM orders o, payment_link l`,
  )
  ids = {
    link: made.body.id,
    payment: showId('pay', rows[0].id),
    order: showId('ord', rows[0].order_id),
    account: showId('acc', rows[0].account),
    record: rows[0].record_id,
    receipt: rows[0].receipt_token,
  }
}

/** Runs SQL without any trigger, in one transaction. */
const pastTriggers = (text: string) =>
  product.owner.query(`BEGIN; SET LOCAL session_replication_role = replica; ${text}; COMMIT`)

/** The input of each query that needs one. A query that is not here is called without. */
const INPUTS = (): Record<string, unknown> => ({
  'payments.overview': { range: '24h' },
  'payments.list': {},
  'payments.counts': {},
  'payments.get': { id: ids.payment },
  'orders.list': {},
  'orders.counts': {},
  'orders.get': { id: ids.order },
  'links.open': { id: ids.link },
  'links.list': {},
  'resolutions.ofPayment': { payment: ids.payment },
  'notes.list': { payment: ids.payment },
  'receipts.ofPayment': { payment: ids.payment },
  'receipts.verify': { payment: ids.payment, code: '0123456789ab' },
  'ledger.accounts': {},
  'ledger.account': { id: ids.account },
  'ledger.trialBalance': {},
  'ledger.accountPeriod': { id: ids.account, first: '2020-01-01' },
  'ledger.statement': { id: ids.account },
  'ledger.journal': {},
  'limits.get': { account: ids.account },
  'idempotency.list': {},
  'idempotency.explore': { view: 'hot' },
  'idempotency.get': { id: ids.record },
  'checkout.order': { orderId: ids.order },
  'checkout.status': { orderId: ids.order, key: 'first' },
  'checkout.receipt': { token: ids.receipt },
  'requests.list': {},
  'alerts.list': {},
  'audit.list': {},
  'find.pasted': { text: ids.payment },
  'inbox.list': {},
  'reconciliation.list': {},
  'reconciliation.sums': {},
})

async function ask(procedure: string, input: unknown) {
  const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
  const answer = await product.call(`/api/trpc/${procedure}${query}`, { headers: { cookie } })
  const body = await answer.json()
  return { status: answer.status, data: body.result?.data, problem: body.error?.data?.idempotency }
}

const QUERIES = procedures()
  // An invitation, a session, an event of Stripe and a logged request hold no amount, and an unknown one is 404; so it is with webhooks.
  .filter(
    ({ type, name }) =>
      type === 'query' &&
      !/^(invitation\.get|operators\.sessions|inbox\.get|requests\.get|webhooks\.(get|deliver.*))$/.test(
        name,
      ),
  )
  .map(({ name }) => name)

describe('with payments of 2^53 − 1', () => {
  test.each(QUERIES)('%s answers', async (name) => {
    const { status, problem } = await ask(name, INPUTS()[name])
    expect([name, status, problem]).toEqual([name, 200, undefined])
  })

  test('every GET of the API answers', async () => {
    const { paths } = (await product.api('GET', '/api/openapi.json')).body as {
      paths: Record<string, object>
    }
    // A webhook endpoint and its deliveries hold no amount, and there is none here.
    const gets = Object.entries(paths).filter(
      ([path, methods]) => 'get' in methods && !path.includes('webhook'),
    )
    expect(gets.length).toBeGreaterThan(5)
    for (const [path] of gets) {
      const known = { orders: ids.order, ledger: ids.account, 'payment-links': ids.link }
      const id = Object.entries(known).find(([part]) => path.includes(part))?.[1] ?? ids.payment
      const url = path.replace('{id}', id).replace('{operation}', 'payments.create').replace('{key}', 'first')
      const { status, text } = await product.api('GET', url)
      expect([path, status], text).toEqual([path, 200])
    }
  })

  test('the sums are exact: a text where JSON would round them', async () => {
    const lines = BigInt(ENTRIES + 2)
    const { data } = await ask('ledger.account', { id: ids.account })
    expect(data).toMatchObject({ balance: (-HUGE * lines).toString(), debits: 0 })
    const { body } = await product.api('GET', `/api/v1/ledger/accounts/${ids.account}`)
    expect(BigInt(body.credits)).toBe(HUGE * lines)
    const overview = (await ask('payments.overview', { range: '24h' })).data
    expect(overview.current.volume).toEqual([
      { currency: 'EUR', amount: (2n * HUGE).toString(), payments: 2 },
    ])
    const { data: links } = await ask('links.list', {})
    expect(links.items[0].paidAmount).toBe((2n * HUGE).toString())
    const { data: statement } = await ask('ledger.statement', { id: ids.account, limit: 1 })
    expect(BigInt(statement.items[0].balance)).toBe(-HUGE * lines)
  })

  test('such a payment can still be refunded, in part and in full', async () => {
    const refund = (body: object, key: string) =>
      product.api('POST', `/api/v1/payments/${ids.payment}/refunds`, body, { 'idempotency-key': key })
    expect((await refund({ amount: 400 }, 'part')).status).toBe(201)
    const all = await refund({}, 'all')
    expect([all.status, all.body.amount]).toEqual([201, Number(HUGE) - 400])
  })

  test('an order from before that is above the maximum is not paid any more: 400, and the page is told so', async () => {
    const orderId = await product.newOrder()
    await pastTriggers(`UPDATE orders SET amount = ${HUGE} WHERE status = 'open'`)
    const reply = await product.pay(
      { orderId, version: 1, paymentMethod: 'pm_card_visa', key: 'old-order' },
      await product.cookie(),
    )
    expect([reply.status, reply.problem?.kind, reply.problem?.retry]).toEqual([
      400,
      'validation',
      'after-fixing',
    ])
    expect(await product.count('payments')).toBe(2)
  })
})

describe('a product of quantity and price that overflows', () => {
  test('fails no page: the row is shown as broken', async () => {
    await pastTriggers('UPDATE order_item SET quantity = 2000000000')
    const other = await product.api('GET', `/api/v1/orders/${ids.order}`)
    expect(other.status).toBe(200)
    await everythingChecked(product.deps.db)
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    const { data } = await ask('integrity.check', undefined)
    const found = data.findings.find(
      (finding: { id: string }) => finding.id === 'order-is-the-sum-of-its-items',
    )
    expect(found.offenders[0].detail).toContain('is not')
  })
})

describe('the maximum of a payment', () => {
  const max = Number(MAX_PAYMENT_MINOR)
  const post = (path: string, body: object) =>
    product.api('POST', path, body, { 'idempotency-key': uuidv7() })
  const order = (unitAmount: number, quantity = 1, times = 1) => ({
    currency: 'EUR',
    items: Array.from({ length: times }, () => ({ name: 'x', quantity, unitAmount })),
  })

  test('is taken, one more is 400 with what to do', async () => {
    const pay = (amount: number) =>
      post('/api/v1/payments', { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' })
    expect((await pay(max)).status).toBe(201)
    const { status, body } = await pay(max + 1)
    expect([status, body.kind]).toEqual([400, 'validation'])
    expect(body.detail).toContain('at most 1000000000000')
  })

  test.each<[string, object]>([
    ['a price', order(max + 1)],
    ['quantity × price', order(max / 2 + 1, 2)],
    ['the sum of the items', order(max / 2 + 1, 1, 2)],
    ['2^53 − 1, a million times', order(Number(HUGE), 1_000_000)],
  ])('%s above it is 400 at REST and tRPC, and no order', async (_, body) => {
    const before = (await product.owner.query('SELECT count(*) FROM orders')).rows
    expect((await post('/api/v1/orders', body)).status).toBe(400)
    const sent = await product.call('/api/trpc/payments.createOrder', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    })
    expect(sent.status).toBe(400)
    expect((await product.owner.query('SELECT count(*) FROM orders')).rows).toEqual(before)
  })

  test('is the database’s too, for each amount that starts something', async () => {
    const { rows } = await product.owner.query(
      `SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgfoid = 'amount_is_bounded'::regproc`,
    )
    expect(rows).toHaveLength(3)
    for (const { definition } of rows) expect(definition).toContain(`> '${MAX_PAYMENT_MINOR}'::bigint`)
    await expect(
      product.owner.query(
        `INSERT INTO orders (merchant_id, id, currency, amount, metadata) VALUES ($1, gen_random_uuid(), 'EUR', ${MAX_PAYMENT_MINOR + 1n}, '{}')`,
        [product.merchantId],
      ),
    ).rejects.toMatchObject({ code: '23514' })
    await expect(
      product.owner.query(`UPDATE orders SET amount = ${MAX_PAYMENT_MINOR + 1n}`),
    ).rejects.toMatchObject({
      code: '23514',
    })
  })
})
