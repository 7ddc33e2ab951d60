import type pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { type Db, openDb, openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { openStripeHarness, type StripeHarness } from '../../../lab/stripe-double/harness'
import { type StripeDouble, startStripeDouble } from '../../../lab/stripe-double/server'
import { gatewayContract } from '../gateway.contract'

let database: TestDatabase
let pool: pg.Pool
let db: Db
let double: StripeDouble
let harness: StripeHarness

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.appUrl, { max: 8, name: 'stripe-test', waitMs: 30_000 })
  db = openDb(pool)
  double = await startStripeDouble()
  harness = await openStripeHarness({
    db,
    secretKey: 'sk_test_double',
    upstream: double.url,
    timeoutMs: 700,
    perSecond: 1_000,
    forgetAnswers: async () => double.forgetKeys(),
    answerChallenge: (actionUrl, passed) =>
      double.account.answerChallenge(actionUrl.split('/').at(-1) ?? '', passed),
  })
})
afterAll(async () => {
  await harness.close()
  await double.close()
  await db.$disconnect()
  await pool.end()
  await database.drop()
})

gatewayContract('Stripe, by its double', async () => harness)
