import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { PrismaStore } from './prisma'
import { findRecord, listRecords } from './read'
import { expireAnswers } from './record-sql'

/* What retention leaves of a record: decision 0082. */

/** The header of a row in PostgreSQL, with a bit for each of 27 columns; `pg_column_size` counts it. */
const HEADER_BYTES = 32
const MERCHANT = uuidv7()
const KEY = 'k'.repeat(255)

let database: TestDatabase
let owner: pg.Pool
let app: pg.Pool
let db: Db
let store: PrismaStore

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'tombstone-owner' })
  app = openPool(database.appUrl, { max: 2, name: 'tombstone-app' })
  db = openDb(app)
  store = new PrismaStore(db, 'worker', uuidv7)
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'Shop')`, [MERCHANT])
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([app.end(), owner.end()])
  await database.drop()
})

/** A record with everything that one can have, completed. @returns its id, as long as every id is */
async function completed(): Promise<string> {
  const id = `${uuidv7()}-------`
  await owner.query(
    `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, fields, state, token, worker,
       subject_id, status, problem, answer, headers, completed_at, fence, tries, failures)
     VALUES ($1, $2, 'the scope', 'payments.create', $3, 'f', 1, '{"/amount":"x"}', 'completed', $4, 'worker', $5, 402, 'payment-declined',
       '{}', '{}', now(), 7, 3, 2)`,
    [MERCHANT, id, KEY, uuidv7(), uuidv7()],
  )
  return id
}

async function expire(): Promise<void> {
  await owner.query(`UPDATE idempotency_record SET expires_at = now() - interval '1 second'`)
  while ((await store.expireAnswers(100)) > 0);
}

it('a tombstone has 120 bytes or less in its columns, whatever the record had', async () => {
  const id = await completed()
  await expire()
  const { rows } = await owner.query(
    `SELECT pg_column_size(r) AS bytes, r.* FROM idempotency_record r WHERE id = $1`,
    [id],
  )
  const { bytes, ...columns } = rows[0]
  expect(id).toHaveLength(43)
  expect(bytes - HEADER_BYTES).toBeLessThanOrEqual(120)
  const kept = Object.keys(columns).filter((name) => columns[name] !== null)
  expect(kept.sort()).toEqual([
    'created_at',
    'expires_at',
    'fence',
    'fingerprint_version',
    'id',
    'lease_until',
    'merchant_id',
    'state',
    'subject_id',
  ])
})

it('touches no index of the record when it expires', async () => {
  const id = await completed()
  await owner.query(`UPDATE idempotency_record SET expires_at = now() - interval '1 second' WHERE id = $1`, [
    id,
  ])
  const client = await owner.connect()
  try {
    await client.query('BEGIN')
    // Counts of this connection that are not reported yet are among them.
    const count = async () =>
      (
        await client.query(
          `SELECT n_tup_upd::int AS changed, n_tup_hot_upd::int AS in_place FROM pg_stat_xact_user_tables WHERE relname = 'idempotency_record'`,
        )
      ).rows[0]
    const before = await count()
    await client.query(expireAnswers(100))
    expect(await count()).toEqual({ changed: before.changed + 1, in_place: before.in_place + 1 })
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
})

it('forgets the copy of the key for searches, and copies none again', async () => {
  const id = await completed()
  await owner.query(
    `INSERT INTO record_key (merchant_id, day, key, record_id) SELECT merchant_id, day_of(created_at), key, id FROM idempotency_record WHERE id = $1`,
    [id],
  )
  await expire()
  const copies = async () =>
    (await owner.query('SELECT FROM record_key WHERE merchant_id = $1', [MERCHANT])).rowCount
  expect(await copies()).toBe(0)
  await owner.query(`INSERT INTO search_changed (merchant_id, kind, id) VALUES ($1, 'record', $2)`, [
    MERCHANT,
    id,
  ])
  await owner.query('SELECT index_searches(100)')
  expect(await copies()).toBe(0)
  expect((await owner.query('SELECT * FROM integrity_across.everything_is_found')).rows).toEqual([])
})

it('is listed: its attempts name the operation for as long as they are kept', async () => {
  const [named, unnamed] = [await completed(), await completed()]
  await owner.query(
    `INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, status, source, request_id, worker, at, duration_ms)
     VALUES ($1, $2, $3, 'payments.create', 'executed', 402, 'api', 'r', 'worker', now(), 1)`,
    [MERCHANT, uuidv7(), named],
  )
  await expire()
  const records = await listRecords(db, MERCHANT, { state: 'tombstone', limit: 10 })
  const operationOf = (id: string) => records.find((record) => record.id === id)?.operation
  expect([operationOf(named), operationOf(unnamed)]).toEqual(['payments.create', 'deleted'])
  expect(await findRecord(db, MERCHANT, named)).toMatchObject({
    key: 'deleted',
    scope: 'deleted',
    operation: 'payments.create',
    fingerprint: 'deleted',
    fence: 7,
  })
})

it('nothing is taken from a record that can still execute or answer', async () => {
  const id = await completed()
  const update = (set: string) =>
    app.query(`UPDATE idempotency_record SET ${set} WHERE merchant_id = $1 AND id = $2`, [MERCHANT, id])
  for (const column of [
    'scope',
    'operation',
    'key',
    'fingerprint',
    'token',
    'worker',
    'held_since',
    'tries',
    'failures',
  ])
    await expect(update(`${column} = NULL`)).rejects.toThrow(/idempotency_record_whole/)
  await expect(update(`scope = 'another'`)).rejects.toThrow(/keeps its scope/)
  await expect(update(`operation = 'another'`)).rejects.toThrow(/keeps its scope/)
  await expire()
  await expect(update(`state = 'claimed'`)).rejects.toThrow(/tombstone|idempotency_record_whole/)
})
