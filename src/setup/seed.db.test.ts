import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { listPayments } from '@/payments/read'
import { type Db, openDb, openPool } from '@/platform/db'
import { readSeedArguments, seedPayments } from './seed'
import { type TestDatabase, testDatabase } from './test/database'
import { check } from './verify'

let database: TestDatabase
let db: Db
let close: () => Promise<void>
const merchantId = uuidv7()
const PAYMENTS = 700

beforeAll(async () => {
  database = await testDatabase()
  const owner = openPool(database.url, { max: 2, name: 'test' })
  db = openDb(owner)
  close = async () => {
    await db.$disconnect()
    await owner.end()
    await database.drop()
  }
  await owner.query("INSERT INTO merchant (id, name, mode) VALUES ($1, 'Seeded', 'test')", [merchantId])
})
afterAll(() => close())

const seedHere = (ownerUrl: string, onProgress: () => Promise<void> = async () => undefined) =>
  seedPayments({
    ownerUrl,
    databaseUrl: database.appUrl,
    merchantId,
    payments: PAYMENTS,
    onProgress,
  })

test('a seeded shop keeps every invariant, and so does one that is seeded again', async () => {
  for (const turns of [1, 2]) {
    await seedHere(database.url, async () => {
      // While it runs, too: the worker may check at any moment.
      const { findings } = await check(db)
      expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
    })
    const { findings, counted } = await check(db)
    expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
    expect(counted).toMatchObject({ succeeded: turns * PAYMENTS * 0.9, declined: turns * PAYMENTS * 0.08 })
  }
})

test('seeded payments are of the past and alike no more than payments are: refunds, currencies, cards, declines, repeats', async () => {
  const rows = await db.$queryRawUnsafe<Record<string, number>[]>(
    `SELECT count(*) FILTER (WHERE created_at > now())::int AS future, count(*) FILTER (WHERE created_at < now() - interval '91 days')::int AS old,
       count(*) FILTER (WHERE refunded_amount = amount)::int AS refunded, count(*) FILTER (WHERE refunded_amount BETWEEN 1 AND amount - 1)::int AS "partlyRefunded",
       count(DISTINCT currency)::int AS currencies, count(DISTINCT split_part(card_label, ' ', 1))::int AS brands, count(DISTINCT decline_code)::int AS declines
     FROM payment`,
  )
  expect(rows[0]).toMatchObject({ future: 0, old: 0, currencies: 3, brands: 3, declines: 3 })
  expect(rows[0]?.refunded).toBeGreaterThan(5)
  expect(rows[0]?.partlyRefunded).toBeGreaterThan(5)
})

test('seeded payments are found at once, without a worker', async () => {
  expect(await listPayments(db, merchantId, { text: 'visa', limit: 5 })).toHaveLength(5)
})

test('nothing of the past is sent to webhooks', async () => {
  const rows = await db.$queryRawUnsafe<unknown[]>('SELECT FROM outbox_event WHERE xid IS NOT NULL')
  expect(rows).toEqual([])
})

test('a user who may not turn triggers off is refused with what to do, and nothing is written', async () => {
  const count = async () => (await db.$queryRawUnsafe<unknown[]>('SELECT FROM payment')).length
  const before = await count()
  await expect(seedHere(database.appUrl)).rejects.toThrow('GRANT SET ON PARAMETER session_replication_role')
  expect(await count()).toBe(before)
})

test.each([['0'], ['-5'], ['many'], ['1.5'], ['5000001'], ['']])(
  '--payments "%s" is refused with the usage',
  (count) => {
    expect(() => readSeedArguments([`--payments=${count}`])).toThrow('Usage: npm run seed -- [--payments N]')
  },
)

test('without --payments nothing is written; other flags are refused', () => {
  expect(readSeedArguments([])).toBe(0)
  expect(readSeedArguments(['--payments', '200000'])).toBe(200_000)
  expect(() => readSeedArguments(['--payment', '5'])).toThrow('Usage')
})
