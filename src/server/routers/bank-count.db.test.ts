import { afterAll, beforeAll, expect, test } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** What list, page, receipt and chart say of a payment's charges: counted at the bank, with the age of the count, never concluded from a status. */
let product: TestProduct
let support: TestOperator
let viewer: TestOperator

beforeAll(async () => {
  product = await openTestProduct()
  support = await newOperator(product, 'support')
  viewer = await newOperator(product, 'viewer')
})
afterAll(() => product.close())

const uuid = (shown: string) => readId('pay', shown) as string
const run = (text: string, ...values: unknown[]) => product.owner.query(text, values)

async function pay(paymentMethod: string, amount: number, key = uuidv7()): Promise<string> {
  const body = { amount, currency: 'GBP', paymentMethod }
  const reply = await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': key })
  return reply.body.id ?? reply.body.payment
}

async function ask(path: string, input: object, who = support) {
  const { data } = await callProcedure(product, { path, type: 'query', input, cookie: await who.cookie() })
  return data
}
const detail = (id: string, who = support) => ask('payments.get', { id }, who)
const listed = async (id: string) => (await ask('payments.list', { search: id })).items[0]
async function receipt(id: string) {
  const { rows } = await run('SELECT receipt_token AS token FROM payment WHERE id = $1', uuid(id))
  return ask('checkout.receipt', { token: rows[0].token })
}

/** Reads the bank's list, and makes our copy of it as old as given. */
async function readList(age = '-1 minute'): Promise<void> {
  await product.deps.reconcile()
  await run(`UPDATE reconciliation SET updated_at = now() - $1::interval`, age)
}

/** A charge under a payment's key of which the bank's answer said nothing. */
async function chargeUnnoticed(id: string, amount: number): Promise<void> {
  await run(
    `INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
     SELECT 'ch_' || gen_random_uuid(), gateway_key, $2, 'GBP' FROM payment WHERE id = $1`,
    uuid(id),
    amount,
  )
}

test('charged twice: unknown until the bank’s list is read, then counted, with what became of the second', async () => {
  const id = await pay('pm_card_charged_twice', 6_724)
  expect(await detail(id)).toMatchObject({ status: 'succeeded', charges: 1, surplus: [], bankList: null })
  expect(await receipt(id)).toMatchObject({ charges: 1, listIsWhole: false, fromPage: false })

  await readList()
  const shown = await detail(id)
  expect(shown).toMatchObject({ charges: 2, surplusRefunded: 1, unexplained: 0 })
  expect(shown.surplus).toMatchObject([{ amount: 6_724, currency: 'GBP', status: 'refunded' }])
  expect(Date.parse(shown.surplus[0].settledAt)).toBeGreaterThan(Date.parse(shown.askedAt))
  expect(Date.parse(shown.bankList.wholeUntil)).toBeGreaterThan(Date.parse(shown.updatedAt))
  expect(await listed(id)).toMatchObject({ charges: 2, surplusRefunded: 1, surplusDue: 0, surplusParked: 0 })
  expect(await receipt(id)).toMatchObject({
    charges: 2,
    surplusRefundedAmount: 6_724,
    surplusDueAmount: 0,
    listIsWhole: true,
  })
})

test('a list that was read before the payment proves nothing about it', async () => {
  await readList('1 hour')
  const id = await pay('pm_card_visa', 1_000)
  const { bankList, updatedAt } = await detail(id)
  expect(Date.parse(bankList.wholeUntil)).toBeLessThan(Date.parse(updatedAt))
  expect(await receipt(id)).toMatchObject({ charges: 1, listIsWhole: false })
})

test('declined, yet charged: the count says so, whatever the status', async () => {
  const id = await pay('pm_card_declined', 2_400)
  expect(await listed(id)).toMatchObject({ status: 'declined', charges: 0 })
  await chargeUnnoticed(id, 2_400)
  await readList()
  expect(await listed(id)).toMatchObject({ status: 'declined', charges: 1, surplusRefunded: 1 })
  expect(await receipt(id)).toMatchObject({ charges: 1, surplusRefundedAmount: 2_400 })
})

test('a refund under way is told apart from one that is done', async () => {
  const id = await pay('pm_card_visa', 3_000)
  await run(
    `INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, charge_ref, gateway_key)
     SELECT merchant_id, gen_random_uuid(), id, 'r', 1000, currency, gateway_ref, gen_random_uuid()::text FROM payment WHERE id = $1`,
    uuid(id),
  )
  expect(await listed(id)).toMatchObject({ amountRefunded: 1_000, amountRefundUnderWay: 1_000 })
  expect(await receipt(id)).toMatchObject({ refunded: 1_000, refundUnderWay: 1_000 })
  expect((await detail(id)).refunds).toMatchObject([{ status: 'pending', parked: false }])
  await run(
    `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id, parked_at, parked_reason)
     SELECT merchant_id, record_id, 's', 'refunds.create', 'k', 'f', 1, 'unknown', gen_random_uuid(), 'w', id, now(), 'silent' FROM refund WHERE payment_id = $1`,
    uuid(id),
  )
  expect((await detail(id)).refunds).toMatchObject([{ status: 'pending', parked: true }])
})

test('a parked payment: who may ask again, and asked twice is once; what the list shows of it is counted', async () => {
  const id = await pay('pm_card_challenge', 5_550)
  await run(
    `UPDATE idempotency_record SET parked_at = now(), parked_reason = 'the bank is silent' WHERE subject_id = $1`,
    uuid(id),
  )
  await chargeUnnoticed(id, 5_550)
  await readList()
  expect(await listed(id)).toMatchObject({ parked: true, charges: 1, unexplained: 1 })
  const { waitsForPerson, recordId } = await detail(id)
  expect(waitsForPerson).toMatchObject({ reason: 'the bank is silent', history: [] })
  expect(await receipt(id)).toMatchObject({ parked: true })

  const asked = async (who: TestOperator) => {
    const cookie = await who.cookie()
    return callProcedure(product, {
      path: 'idempotency.askAgain',
      type: 'mutation',
      input: { id: recordId },
      cookie,
    })
  }
  expect((await asked(viewer)).status).toBe(403)
  const both = await Promise.all([asked(support), asked(support)])
  expect(both.map(({ data }) => data.asked).toSorted()).toEqual([false, true])
  const { rows } = await run(
    `SELECT FROM audit_log WHERE subject = $1 AND action = 'record.asked-again'`,
    recordId,
  )
  expect(rows).toHaveLength(1)
  expect(await detail(id)).toMatchObject({ parked: false, waitsForPerson: null })
})

test('the chart counts payments alone, and as prevented only repeats of those that were charged', async () => {
  const before = await ask('payments.overview', { range: '1h' })
  const [paid, declined] = [uuidv7(), uuidv7()]
  for (let press = 0; press < 3; press++) await pay('pm_card_visa', 1_100, paid)
  for (let press = 0; press < 4; press++) await pay('pm_card_declined', 1_300, declined)
  const order = { items: [{ name: 'Tea', quantity: 1, unitAmount: 100 }], currency: 'GBP' }
  const key = { 'idempotency-key': uuidv7() }
  for (let press = 0; press < 2; press++) await product.api('POST', '/api/v1/orders', order, key)
  await product.deps.attempts.flush()

  const after = await ask('payments.overview', { range: '1h' })
  const grown = (of: string) =>
    [after, before]
      .map(({ buckets }) =>
        buckets.reduce((sum: number, bucket: Record<string, number>) => sum + (bucket[of] ?? 0), 0),
      )
      .reduce((now, then) => now - then)
  expect(['executed', 'replayed', 'again', 'charges'].map(grown)).toEqual([2, 2, 3, 1])
  expect(after.current.prevented - before.current.prevented).toBe(2)
  expect(after.current.requests - before.current.requests).toBe(7)
  const saved = ({ current }: typeof after) =>
    current.protected.find(({ currency }: { currency: string }) => currency === 'GBP')?.amount ?? 0
  expect(Number(saved(after)) - Number(saved(before))).toBe(2_200)
})
