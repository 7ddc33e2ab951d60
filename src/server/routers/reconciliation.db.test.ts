import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperator } from '@/access/operator'
import { showId } from '@/lib/id'
import { dispute, loseDispute } from '@/payments/simulator/disputes'
import { payOut } from '@/payments/simulator/movements'
import { openPool } from '@/platform/db'
import { openTestProduct, type TestProduct } from '../testing/product'

const PASSWORD = 'correct horse battery'
const PAGE = { 'content-type': 'application/json', origin: 'http://localhost:3000' }
let product: TestProduct
let ours: string
let theirs: string
let paymentId: string

beforeAll(async () => {
  product = await openTestProduct()
  const other = await product.otherMerchant()
  ours = await signIn('ours@example.com', product.merchantId)
  theirs = await signIn('theirs@example.com', other.merchantId)
  const cookie = await product.cookie()
  for (let n = 0; n < 3; n++) {
    const orderId = await product.newOrder()
    await product.pay({ key: `key-${orderId}`, orderId, version: 1, paymentMethod: 'pm_card_visa' }, cookie)
  }
  const bank = openPool(product.bankDatabaseUrl, { max: 1, name: 'reconciliation-bank' })
  const { rows } = await product.owner.query(
    'SELECT id, gateway_ref FROM payment ORDER BY created_at LIMIT 1',
  )
  paymentId = rows[0].id
  await product.deps.reconcileMovements()
  await loseDispute(bank, await dispute(bank, rows[0].gateway_ref))
  await payOut(bank, 'EUR')
  await product.owner.query(
    `INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency, created_at)
     VALUES ('=1+1', 'a key of nobody', 500, 'EUR', now() + interval '1 second')`,
  )
  await product.deps.reconcileMovements()
  await bank.end()
})
afterAll(() => product.close())

async function signIn(email: string, merchantId: string): Promise<string> {
  await createOperator(product.deps.auth, { email, password: PASSWORD, name: 'Operator', merchantId })
  const answer = await product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: PAGE,
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

async function ask(procedure: string, input: object, cookie = ours) {
  const query = `?input=${encodeURIComponent(JSON.stringify(input))}`
  const answer = await product.call(`/api/trpc/reconciliation.${procedure}${query}`, { headers: { cookie } })
  const body = await answer.json()
  return { status: answer.status, data: body.result?.data }
}
const download = (query = '', cookie = ours) =>
  product.call(`/api/reconciliation/export?${query}`, { headers: { cookie } })

test('movements are listed newest first, page by page, and none twice; each leads to its payment', async () => {
  const seen: { ref: string; at: string; kind: string; paymentId: string | null }[] = []
  let cursor: string | null | undefined
  do {
    const { data } = await ask('list', { limit: 2, ...(cursor ? { cursor } : {}) })
    seen.push(...data.items)
    cursor = data.nextCursor
  } while (cursor)
  expect(seen.map(({ at }) => at)).toEqual(
    seen
      .map(({ at }) => at)
      .toSorted()
      .toReversed(),
  )
  expect(seen[0]?.ref).toBe('txn_=1+1')
  expect(new Set(seen.map(({ ref }) => ref))).toHaveLength(6)
  expect(
    seen
      .filter((one) => one.paymentId === showId('pay', paymentId))
      .map(({ kind }) => kind)
      .toSorted(),
  ).toEqual(['charge', 'dispute'])
})

test('the filters: judgement, currency and period', async () => {
  const count = async (filter: object) => (await ask('list', filter)).data.items.length
  expect(await count({ state: 'difference' })).toBe(1)
  expect(await count({ state: 'explained' })).toBe(2)
  expect(await count({ currency: 'USD' })).toBe(0)
  expect(await count({ until: '2020-01-01T00:00:00Z' })).toBe(0)
  expect(await count({ from: '2020-01-01T00:00:00Z' })).toBe(6)
})

test('the sums are those of the movements, by currency and judgement', async () => {
  const { rows } = await product.owner.query(
    `SELECT state, count(*)::int, sum(amount - fee)::int AS net FROM bank_movement GROUP BY state ORDER BY state`,
  )
  const { data } = await ask('sums', {})
  expect(data).toEqual(rows.map(({ state, count, net }) => ({ currency: 'EUR', state, count, net })))
})

test('another merchant sees nothing of it, and nobody without a sign-in', async () => {
  expect((await ask('list', {}, theirs)).data.items).toEqual([])
  expect((await ask('sums', {}, theirs)).data).toEqual([])
  expect((await (await download('', theirs)).text()).trim().split('\r\n')).toHaveLength(1)
  expect((await ask('list', {}, '')).status).toBe(401)
  expect((await download('', '')).status).toBe(401)
})

test('the file has every movement of the filter, and no formula', async () => {
  const answer = await download()
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const lines = (await answer.text()).trim().split('\r\n')
  expect(lines).toHaveLength(7)
  expect(lines[0]).toBe(
    'movement,at,atLocal,kind,amount,amountMinor,fee,feeMinor,net,netMinor,currency,state,rule,payment,refund,about,gateway',
  )
  expect(lines[1]).toContain(
    `,5.00,500,0.00,0,5.00,500,EUR,difference,a charge under a key that we do not know,,,'=1+1,simulator`,
  )
  expect((await (await download('state=matched')).text()).trim().split('\r\n')).toHaveLength(4)
})

test.each(['state=none', 'currency=euro', 'from=yesterday', 'unknown=1'])(
  '%s is refused, with what to do',
  async (query) => {
    const answer = await download(query)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ])
  },
)

test('a cursor that we did not write is refused', async () => {
  expect((await ask('list', { cursor: 'abc' })).status).toBe(400)
})

test('a dispute that was lost is shown, and its payment says that the money is not kept; another merchant sees neither', async () => {
  const { data } = await ask('disputes', {})
  expect(data).toEqual([
    {
      ref: expect.stringMatching(/^dp_/),
      state: 'lost',
      amountHeld: 0,
      amountLost: expect.any(Number),
      fee: 1_500,
      currency: 'EUR',
      at: expect.any(String),
      checkedAt: expect.any(String),
      paymentId: showId('pay', paymentId),
    },
  ])
  const query = encodeURIComponent(JSON.stringify({ id: showId('pay', paymentId) }))
  const answer = await product.call(`/api/trpc/payments.get?input=${query}`, { headers: { cookie: ours } })
  const payment = (await answer.json()).result.data
  expect(payment).toMatchObject({
    status: 'succeeded',
    amountDisputed: 0,
    amountDisputeLost: payment.amount,
    disputes: data,
  })
  expect((await ask('disputes', {}, theirs)).data).toEqual([])
})

test('what the bank has taken in a dispute is not refunded once more; a payment beside it can be', async () => {
  const refund = (payment: string, key: string) =>
    product.api('POST', `/api/v1/payments/${payment}/refunds`, {}, { 'idempotency-key': key })
  const disputed = await refund(showId('pay', paymentId), 'refund-of-disputed')
  expect([disputed.status, disputed.body]).toMatchObject([
    409,
    { kind: 'not-refundable', refundable: 0, detail: expect.stringContaining('would give it back twice') },
  ])
  const query = encodeURIComponent(JSON.stringify({ id: showId('pay', paymentId) }))
  const answer = await product.call(`/api/trpc/payments.get?input=${query}`, { headers: { cookie: ours } })
  expect((await answer.json()).result.data.refundRights).toBeNull()
  const { rows } = await product.owner.query('SELECT id FROM payment WHERE id <> $1 LIMIT 1', [paymentId])
  expect((await refund(showId('pay', rows[0].id), 'refund-of-another')).status).toBe(201)
})
