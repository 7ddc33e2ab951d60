import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeSample } from '@/access/sample'
import { uuidv7 } from '@/lib/id'
import { SYSTEM } from '@/platform/audit'
import { type Db, openDb, openPool } from '@/platform/db'
import { deleteRemovedSample } from '../../prisma/delete-sample'
import { catchUp } from '../../prisma/fill'
import { seed } from '../../prisma/seed'
import { operatorCommand } from './operator'
import { seedSample } from './sample'
import { type TestDatabase, testDatabase } from './test/database'
import { check } from './verify'

/** The sample shop from the first start to the start after its removal, in this order. */

let database: TestDatabase
let pool: pg.Pool
let owner: pg.Pool
let db: Db
let merchantId: string

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.appUrl, { max: 2, name: 'test' })
  owner = openPool(database.url, { max: 2, name: 'test' })
  db = openDb(pool)
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})

const NO_WRAPPING = () => {
  throw new Error('no key is needed')
}

const seedHere = () => seedSample({ ownerUrl: database.url, databaseUrl: database.appUrl })
const seedShop = () =>
  seed(db, {
    secret: 'a secret of thirty-two characters',
    baseUrl: 'http://localhost:3000',
    password: undefined,
    apiKey: undefined,
  })
const brokenNow = async () => {
  const ownerDb = openDb(owner)
  const { findings } = await check(ownerDb)
  await ownerDb.$disconnect()
  return findings.filter(({ offenders }) => offenders.length > 0)
}
const one = async <Row>(query: string, values: unknown[] = []) =>
  (await owner.query(query, values)).rows[0] as Row
/** Rows of the sample in every table that has merchants, and what the bank has beside them. */
async function rowsOfSample(sample: string): Promise<Record<string, number>> {
  const { rows } = await owner.query(
    `SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE column_name = 'merchant_id' AND table_schema = 'public' AND table_type = 'BASE TABLE'`,
  )
  const found: Record<string, number> = {}
  for (const { table_name: table } of rows) {
    const { n } = await one<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE merchant_id = $1`, [
      sample,
    ])
    if (n > 0) found[table] = n
  }
  return found
}

test('the first start writes a week that ends now, with every invariant true at once', async () => {
  await seedHere()
  expect(await brokenNow()).toEqual([])
  ;({ merchantId } = await seedShop())
  expect(
    await one(
      `SELECT count(*)::int AS payments, count(*) FILTER (WHERE p.created_at < now() - interval '8 days' OR p.created_at > now())::int AS elsewhere,
         count(*) FILTER (WHERE p.created_at > now() - interval '1 day')::int > 10 AS today, count(*) FILTER (WHERE status = 'declined')::int AS declined,
         count(*) FILTER (WHERE refunded_amount > 0)::int > 1 AS refunded, count(*) FILTER (WHERE status = 'unknown')::int AS parked,
         (SELECT count(*)::int FROM surplus_charge WHERE status = 'refunded') AS twice, (SELECT count(*)::int > 10 FROM attempt WHERE outcome = 'replayed') AS repeated,
         bool_and(m.mode = 'sample') AS "ofSample"
       FROM payment p JOIN merchant m ON m.id = p.merchant_id`,
    ),
  ).toEqual({
    payments: 160,
    elsewhere: 0,
    today: true,
    declined: 14,
    refunded: true,
    parked: 1,
    twice: 1,
    repeated: true,
    ofSample: true,
  })
  expect(await one('SELECT kind, money FROM alert WHERE ended_at IS NULL')).toEqual({
    kind: 'parked',
    money: true,
  })
})

test('what the worker counts and copies of it leaves every invariant true', async () => {
  await catchUp(db)
  expect(await brokenNow()).toEqual([])
})

test('it is written once, and never into a sandbox that has a shop', async () => {
  await seedHere()
  await owner.query(`UPDATE merchant SET mode = 'test' WHERE mode = 'sample'`)
  await seedHere()
  expect(await one(`SELECT count(*)::int AS n FROM merchant WHERE mode = 'sample'`)).toEqual({ n: 0 })
  await owner.query(`UPDATE merchant SET mode = 'sample' WHERE id <> $1`, [merchantId])
})

test('nothing of it is in the own shop, and no command means it', async () => {
  expect(await rowsOfSample(merchantId)).not.toHaveProperty('payment')
  const text = await operatorCommand(['add', '--email', 'ada@example.com', '--role', 'viewer'], {
    databaseUrl: database.appUrl,
    baseUrl: 'http://localhost:3000',
    wrapping: NO_WRAPPING,
  })
  expect(text).toContain('invited to Harbour Goods')
  const { id } = await one<{ id: string }>(`SELECT id FROM merchant WHERE mode = 'sample'`)
  const named = ['add', '--email', 'b@example.com', '--role', 'viewer', '--merchant', id]
  await expect(
    operatorCommand(named, {
      databaseUrl: database.appUrl,
      baseUrl: 'http://localhost:3000',
      wrapping: NO_WRAPPING,
    }),
  ).rejects.toThrow('There is no merchant')
})

test('only the sample is removed by its column, and only by who may', async () => {
  await expect(
    db.$executeRaw`UPDATE merchant SET sample_removed_at = now() WHERE id = ${merchantId}::uuid`,
  ).rejects.toThrow('merchant_only_the_sample_is_removed')
})

test('a start deletes what was removed, row by row, and nothing else; the next one does not write it again', async () => {
  const { id } = await one<{ id: string }>(`SELECT id FROM merchant WHERE mode = 'sample'`)
  const before = await rowsOfSample(merchantId)
  expect(await deleteRemovedSample(database.url)).toBe(false)
  expect(await rowsOfSample(id)).toMatchObject({ payment: 160, alert: 1 })

  expect(await removeSample(db, { merchantId, by: SYSTEM }, uuidv7)).toBe(true)
  expect(await removeSample(db, { merchantId, by: SYSTEM }, uuidv7)).toBe(false)
  expect(await deleteRemovedSample(database.url)).toBe(true)
  expect(await rowsOfSample(id)).toEqual({})
  expect(
    await one(
      `SELECT (SELECT count(*)::int FROM gateway_simulator.charge) + (SELECT count(*)::int FROM gateway_simulator.refund)
         + (SELECT count(*)::int FROM gateway_simulator.request) AS "atTheBank", (SELECT count(*)::int FROM merchant) AS merchants`,
    ),
  ).toEqual({ atTheBank: 0, merchants: 1 })
  expect(await rowsOfSample(merchantId)).toEqual({ ...before, audit_log: (before.audit_log ?? 0) + 1 })
  expect(await brokenNow()).toEqual([])

  await seedShop()
  await seedHere()
  expect(await one('SELECT count(*)::int AS merchants FROM merchant')).toEqual({ merchants: 1 })
})
