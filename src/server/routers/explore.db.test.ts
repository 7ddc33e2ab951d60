import { afterAll, beforeAll, expect, it } from 'vitest'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** Keys that deserve a look: those with many requests, with another payload, with a late retry. */
let product: TestProduct
let ours: TestOperator
let theirs: TestOperator

beforeAll(async () => {
  product = await openTestProduct()
  ours = await newOperator(product, 'viewer')
  theirs = await newOperator(product, 'viewer', (await product.otherMerchant()).merchantId)
})
afterAll(() => product.close())

const pay = (key: string, amount = 2400) =>
  product.api(
    'POST',
    '/api/v1/payments',
    { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' },
    { 'idempotency-key': key },
  )

async function explore(view: string, by = ours) {
  await Promise.all([product.deps.attempts.flush(), product.deps.requestLog?.flush()])
  const { data } = await callProcedure(product, {
    path: 'idempotency.explore',
    type: 'query',
    input: { view },
    cookie: await by.cookie(),
  })
  return data.items as {
    key: string
    requests: number
    differs: string[]
    requestId: string | null
    afterMs: number | null
    paymentId: string | null
  }[]
}
const keys = async (view: string, by = ours) => (await explore(view, by)).map(({ key }) => key)

it('lists the keys with the most requests first, and none with a single one', async () => {
  for (const [key, times] of [
    ['twice', 2],
    ['often', 4],
    ['once', 1],
  ] as const)
    for (let n = 0; n < times; n++) await pay(key)
  expect(await keys('hot')).toEqual(['often', 'twice'])
  expect((await explore('hot')).map(({ requests }) => requests)).toEqual([4, 2])
})

it('lists a key that came with another payload, with the fields that differed and the request', async () => {
  await pay('reused')
  const second = await pay('reused', 2500)
  expect(second.status).toBe(422)
  const found = await explore('mismatches')
  expect(found).toMatchObject([
    { key: 'reused', requests: 1, differs: ['/amount'], requestId: second.header('request-id') },
  ])
  expect(found[0]?.paymentId).toMatch(/^pay_/)
})

it('says nothing of the fields where the request is not in the log any more', async () => {
  await product.owner.query('DELETE FROM api_request')
  expect(await explore('mismatches')).toMatchObject([{ key: 'reused', differs: [], requestId: null }])
})

it('lists a key that was sent again more than an hour after its answer, or when that was deleted', async () => {
  for (const key of ['early', 'late', 'too-late']) {
    await pay(key)
    await pay(key)
  }
  await product.deps.attempts.flush()
  await product.owner.query(
    `UPDATE idempotency_record SET completed_at = completed_at - interval '59 minutes' WHERE key = 'early';
     UPDATE idempotency_record SET completed_at = completed_at - interval '61 minutes' WHERE key = 'late';
     ALTER TABLE attempt DISABLE TRIGGER USER;
     UPDATE attempt SET at = at - interval '61 minutes'
     WHERE outcome = 'executed' AND record_id IN (SELECT id FROM idempotency_record WHERE key = 'late');
     ALTER TABLE attempt ENABLE TRIGGER USER`,
  )
  await product.owner.query(
    `INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, status, problem, source, request_id, worker, at, duration_ms)
     SELECT merchant_id, gen_random_uuid(), id, operation, 'rejected', 409, 'answer-expired', 'api', 'q', 'w', now(), 1
     FROM idempotency_record WHERE key = 'too-late'`,
  )
  const found = await explore('late')
  expect(found.map(({ key }) => key).toSorted()).toEqual(['late', 'too-late'])
  expect(found.find(({ key }) => key === 'late')?.afterMs).toBeGreaterThan(3_600_000)
})

it('shows another merchant nothing of it', async () => {
  for (const view of ['hot', 'mismatches', 'late'])
    expect([view, await keys(view, theirs)]).toEqual([view, []])
})
