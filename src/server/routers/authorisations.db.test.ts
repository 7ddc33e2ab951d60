import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { openDb, openPool } from '@/platform/db'
import { check } from '@/setup/verify'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** Capture and void by operators: who may, how often, against each other, and what the page is told. */
let product: TestProduct
let viewer: TestOperator
let support: TestOperator
let colleague: TestOperator
let payment: string

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '1500' })
  viewer = await newOperator(product, 'viewer')
  support = await newOperator(product, 'support')
  colleague = await newOperator(product, 'support')
})
afterAll(async () => {
  await everythingHolds()
  await product.close()
})
beforeEach(async () => {
  payment = await authorise()
})

async function everythingHolds(): Promise<void> {
  const pool = openPool(product.owner.options.connectionString as string, { max: 1, name: 'verify' })
  const db = openDb(pool)
  const { findings } = await check(db)
  await db.$disconnect()
  await pool.end()
  expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
}

async function authorise(paymentMethod = 'pm_card_visa'): Promise<string> {
  const body = { amount: 2400, currency: 'EUR', paymentMethod, capture: 'manual' }
  const reply = await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': uuidv7() })
  expect(reply).toMatchObject({ status: 201, body: { status: 'authorised' } })
  return reply.body.id
}

type Verb = 'capture' | 'void'
const end = async (verb: Verb, who: TestOperator, key: string = uuidv7(), amount?: number) =>
  callProcedure(product, {
    path: `authorisations.${verb}`,
    type: 'mutation',
    input: { payment, key, amount },
    cookie: await who.cookie(),
  })
const page = async (who: TestOperator) =>
  (
    await callProcedure(product, {
      path: 'payments.get',
      type: 'query',
      input: { id: payment },
      cookie: await who.cookie(),
    })
  ).data
const uuid = () => readId('pay', payment) as string
const charges = () => product.count('charges', `idempotency_key = '${uuid()}'`)
const audited = async () =>
  (
    await product.owner.query(
      `SELECT actor, action, detail FROM audit_log WHERE subject = $1 AND action IN ('payment.capture', 'payment.void')`,
      [uuid()],
    )
  ).rows

test('a part is captured by an operator: its page and its audit row say how much, and the rest is not refundable', async () => {
  await end('capture', support, uuidv7(), 1_500)
  expect(await page(support)).toMatchObject({
    status: 'succeeded',
    amount: 1_500,
    amountAuthorised: 2_400,
    authorisation: { end: { kind: 'capture', amount: 1_500, ended: 'captured' } },
  })
  expect(await audited()).toMatchObject([{ action: 'payment.capture', detail: '1500 EUR' }])
  expect((await page(support)).refundRights).toMatchObject({ refundable: 1_500 })
})

describe.each([
  ['capture', 'succeeded', 'captured', 1],
  ['void', 'voided', 'released', 0],
] as const)('%s by an operator', (verb, status, ended, charged) => {
  test('20 presses under one key and a retry are one, audited once, and the page says who did it', async () => {
    expect((await page(support)).authorisation).toMatchObject({ end: null, may: 'yes' })
    const key = uuidv7()
    await Promise.all(Array.from({ length: 20 }, () => end(verb, support, key)))
    const reply = await end(verb, support, key)
    expect(reply).toMatchObject({ kind: null, data: { status, idempotency: { outcome: 'replayed' } } })
    expect(await charges()).toBe(charged)
    expect(await audited()).toEqual([
      { actor: `operator:${support.id}`, action: `payment.${verb}`, detail: '2400 EUR' },
    ])
    expect((await page(viewer)).authorisation).toMatchObject({
      end: { kind: verb, ended, parked: false, by: { kind: 'operator' } },
      may: 'ended',
    })
  })

  test('by two operators, each with a key: one does it, the other reads how it ended', async () => {
    const replies = await Promise.all([end(verb, support), end(verb, colleague)])
    expect(replies.filter(({ kind }) => kind === null)).toHaveLength(1)
    expect(await end(verb, colleague)).toMatchObject({ kind: 'not-capturable' })
    expect(await charges()).toBe(charged)
  })

  test('without the right: denied in words, and nothing is begun', async () => {
    expect(await end(verb, viewer)).toMatchObject({ kind: 'forbidden' })
    expect((await page(viewer)).authorisation).toMatchObject({ end: null, may: 'role' })
    expect(await audited()).toEqual([])
  })

  test('with a key of no use: refused before anything is asked', async () => {
    expect((await end(verb, support, '')).kind).toMatch(/^key-/)
    expect((await page(support)).status).toBe('authorised')
  })

  test('an answer that is lost: in doubt, on the page too, and the same key gets the end', async () => {
    payment = await authorise('pm_card_capture_timeout')
    const key = uuidv7()
    expect(await end(verb, support, key)).toMatchObject({ kind: 'outcome-unknown' })
    expect((await page(support)).authorisation).toMatchObject({ end: { ended: null }, may: 'ended' })
    await product.owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE key = $1`,
      [key],
    )
    const { engine, operations } = product.deps
    await engine.recover(verb === 'capture' ? operations.capture : operations.voidPayment, 20, 'test')
    expect(await end(verb, support, key)).toMatchObject({ kind: null, data: { status } })
    expect(await charges()).toBe(charged)
  })
})

test.each([1, 2, 3])('capture against void, of page and program at once: one ends it (%i)', async () => {
  const byProgram = (verb: Verb) =>
    product.api('POST', `/api/v1/payments/${payment}/${verb}`, {}, { 'idempotency-key': uuidv7() })
  const [one, two, three, four] = await Promise.all([
    end('capture', support),
    end('void', colleague),
    byProgram('void'),
    byProgram('capture'),
  ])
  const done = [one, two].filter(({ kind }) => kind === null).length
  expect(done + [three, four].filter(({ status }) => status === 200).length).toBe(1)
  expect(await charges()).toBe((await page(support)).status === 'succeeded' ? 1 : 0)
  expect(await audited()).toHaveLength(1)
})

test('of a payment that was charged at once: refused with how it stands', async () => {
  const body = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
  payment = (await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': uuidv7() })).body.id
  expect((await page(support)).authorisation).toBeNull()
  expect(await end('void', support)).toMatchObject({ kind: 'not-capturable' })
})
