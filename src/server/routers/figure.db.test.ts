import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createOperator } from '@/access/operator'
import { checkIntegrity } from '@/payments/integrity'
import { problemOf } from '../problem-of'
import { everythingChecked } from '../testing/checks'
import { openTestProduct, type TestProduct } from '../testing/product'

/** One part that fails takes nothing else away, and says that it failed. */
let product: TestProduct
let cookie: string

beforeAll(async () => {
  product = await openTestProduct()
  const person = { email: 'op@example.com', password: 'correct horse battery', name: 'Op' }
  await createOperator(product.deps.auth, { ...person, merchantId: product.merchantId })
  const answer = await product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
    body: JSON.stringify({ email: person.email, password: person.password }),
  })
  cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
  const body = { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
  await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': 'one' })
})
afterEach(async () => {
  await product.owner.query('GRANT SELECT ON attempt TO payonce_app')
  await product.owner.query('GRANT SELECT ON entry TO payonce_app')
  await product.owner.query('DROP VIEW IF EXISTS integrity_across.always_fails')
})
afterAll(() => product.close())

async function ask(procedure: string, input?: object) {
  const query = input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ''
  const answer = await product.call(`/api/trpc/${procedure}${query}`, { headers: { cookie } })
  return { status: answer.status, data: (await answer.json()).result?.data }
}

test('the overview shows everything', async () => {
  const { data } = await ask('payments.overview', { range: '24h' })
  for (const part of ['buckets', 'current', 'previous', 'ambiguous', 'feed', 'ledger'])
    expect(data[part]).not.toBeNull()
})

test('attempts that cannot be read take their figures away, and no other', async () => {
  await product.owner.query('REVOKE SELECT ON attempt FROM payonce_app')
  const { status, data } = await ask('payments.overview', { range: '24h' })
  expect(status).toBe(200)
  expect(data).toMatchObject({ buckets: null, current: null, feed: null, ambiguous: 0, any: true })
  expect(data.ledger).toMatchObject({ totals: [{ currency: 'EUR', debits: 2_400, credits: 2_400 }] })
})

test('a ledger that cannot be read leaves the other figures', async () => {
  await setTimeout(2_100)
  await product.owner.query('REVOKE SELECT ON entry FROM payonce_app')
  const { status, data } = await ask('payments.overview', { range: '24h' })
  expect(status).toBe(200)
  expect(data).toMatchObject({ ledger: null, current: { payments: 1, succeeded: 1 } })
})

test('of an invariant that cannot be evaluated it is not known whether it holds, and the others are still checked', async () => {
  await setTimeout(2_100)
  await product.owner.query(`
    CREATE VIEW integrity_across.always_fails AS
    SELECT id AS merchant_id, 'x' AS subject, (1 / (length(name) - length(name)))::text AS detail FROM merchant`)
  await everythingChecked(product.deps.db)
  const { status, data } = await ask('integrity.check')
  expect(status).toBe(200)
  const failed = data.findings.filter(({ doubt }: { doubt: string }) => doubt === 'failed')
  expect(failed).toEqual([expect.objectContaining({ id: 'always-fails', offenders: [] })])
  expect(data.findings.length).toBeGreaterThan(15)
  expect((await checkIntegrity(product.deps.db, null)).ok).toBe(false)
})

test.each([
  ['a time that there is not', `SELECT '2026-99-99'::timestamptz`],
  ['a number beyond 64 bits', 'SELECT 9223372036854775807 + 1'],
  ['a text with U+0000', `SELECT convert_from('\\x00', 'UTF8')`],
  ['a uuid that is none', `SELECT 'x'::uuid`],
  [
    'a row that a CHECK refuses',
    `INSERT INTO merchant (id, name, mode) VALUES (gen_random_uuid(), 'x', 'none')`,
  ],
])('%s is the caller’s mistake, in Prisma’s errors and in pg’s', async (_, text) => {
  const errors = [
    await product.deps.db.$queryRawUnsafe(text).catch((error: unknown) => error),
    await product.owner.query(text).catch((error: unknown) => error),
  ]
  for (const error of errors) expect(problemOf(error)).toMatchObject({ kind: 'validation' })
})

test('the model API tells of a value that was refused too', async () => {
  const text = await product.deps.db.merchant
    .create({ data: { id: '018f3c2a-9d4e-7c31-b2a4-5f60718293a4', name: 'a\0b' } })
    .catch((error: unknown) => error)
  expect(problemOf(text)).toMatchObject({ kind: 'validation' })
})

test('a bug of ours is none of that', async () => {
  const error = await product.owner.query('SELECT nothing FROM merchant').catch((error: unknown) => error)
  expect(problemOf(error)).toBeNull()
})

test('pages that hold all of their connections keep no payment waiting', async () => {
  const blocker = await product.owner.connect()
  const waiting = async () =>
    (
      await product.owner.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'payonce-web-pages' AND wait_event_type = 'Lock'`,
      )
    ).rows[0].n
  await blocker.query('BEGIN; LOCK TABLE payment_hour')
  const pages = Array.from({ length: 12 }, () => ask('payments.overview', { range: '30d' }))
  await vi.waitFor(async () => expect(await waiting()).toBe(3), 20_000)

  const body = { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
  const paid = await Promise.all(
    Array.from({ length: 5 }, (_, n) =>
      product.api('POST', '/api/v1/payments', body, { 'idempotency-key': `beside-${n}` }),
    ),
  )
  expect(paid.map(({ status }) => status)).toEqual(Array(5).fill(201))
  expect(await waiting()).toBe(3)
  expect(product.deps.pool.waitingCount).toBe(0)

  await blocker.query('COMMIT')
  blocker.release()
  for (const { status, data } of await Promise.all(pages)) {
    expect(status).toBe(200)
    expect(data.current).not.toBeNull()
  }
})
