import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openPool } from '@/platform/db'
import { freePort } from '@/setup/process/port'
import type { FaultOrder } from '../../lab/bank/script'
import { type LabBank, startLabBank } from '../../lab/bank/server'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * The whole product with its bank at the other end of a network. The lab shows what a fault does to one
 * question; these tests show what the shopper sees of it.
 */
let product: TestProduct
let bank: LabBank
let owner: pg.Pool
let cookie: string
let order: string

beforeAll(async () => {
  const port = await freePort()
  product = await openTestProduct({
    PAYONCE_BANK_URL: `http://127.0.0.1:${port}`,
    PAYONCE_GATEWAY_TIMEOUT_MS: '1000',
  })
  owner = openPool(product.owner.options.connectionString as string, {
    max: 2,
    name: 'bank-apart',
  })
  bank = await startLabBank({ databaseUrl: product.owner.options.connectionString as string, port })
  cookie = await product.cookie()
})
afterAll(async () => {
  await bank.close()
  await owner.end()
  await product.close()
})
beforeEach(async () => {
  bank.script.clear()
  order = await product.newOrder()
})

const pay = (paymentMethod = 'pm_card_visa') =>
  product.pay({ key: `key-${order}`, orderId: order, version: 1, paymentMethod }, cookie)
const script = (fault: FaultOrder['fault'], on: FaultOrder['on'] = 'charge') =>
  bank.script.add([{ fault, on, key: null, next: 1, ms: 0 }])
const uuid = () => order.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const payments = () => `(SELECT id FROM payment WHERE order_id = '${uuid()}')`
const charges = () =>
  product.count('charges', `idempotency_key::uuid IN ${payments()} AND refunded_amount < amount`)
const captures = () => product.count('captures', `payment_id IN ${payments()} AND kind = 'capture'`)
const statusNow = async () =>
  (await owner.query(`SELECT status FROM payment WHERE order_id = '${uuid()}'`)).rows[0].status
/** The resolver looks at what is in doubt, as if so much time had passed. */
const settleDoubt = async (age = '1 minute') => {
  await owner.query(
    `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state IN ('sending', 'unknown')`,
  )
  await owner.query(
    `UPDATE payment SET created_at = now() - $1::interval WHERE status IN ('sending', 'unknown', 'requires_action')`,
    [age],
  )
  await product.deps.engine.recover(product.deps.operations.pay, 20, 'test')
}

describe('paying over the network', () => {
  it('positive control: 10 presses are one charge', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => pay()))
    expect(replies.map((reply) => reply.result?.payment.status)).toEqual(Array(10).fill('succeeded'))
    expect([await charges(), await captures()]).toEqual([1, 1])
  })

  it.each<[string, FaultOrder['fault'], number]>([
    ['G1', 'error-before', 502],
    ['G1', 'silence-before', 502],
    ['G2', 'silence-after', 200],
    ['G3', 'error-after', 200],
    ['G6', '429', 502],
    ['G10', 'truncated', 200],
    ['N9', 'refuse', 502],
  ])(
    '%s F25 %s: the shopper learns that it is being checked; then the bank’s own answer decides',
    async (_, fault, status) => {
      script(fault)
      expect(await pay()).toMatchObject({
        status: 409,
        problem: { kind: 'outcome-unknown', safeNewKey: false },
      })
      await settleDoubt()
      expect((await pay()).status).toBe(status)
      expect([await charges(), await captures()]).toEqual(status === 200 ? [1, 1] : [0, 0])
    },
  )

  it.each(['wrong-amount', 'wrong-currency'] as const)(
    'G8 %s: no answer, no money in the books, and no second charge',
    async (fault) => {
      script(fault)
      expect(await pay()).toMatchObject({ status: 409, problem: { kind: 'outcome-unknown' } })
      await settleDoubt()
      expect(await pay()).toMatchObject({ status: 409 })
      expect([await charges(), await captures()]).toEqual([1, 0])
    },
  )

  it('G4 charged twice: paid once, and the reconciler gives the other back', async () => {
    script('twice')
    expect(await pay()).toMatchObject({ status: 200 })
    expect(await charges()).toBe(2)
    expect(await product.deps.reconcile()).toMatchObject({ refunded: 1, alerts: 0 })
    expect([await charges(), await captures()]).toEqual([1, 1])
  })

  it('a challenge is answered at the bank, through our page', async () => {
    const { result } = await pay('pm_card_challenge')
    const body = new URLSearchParams({ answer: 'confirm', return: `/checkout/${order}` }).toString()
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'http://localhost:3000',
    }
    expect((await product.call(result?.actionUrl ?? '', { method: 'POST', headers, body })).status).toBe(303)
    await settleDoubt()
    expect(await pay('pm_card_challenge')).toMatchObject({
      status: 200,
      result: { payment: { status: 'succeeded' } },
    })
    expect([await charges(), await captures()]).toEqual([1, 1])
  })

  it('an abandoned challenge lets go of its order: declined, and another card may pay', async () => {
    await pay('pm_card_challenge')
    await owner.query(
      `UPDATE gateway_simulator.request SET created_at = now() - interval '16 minutes' WHERE idempotency_key::uuid IN ${payments()}`,
    )
    await settleDoubt()
    expect(await pay('pm_card_challenge')).toMatchObject({ status: 402 })
    expect(
      await product.pay(
        { key: `again-${order}`, orderId: order, version: 1, paymentMethod: 'pm_card_visa' },
        cookie,
      ),
    ).toMatchObject({
      status: 200,
    })
    expect([await charges(), await captures()]).toEqual([1, 1])
  })

  it('G5 F24 a key that the bank has forgotten a day later: still being checked, and never charged again', async () => {
    script('silence-after')
    await pay()
    await owner.query(`DELETE FROM gateway_simulator.request WHERE idempotency_key::uuid IN ${payments()}`)
    await settleDoubt('25 hours')
    expect(await pay()).toMatchObject({
      status: 409,
      problem: { kind: 'outcome-unknown', safeNewKey: false },
    })
    expect([await statusNow(), await charges(), await captures()]).toEqual(['unknown', 1, 0])
  })

  it('G5 a minute later the same silence of the bank does count: not charged', async () => {
    script('silence-before')
    await pay()
    await settleDoubt()
    expect([await statusNow(), await charges()]).toEqual(['not_charged', 0])
  })
})

describe('G11 the bank is away', () => {
  it('after ten doubts nothing new is begun: 503, no trace; what is stored is replayed; and the bank’s next answer opens the way', async () => {
    await pay()
    const [paid, orders] = [order, [] as string[]]
    bank.script.add([{ fault: 'refuse', on: 'charge', key: null, next: 10, ms: 0 }])
    for (let doubt = 0; doubt < 10; doubt++) {
      order = await product.newOrder()
      orders.push(order)
      expect((await pay()).problem?.kind).toBe('outcome-unknown')
    }
    order = await product.newOrder()
    const refused = await pay()
    expect(refused).toMatchObject({
      status: 503,
      problem: { kind: 'unavailable', retry: 'same-key', safeNewKey: false },
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await product.count('records', `key = 'key-${order}'`)).toBe(0)
    const late = order
    order = paid
    expect((await pay()).result?.idempotency.outcome).toBe('replayed')

    await settleDoubt()
    for (order of orders) expect((await pay()).problem?.kind).toBe('not-charged')
    order = late
    await vi.waitFor(async () => expect((await pay()).result?.payment.status).toBe('succeeded'), {
      timeout: 8_000,
      interval: 500,
    })
    expect([await charges(), await captures()]).toEqual([1, 1])
  })
})
