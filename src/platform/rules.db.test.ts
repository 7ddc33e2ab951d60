import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { openPool } from './db'

/**
 * What the two roles may not do, attacked by SQL as they are; and the rules of orders and records, which hold
 * for their owner too: the product's own role may not even choose the columns that break them
 * (`rights.db.test.ts`).
 */
const OURS = uuidv7()
const ORDER = uuidv7()

let database: TestDatabase
let app: pg.Pool
let bank: pg.Pool
let owner: pg.Pool

beforeAll(async () => {
  database = await testDatabase()
  app = openPool(database.appUrl, { max: 2, name: 'rules-app' })
  owner = openPool(database.url, { max: 2, name: 'rules-owner' })
  bank = openPool(database.bankUrl, { max: 1, name: 'rules-bank' })
  await app.query(`INSERT INTO merchant (id, name) VALUES ($1, 'A')`, [OURS])
  await app.query(`INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, 'EUR', 2400)`, [
    OURS,
    ORDER,
  ])
})
afterAll(async () => {
  await Promise.all([app.end(), bank.end(), owner.end()])
  await database.drop()
})

describe('orders', () => {
  it.each([
    ['an amount of zero', `'EUR', 0, 'open'`, /orders_amount/],
    ['a currency of two letters', `'EU', 1, 'open'`, /orders_currency/],
    ['a status of its own', `'EUR', 1, 'refunded'`, /orders_status/],
  ])('refuse %s', async (_, values, says) => {
    await expect(
      owner.query(
        `INSERT INTO orders (merchant_id, id, currency, amount, status) VALUES ('${OURS}', gen_random_uuid(), ${values})`,
      ),
    ).rejects.toThrow(says)
  })

  it.each([
    ['a quantity of zero', '0, 1', /order_item_quantity/],
    ['a negative price', '1, -1', /order_item_unit_amount/],
  ])('refuse an item with %s', async (_, values, says) => {
    await expect(
      app.query(`INSERT INTO order_item VALUES ('${OURS}', '${ORDER}', 1, 'x', ${values})`),
    ).rejects.toThrow(says)
  })
})

describe('the roles', () => {
  const denied = { code: '42501' }
  it.each([
    `INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency) VALUES ('x', 'x', 1, 'EUR')`,
    'UPDATE gateway_simulator.charge SET amount = 1',
    'DELETE FROM gateway_simulator.charge',
    'SELECT * FROM gateway_simulator.request',
    'CREATE TABLE mine (x int)',
    'CREATE TABLE gateway_simulator.mine (x int)',
    'ALTER TABLE payment ADD COLUMN x int',
    'DROP TABLE payment',
    'DROP INDEX payment_of_order',
    'DROP TRIGGER payment_one_live_per_order ON payment',
    'ALTER TABLE payment DISABLE TRIGGER payment_one_per_charge',
    'ALTER TABLE payment DISABLE TRIGGER payment_move_is_legal',
    'CREATE SCHEMA mine',
    'DELETE FROM payment',
    'DELETE FROM orders',
    'TRUNCATE payment',
    'TRUNCATE idempotency_record',
    'DELETE FROM audit_log',
    'UPDATE audit_log SET actor = actor',
    'DELETE FROM job_health',
    'CREATE ROLE mine',
    'SELECT * FROM pg_authid',
  ])('the product may not: %s', async (attack) => {
    await expect(app.query(attack)).rejects.toMatchObject(denied)
  })

  it('the product may read the bank’s count: it proves ours', async () => {
    await app.query('SELECT * FROM gateway_simulator.charge')
  })

  it.each([
    'payment',
    'orders',
    'idempotency_record',
    'attempt',
    'entry',
    'ledger_transaction',
    'operator',
    'merchant',
  ])('the bank sees nothing of %s', async (table) => {
    await expect(bank.query(`SELECT * FROM ${table}`)).rejects.toMatchObject(denied)
  })
})

describe('a record', () => {
  const record = (columns: Record<string, unknown>) => {
    const row = {
      merchant_id: OURS,
      id: uuidv7(),
      scope: 's',
      operation: 'o',
      key: 'k',
      fingerprint: 'f',
      fingerprint_version: 1,
      token: uuidv7(),
      worker: 'w',
      ...columns,
    }
    const names = Object.keys(row)
    return owner.query(
      `INSERT INTO idempotency_record (${names}) VALUES (${names.map((_, index) => `$${index + 1}`)})`,
      Object.values(row),
    )
  }
  const answered = { status: 200, answer: '{}', completed_at: new Date() }

  it.each<[string, Record<string, unknown>]>([
    ['claimed', {}],
    ['sending', { state: 'sending' }],
    ['unknown without an answer', { state: 'unknown' }],
    ['unknown with one', { state: 'unknown', status: 200, answer: '{}' }],
    ['completed', { state: 'completed', ...answered }],
    ['a tombstone', { state: 'tombstone' }],
    ['with the longest key', { key: 'k'.repeat(255) }],
  ])('may be %s', async (_, columns) => {
    await record(columns)
  })

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'completed without an answer',
      { state: 'completed', ...answered, answer: null },
      /idempotency_record_completed/,
    ],
    [
      'completed without a status',
      { state: 'completed', ...answered, status: null },
      /idempotency_record_completed/,
    ],
    [
      'completed without its time',
      { state: 'completed', ...answered, completed_at: null },
      /idempotency_record_completed/,
    ],
    ['claimed with an answer', { state: 'claimed', ...answered }, /idempotency_record_completed/],
    ['sending with an answer', { state: 'sending', ...answered }, /idempotency_record_completed/],
    ['in a state of its own', { state: 'paused' }, /idempotency_record_state/],
    ['without a key', { key: '' }, /idempotency_record_key/],
    ['with a key of 256 characters', { key: 'k'.repeat(256) }, /idempotency_record_key/],
    ['with a fence of zero', { fence: 0 }, /idempotency_record_fence/],
  ])('may not be %s', async (_, columns, says) => {
    await expect(record(columns)).rejects.toThrow(says)
  })

  it('there is one for a key', async () => {
    const id = uuidv7()
    await record({ id })
    await expect(record({ id })).rejects.toThrow(/idempotency_record_pkey/)
  })
})
