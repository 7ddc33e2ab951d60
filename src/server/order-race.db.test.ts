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
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '25000' })
  cookie = await product.cookie()
  await product.owner.query(PAUSES)
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

/** Advisory locks at which payments wait while the test holds them: before the order guard looks, and when the row is written. */
const AT = { beforeGuard: 7, written: 8 }

/** In place for the whole file: a trigger that comes and goes would make the sessions plan anew in the middle of a race. */
const PAUSES = `
  CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::int); RETURN NEW; END $$;
  CREATE TRIGGER aaa_pause BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION pause(${AT.beforeGuard});
  CREATE TRIGGER aaa_pause_written AFTER INSERT ON payment FOR EACH ROW EXECUTE FUNCTION pause(${AT.written})`

const waiting = async (what: string) =>
  (
    await product.owner.query(
      `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND ${what} AND pid <> pg_backend_pid()`,
    )
  ).rows[0].n

/** Pays the order, and holds its payment there while `act` runs; the answer of the payment, which goes on when `act` says so or has ended. */
async function payHeld<T>(at: number, act: (release: () => Promise<void>) => Promise<T>) {
  // A lock belongs to its session, and the owner has several.
  const session = await product.owner.connect()
  const release = async () => void (await session.query('SELECT pg_advisory_unlock_all()'))
  await session.query('SELECT pg_advisory_lock($1)', [at])
  try {
    const paying = pay()
    await expect.poll(() => waiting(`locktype = 'advisory'`), { timeout: 8_000 }).toBe(1)
    const acted = await act(release)
    await release()
    return { paid: await paying, acted }
  } finally {
    await release()
    session.release()
  }
}

describe.each(Object.keys(ACTS) as Act[])('%s against pay', (name) => {
  const { act } = ACTS[name]

  test('committed after the payment had read the order, before it was written: the payment is refused', async () => {
    const { paid, acted } = await payHeld(AT.beforeGuard, () => act())
    expect(await truthOf(name, order, paid, acted)).toBe(name)
  })

  test('sent while the payment is being written: it waits, and is refused', async () => {
    const { paid, acted } = await payHeld(AT.written, async (release) => {
      const acting = act()
      const queued = () => waiting(`locktype IN ('transactionid', 'tuple')`)
      await expect.poll(queued, { timeout: 8_000 }).toBeGreaterThan(0)
      await release()
      return acting
    })
    expect(await truthOf(name, order, paid, acted)).toBe('pay')
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
  const { paid, acted } = await payHeld(AT.beforeGuard, () =>
    post('', { items: [{ name: 'Jacket', quantity: 1, unitAmount: 2_400 }] }),
  )
  expect(acted.status).toBe(200)
  expect(paid).toMatchObject({ status: 409, problem: { kind: 'order-changed' } })
  expect(await paymentsOf()).toBe(0)
})

test('two changes of one version: one is done, the other learns that it came too late', async () => {
  const change = (quantity: number) =>
    post('', { version: 1, items: [{ name: 'T-shirt', quantity, unitAmount: 1_200 }] })
  const statuses = (await Promise.all([change(3), change(4), change(5)])).map(({ status }) => status)
  expect(statuses.sort()).toEqual([200, 409, 409])
  expect(await rowOf()).toMatchObject({ version: 2 })
})

test.each([
  ['pm_card_error_after_charge', 'unknown'],
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
