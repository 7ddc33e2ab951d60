import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * What a database that has forgotten may send again, and until when. The servers of `lost-database.db.test.ts` forget for real; here the rows
 * are taken away, so that any time may have passed since.
 */
let product: TestProduct
let cookie: string

beforeAll(async () => {
  product = await openTestProduct()
  cookie = await product.cookie()
})
afterAll(() => product.close())
afterEach(() => void vi.restoreAllMocks())
beforeEach(async () => {
  await forget()
  await product.owner.query('DELETE FROM reconciliation')
  await product.owner.query('DELETE FROM open_charge')
  await product.owner.query(
    'TRUNCATE gateway_simulator.request, gateway_simulator.charge, gateway_simulator.refund',
  )
})

/** What a restored backup from before everything does: every payment is gone, and each order is open. */
async function forget(): Promise<void> {
  const tables =
    'entry, ledger_transaction, refund, payment, payment_charge, idempotency_record, outbox_event'.split(', ')
  await product.owner.query(`BEGIN; SET LOCAL session_replication_role = replica;
    ${tables.map((table) => `DELETE FROM ${table};`).join(' ')} UPDATE orders SET status = 'open'; COMMIT`)
}

/** The charges at the bank are so old; a bank that remembers keys for a day has forgotten theirs. */
async function chargedAgo(hours: number): Promise<void> {
  await product.owner.query(
    `UPDATE gateway_simulator.charge SET created_at = now() - ${hours} * interval '1 hour'`,
  )
  if (hours > 24) await product.owner.query('DELETE FROM gateway_simulator.request')
}

const listReadAgo = (hours: number, after: string | null = null) =>
  product.owner.query(
    `INSERT INTO reconciliation (gateway, since, after, last_charge_at, updated_at)
     SELECT $1, at, $2, at, CASE WHEN $2::text IS NULL THEN at ELSE now() END FROM (SELECT date_trunc('ms', now() - $3 * interval '1 hour') AS at) x`,
    [product.deps.gateway.name, after, hours],
  )
const pay = (orderId: string, key = 'k', paymentMethod = 'pm_card_visa') =>
  product.pay({ key, orderId, version: 1, paymentMethod }, cookie)
const create = (key: string, amount: number) =>
  product.api(
    'POST',
    '/api/v1/payments',
    { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' },
    { 'idempotency-key': key },
  )
const refund = (payment: string, key: string, amount?: number) =>
  product.api('POST', `/api/v1/payments/${payment}/refunds`, amount ? { amount } : {}, {
    'idempotency-key': key,
  })
const charges = () => product.count('charges')
const only = async (columns: string, table: string) =>
  (await product.owner.query(`SELECT ${columns} FROM ${table}`)).rows
const recover = async () => {
  await product.owner.query(`UPDATE idempotency_record SET lease_until = now() - interval '1 s'`)
  return product.deps.engine.recover(product.deps.operations.createPayment, 20, 'test')
}

describe('D14 D20 a retry of a payment that was lost', () => {
  it('adopts its charge, under the same payment id, while the bank remembers the key', async () => {
    const order = await product.newOrder()
    const first = await pay(order)
    await forget()
    await chargedAgo(22)
    expect(await product.deps.reconcile()).toMatchObject({ alerts: 1 })
    const again = await pay(order)
    expect(again.status).toBe(200)
    expect(again.result?.payment.id).toBe(first.result?.payment.id)
    expect([await charges(), await product.count('payments'), await product.count('captures')]).toEqual([
      1, 1, 1,
    ])
    const [{ hours }] = await only('extract(epoch FROM created_at - asked_since) / 3600 AS hours', 'payment')
    // An hour more than the charge is old: the shopper may have confirmed it so long after the request.
    expect(Number(hours)).toBeCloseTo(23, 1)
    expect(await product.deps.reconcile()).toMatchObject({ alerts: 0 })
    expect(await only('*', 'open_charge')).toEqual([])
  })

  it('is not sent once the bank may have forgotten the key: parked, and the charge stays named', async () => {
    const order = await product.newOrder()
    await pay(order)
    await forget()
    await chargedAgo(25)
    await product.deps.reconcile()
    const sent = vi.spyOn(product.bank, 'charge')
    expect(await pay(order)).toMatchObject({ status: 409, problem: { kind: 'outcome-unknown' } })
    expect(sent).not.toHaveBeenCalled()
    expect(await charges()).toBe(1)
    expect(await only('parked_reason', 'idempotency_record')).toEqual([
      { parked_reason: expect.stringContaining('may have forgotten the key') },
    ])
    await product.deps.reconcile()
    expect(await only('gateway_key', 'open_charge')).toEqual(await only('gateway_key', 'payment'))
  })

  it('is not sent where the bank dates the charge ahead of us: nobody knows when the key was asked', async () => {
    const order = await product.newOrder()
    await pay(order)
    await forget()
    await chargedAgo(-2)
    await product.deps.reconcile()
    const sent = vi.spyOn(product.bank, 'charge')
    expect(await pay(order)).toMatchObject({ status: 409, problem: { kind: 'outcome-unknown' } })
    expect(sent).not.toHaveBeenCalled()
    expect(await charges()).toBe(1)
  })

  it('that a bank charges again, since it forgot sooner than it says: the first charge is given back', async () => {
    const order = await product.newOrder()
    await pay(order)
    await forget()
    await product.owner.query('DELETE FROM gateway_simulator.request')
    expect((await pay(order)).status).toBe(200)
    expect(await charges()).toBe(2)
    expect(await product.deps.reconcile()).toMatchObject({ refunded: 1, alerts: 0 })
    expect(await product.count('charges', 'refunded_amount < amount')).toBe(1)
  })

  it('of another amount is refused by the bank, charges nothing more, and ends with a person', async () => {
    await create('k', 2_000)
    await forget()
    expect((await create('k', 2_500)).status).toBe(409)
    await recover()
    expect(await only('amount::int', 'gateway_simulator.charge')).toEqual([{ amount: 2_000 }])
    expect(await only('parked_reason', 'idempotency_record')).toEqual([
      { parked_reason: expect.stringMatching(/charged 2000 EUR .* asked for 2500/) },
    ])
  })

  it('that was declined is declined again, and another card under a new key is another charge', async () => {
    const order = await product.newOrder()
    expect((await pay(order, 'k1', 'pm_card_declined')).status).toBe(402)
    await forget()
    const asked = vi.spyOn(product.bank, 'charge')
    expect((await pay(order, 'k1', 'pm_card_declined')).status).toBe(402)
    expect((await pay(order, 'k2')).status).toBe(200)
    const keys = asked.mock.calls.map(([{ key }]) => key)
    expect(new Set(keys).size).toBe(2)
    expect(await charges()).toBe(1)
  })
})

describe('while our list of the bank’s charges is older than the bank’s memory', () => {
  it.each([[null], ['a page']])(
    'nothing is begun, by nobody, and the key stays free until the list was read (in the middle of it: %s)',
    async (after) => {
      const order = await product.newOrder()
      const paid = await create('earlier', 3_000)
      await listReadAgo(25, after)
      const orders = Number((await only('count(*)', 'orders'))[0].count)
      const asked = vi.spyOn(product.bank, 'charge')
      const refused = [await pay(order), await create('k', 2_000), await refund(paid.body.id, 'r')]
      expect(refused.map(({ status }) => status)).toEqual([503, 503, 503])
      expect(asked).not.toHaveBeenCalled()
      expect([
        await product.count('payments'),
        Number((await only('count(*)', 'orders'))[0].count),
        (await only('*', 'refund')).length,
      ]).toEqual([1, orders, 0])
      await product.owner.query('UPDATE reconciliation SET after = NULL')
      await product.deps.reconcile()
      const then = [await pay(order), await create('k', 2_000), await refund(paid.body.id, 'r')]
      expect(then.map(({ status }) => status)).toEqual([200, 201, 201])
    },
  )

  it('what is not payable says so first', async () => {
    const paid = await create('earlier', 3_000)
    await listReadAgo(25)
    expect((await pay(`ord_${'0'.repeat(32)}`)).status).toBe(404)
    expect((await refund(`pay_${'0'.repeat(32)}`, 'r')).status).toBe(404)
    expect((await create('earlier', 3_000)).body.id).toBe(paid.body.id)
  })

  it.each([23, 0])('%d hours are not too old', async (hours) => {
    await listReadAgo(hours)
    expect((await create('k', 2_000)).status).toBe(201)
  })
})

describe('ids', () => {
  it('a refund that was lost with its payment is the same refund', async () => {
    const { body } = await create('k', 2_000)
    const first = await refund(body.id, 'r', 500)
    await forget()
    expect((await create('k', 2_000)).body.id).toBe(body.id)
    expect((await refund(body.id, 'r', 500)).body.id).toBe(first.body.id)
    expect(await only('amount::int', 'gateway_simulator.refund')).toEqual([{ amount: 500 }])
  })

  it('an order’s id, which opens its checkout, cannot be worked out from its key', async () => {
    const place = () =>
      product.api(
        'POST',
        '/api/v1/orders',
        { currency: 'EUR', items: [{ name: 'T-shirt', quantity: 1, unitAmount: 1_200 }] },
        { 'idempotency-key': 'order-17' },
      )
    const first = await place()
    await forget()
    expect((await place()).body.id).not.toBe(first.body.id)
  })

  it('a payment that a server of the version before began is settled under the key it was begun with', async () => {
    await create('k', 2_000)
    const [id, key] = [uuidv7(), uuidv7()]
    await product.owner.query(`BEGIN; SET LOCAL session_replication_role = replica;
      UPDATE payment SET id = '${id}', gateway_key = '${key}', status = 'sending', gateway_ref = NULL;
      UPDATE gateway_simulator.request SET idempotency_key = '${key}'; UPDATE gateway_simulator.charge SET idempotency_key = '${key}';
      UPDATE orders SET status = 'open' WHERE id = (SELECT order_id FROM payment); DELETE FROM entry; DELETE FROM ledger_transaction; DELETE FROM outbox_event; DELETE FROM payment_charge;
      UPDATE idempotency_record SET subject_id = '${id}', state = 'sending', status = NULL, problem = NULL, answer = NULL; COMMIT`)
    expect(await recover()).toBe(1)
    const replay = await create('k', 2_000)
    expect([replay.status, readId('pay', replay.body.id)]).toEqual([201, id])
    expect([await charges(), await product.count('captures')]).toEqual([1, 1])
  })
})
