import type pg from 'pg'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { gatewayContract } from '@/payments/gateway.contract'
import { type Db, openDb, openPool } from '@/platform/db'
import { readStripeTestKey } from '@/platform/env'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { openStripeHarness, type StripeHarness } from './harness'

/** The contract against Stripe's own test mode: `STRIPE_SECRET_KEY=sk_test_… npm run test:stripe`. It charges test cards in that account. */
const secretKey = readStripeTestKey()

test.runIf(secretKey === null)(
  'skipped: STRIPE_SECRET_KEY is not set, so that nothing was asked of Stripe',
  () => {
    process.stderr.write('Stripe’s test mode was not checked: STRIPE_SECRET_KEY is not set.\n')
  },
)

describe.skipIf(secretKey === null)('Stripe', () => {
  let database: TestDatabase
  let pool: pg.Pool
  let db: Db
  let harness: StripeHarness

  beforeAll(async () => {
    database = await testDatabase()
    pool = openPool(database.appUrl, { max: 8, name: 'stripe-test', waitMs: 30_000 })
    db = openDb(pool)
    harness = await openStripeHarness({
      db,
      secretKey: secretKey ?? '',
      upstream: 'https://api.stripe.com',
      timeoutMs: 5_000,
      perSecond: 15,
      // A day cannot be waited for: these laws run, and prove less here than on the double.
      forgetAnswers: async () => {},
      answerChallenge: null,
      disputes: null,
    })
  })
  afterAll(async () => {
    await harness.close()
    await db.$disconnect()
    await pool.end()
    await database.drop()
  })

  gatewayContract('in test mode', async () => harness, { answers: false, authorises: true })
})
