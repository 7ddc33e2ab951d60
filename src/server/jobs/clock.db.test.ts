import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { openTestProduct, type TestProduct } from '../testing/product'
import { followClock } from './clock'

/** T2: the database's clock is put back. Seen from the database, what was stored before lies further ahead. */
let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct()
})
afterAll(() => product.close())
beforeEach(() => product.owner.query('UPDATE database_clock SET seen_at = now(), put_back_at = NULL'))

const HOURS = 2

async function one<T = string>(query: string, values: unknown[] = []): Promise<T> {
  return Object.values((await product.owner.query(query, values)).rows[0])[0] as T
}
const putBack = () =>
  product.owner.query(`UPDATE database_clock SET seen_at = now() + $1 * interval '1 hour'`, [HOURS])
/** Writes a record under a lease, as it stands after the clock was put back. @returns its id */
const inHand = (leaseEnds: string) =>
  one(
    `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id, lease_until)
     VALUES ($1, gen_random_uuid()::text, 's', 'test', 'k', 'f', 1, 'sending', gen_random_uuid(), 'w', gen_random_uuid(), now() + $2::interval) RETURNING id`,
    [uuidv7(), leaseEnds],
  )
const leaseOver = (id: string) =>
  one<boolean>('SELECT lease_until < now() FROM idempotency_record WHERE id = $1', [id])
/** Rows that wait for an instant: a table, the column of its instant, and its other columns that have no default. */
const WAITING = {
  stripe_event: [
    'next_at',
    {
      account: 'platform',
      id: 'evt_1',
      type: 'charge.updated',
      object_id: 'ch_1',
      created_at: 'now',
      facts: '{}',
      source: 'webhook',
    },
  ],
  webhook_delivery: [
    'next_at',
    {
      merchant_id: uuidv7(),
      id: uuidv7(),
      endpoint_id: uuidv7(),
      event_id: uuidv7(),
      event_type: 'payment.succeeded',
      body: '{}',
    },
  ],
  surplus_charge: [
    'next_try_at',
    {
      merchant_id: uuidv7(),
      gateway_ref: 'ch_1',
      payment_id: uuidv7(),
      transaction_id: uuidv7(),
      amount: 5,
      currency: 'EUR',
    },
  ],
  dispute: ['next_check_at', { merchant_id: uuidv7(), gateway: 'simulator', ref: 'dp_1', currency: 'EUR' }],
} as const
const NAMES = Object.keys(WAITING) as (keyof typeof WAITING)[]

/** Writes one row of the table that waits until the instant, without those that it refers to. */
async function wait(table: keyof typeof WAITING, until: string): Promise<void> {
  const [instant, others] = WAITING[table]
  const columns = Object.keys(others)
  await product.owner.query('BEGIN; SET LOCAL session_replication_role = replica')
  await product.owner.query(`DELETE FROM ${table}`)
  await product.owner.query(
    `INSERT INTO ${table} (${instant}, ${columns}) VALUES (now() + $1::interval, ${columns.map((_, at) => `$${at + 2}`)})`,
    [until, ...Object.values(others)],
  )
  await product.owner.query('COMMIT')
}
const secondsOf = (table: keyof typeof WAITING) =>
  one<number>(`SELECT round(extract(epoch FROM ${WAITING[table][0]} - now()))::int FROM ${table}`)

test('a payment in hand when the clock was put back waits for its lease no longer, and one begun since keeps its own', async () => {
  const before = await inHand(`${HOURS} hours 20 seconds`)
  const since = await inHand('25 seconds')
  expect(await followClock(product.deps)).toBe(0)
  expect(await leaseOver(before)).toBe(false)
  await putBack()
  expect(await followClock(product.deps)).toBe(1)
  expect([await leaseOver(before), await leaseOver(since)]).toEqual([true, false])
})

test('work that was begun before and stored after it is found for a minute more', async () => {
  await putBack()
  await followClock(product.deps)
  const late = await inHand(`${HOURS} hours 20 seconds`)
  expect(await followClock(product.deps)).toBe(1)
  expect(await leaseOver(late)).toBe(true)
  await product.owner.query(`UPDATE database_clock SET put_back_at = now() - interval '61 seconds'`)
  await inHand(`${HOURS} hours 20 seconds`)
  expect(await followClock(product.deps)).toBe(0)
})

test.each(NAMES)(
  'what waits in %s is brought forward by what the clock was put back, once',
  async (table) => {
    await wait(table, `${HOURS} hours 5 minutes`)
    await putBack()
    await Promise.all(Array.from({ length: 3 }, () => followClock(product.deps)))
    const seconds = await secondsOf(table)
    expect([seconds > 240, seconds <= 301]).toEqual([true, true])
    // What is due stays so.
    await wait(table, '-3 seconds')
    await putBack()
    await followClock(product.deps)
    expect(await secondsOf(table)).toBeGreaterThan(-240)
  },
)

test('a clock that goes forward, and one that is set by less than the job is late, change nothing', async () => {
  const held = await inHand(`${HOURS} hours`)
  await product.owner.query(`UPDATE database_clock SET seen_at = now() - interval '1 day'`)
  expect(await followClock(product.deps)).toBe(0)
  await product.owner.query(`UPDATE database_clock SET seen_at = now() + interval '1 second'`)
  expect(await followClock(product.deps)).toBe(0)
  expect(await leaseOver(held)).toBe(false)
})
