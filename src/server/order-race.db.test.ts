import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * A change of an order against its payment ends in one of two truths: the payment is of the old version, and the change is refused; or the change is
 * done, and the payment is refused with "Your basket changed", with nothing asked of the bank.
 */
let product: TestProduct
let cookie: string
let order: string

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '2000' })
  cookie = await product.cookie()
})
afterAll(() => product.close())
beforeEach(async () => {
  order = await product.newOrder()
})

const MORE = { items: [{ name: 'T-shirt', quantity: 3, unitAmount: 1_200 }] }
const uuid = (shown = order) => readId('ord', shown) ?? ''
const pay = (of = order, more: object = {}) =>
  product.pay({ key: `key-${of}`, orderId: of, version: 1, paymentMethod: 'pm_card_visa', ...more }, cookie)
const post = (path: string, body: object = {}, of = order) =>
  product.api('POST', `/api/v1/orders/${of}${path}`, body, { 'idempotency-key': uuidv7() })
const ACTS = {
  change: { act: (of?: string) => post('', MORE, of), refusesPayment: 'order-changed' },
  cancel: { act: (of?: string) => post('/cancel', {}, of), refusesPayment: 'order-closed' },
}
type Act = keyof typeof ACTS

const paymentsOf = (of = order) => product.count('payments', `order_id = '${uuid(of)}'`)
const chargesOf = (of = order) =>
  product.count('charges', `idempotency_key IN (SELECT id::text FROM payment WHERE order_id = '${uuid(of)}')`)
const rowOf = async (of = order) =>
  (
    await product.owner.query(
      'SELECT o.status, o.version, o.amount::int, p.amount::int AS paid FROM orders o LEFT JOIN payment p ON p.order_id = o.id WHERE o.id = $1',
      [uuid(of)],
    )
  ).rows[0]

/** What the two answers and all rows say together. */
async function truthOf(
  name: Act,
  of: string,
  paid: Awaited<ReturnType<typeof pay>>,
  acted: { status: number },
) {
  const counts = [await paymentsOf(of), await chargesOf(of)]
  if (acted.status === 200) {
    expect(paid).toMatchObject({ status: 409, problem: { kind: ACTS[name].refusesPayment } })
    expect(counts).toEqual([0, 0])
    const after = { change: { status: 'open', version: 2, amount: 3_600 }, cancel: { status: 'cancelled' } }
    expect(await rowOf(of)).toMatchObject(after[name])
    return name
  }
  expect(acted).toMatchObject({
    status: 409,
    body: { kind: expect.stringMatching(/^order-(under-payment|closed)$/) },
  })
  expect(paid).toMatchObject({ status: 200, result: { payment: { amount: 2_400 } } })
  expect(counts).toEqual([1, 1])
  expect(await rowOf(of)).toMatchObject({ status: 'paid', version: 1, amount: 2_400, paid: 2_400 })
  return 'pay'
}

/** Holds every payment where it is written, before or after the order guard has looked, until `release`. */
async function holdPayments(when: 'BEFORE' | 'AFTER') {
  await product.owner.query(`
    CREATE OR REPLACE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END $$;
    CREATE TRIGGER aaa_pause ${when} INSERT ON payment FOR EACH ROW EXECUTE FUNCTION pause();
    SELECT pg_advisory_lock(7)`)
  const waiting = async (what: string) =>
    (
      await product.owner.query(
        `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND ${what} AND pid <> pg_backend_pid()`,
      )
    ).rows[0].n
  return {
    untilHeld: () => expect.poll(() => waiting(`locktype = 'advisory'`), { timeout: 20_000 }).toBe(1),
    untilSomebodyWaitsForTheOrder: () =>
      expect
        .poll(() => waiting(`locktype IN ('transactionid', 'tuple')`), { timeout: 20_000 })
        .toBeGreaterThan(0),
    release: () => product.owner.query('SELECT pg_advisory_unlock(7)'),
  }
}
const unhold = () => product.owner.query('SELECT pg_advisory_unlock_all(); DROP TRIGGER aaa_pause ON payment')

describe.each(Object.keys(ACTS) as Act[])('%s against pay', (name) => {
  const { act } = ACTS[name]

  test('committed after the payment had read the order, before it was written: the payment is refused', async () => {
    const held = await holdPayments('BEFORE')
    try {
      const paying = pay()
      await held.untilHeld()
      const acted = await act()
      expect(acted.status).toBe(200)
      await held.release()
      expect(await truthOf(name, order, await paying, acted)).toBe(name)
    } finally {
      await unhold()
    }
  })

  test('sent while the payment is being written: it waits, and is refused', async () => {
    const held = await holdPayments('AFTER')
    try {
      const paying = pay()
      await held.untilHeld()
      const acting = act()
      await held.untilSomebodyWaitsForTheOrder()
      await held.release()
      expect(await truthOf(name, order, await paying, await acting)).toBe('pay')
    } finally {
      await unhold()
    }
  })

  test('80 orders, each paid and acted on in one moment: every one ends in one of the two truths', async () => {
    const orders = await Promise.all(Array.from({ length: 80 }, () => product.newOrder()))
    const truths = await Promise.all(
      orders.map(async (of, index) => {
        // Whoever is sent first has the better chance, so each is first in a half of them, and behind by more each time.
        const later = async <T>(act: () => Promise<T>) => {
          for (let turn = 0; turn < index; turn++) await new Promise(setImmediate)
          return act()
        }
        const [paid, acted] = await Promise.all(
          index % 2 ? [pay(of), later(() => act(of))] : [later(() => pay(of)), act(of)],
        )
        return truthOf(name, of, paid, acted)
      }),
    )
    // Positive control: both happened.
    expect(new Set(truths)).toEqual(new Set([name, 'pay']))
    expect(
      (await product.owner.query('SELECT * FROM integrity_across.payment_is_of_its_order')).rows,
    ).toEqual([])
    expect(
      (await product.owner.query('SELECT * FROM integrity_across.order_is_the_sum_of_its_items')).rows,
    ).toEqual([])
  })
})

test('the same amount in other items is another version all the same', async () => {
  const held = await holdPayments('BEFORE')
  try {
    const paying = pay()
    await held.untilHeld()
    expect((await post('', { items: [{ name: 'Jacket', quantity: 1, unitAmount: 2_400 }] })).status).toBe(200)
    await held.release()
    expect(await paying).toMatchObject({ status: 409, problem: { kind: 'order-changed' } })
    expect(await paymentsOf()).toBe(0)
  } finally {
    await unhold()
  }
})

test('two changes of one version: one is done, the other learns that it came too late', async () => {
  const change = (quantity: number) =>
    post('', { version: 1, items: [{ name: 'T-shirt', quantity, unitAmount: 1_200 }] })
  const statuses = (await Promise.all([change(3), change(4), change(5)])).map(({ status }) => status)
  expect(statuses.sort()).toEqual([200, 409, 409])
  expect(await rowOf()).toMatchObject({ version: 2 })
})

test.each([
  ['pm_card_timeout_after_charge', 'unknown'],
  ['pm_card_challenge', 'requires_action'],
])(
  'a payment with %s is %s: change and cancellation are refused with its name',
  async (paymentMethod, paymentStatus) => {
    await pay(order, { paymentMethod })
    const { rows } = await product.owner.query('SELECT id::text, status FROM payment WHERE order_id = $1', [
      uuid(),
    ])
    const payment = `pay_${rows[0].id.replaceAll('-', '')}`
    expect(rows[0].status).toBe(paymentStatus)
    for (const { act } of Object.values(ACTS))
      expect(await act()).toMatchObject({
        status: 409,
        body: {
          kind: 'order-under-payment',
          payment,
          paymentUrl: `/api/v1/payments/${payment}`,
          paymentStatus,
          detail: expect.stringContaining('Nothing was changed'),
        },
      })
    // Nor does it expire, though its time passes now.
    await expect(
      product.deps.pool.query(`UPDATE orders SET status = 'expired' WHERE id = $1`, [uuid()]),
    ).rejects.toThrow(/a payment holds order/)
    expect(await rowOf()).toMatchObject({ status: 'open', version: 1, amount: 2_400 })
  },
)

test('a payment that has ended unpaid holds nothing: the same request is done then', async () => {
  await pay(order, { paymentMethod: 'pm_card_declined' })
  expect(await post('', MORE)).toMatchObject({ status: 200, body: { version: 2, amount: 3_600 } })
  expect(await pay(order, { key: 'other', version: 2 })).toMatchObject({
    status: 200,
    result: { payment: { amount: 3_600 } },
  })
})
