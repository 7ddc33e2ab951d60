import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readId } from '@/lib/id'
import { openPool } from '@/platform/db'
import { openTestProduct, type TestProduct } from '@/server/testing/product'
import { prepareLogins } from '@/setup/postgres/logins'
import { freePort } from '@/setup/process/port'
import { migrate } from '@/setup/schema/migrate'
import { check } from '@/setup/verify'
import { type LabBank, startLabBank } from '../bank/server'
import { ReplicatedDatabase } from './replicated-database'
import { failOver, type World } from './rounds'

/**
 * D13: the primary of two servers with synchronous replication dies, or is cut off, under load, and the standby is promoted. The bank stands on
 * another database. `npm run failover` does the same with real processes, many times.
 */
let database: ReplicatedDatabase
let product: TestProduct
let bank: LabBank
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-failover-test-'))

/** 180 s: five servers are started, maybe on a busy machine. */
const PATIENCE_MS = 180_000

beforeAll(async () => {
  let appUrl = ''
  database = await ReplicatedDatabase.start(async (url) => {
    await migrate(url)
    appUrl = (await prepareLogins(url, folder)).app
  })
  const port = await freePort()
  product = await openTestProduct({
    DATABASE_URL: appUrl,
    PAYONCE_BANK_URL: `http://127.0.0.1:${port}`,
    PAYONCE_LEASE_MS: '1500',
  })
  bank = await startLabBank({ databaseUrl: product.owner.options.connectionString as string, port })
}, PATIENCE_MS)
afterAll(async () => {
  await bank.close()
  await product.close()
  await database.stop()
  fs.rmSync(folder, { recursive: true })
}, PATIENCE_MS)

it(
  'D13 a synchronous standby takes over: nothing acknowledged is lost, and nothing is charged twice',
  async () => {
    const owner = openPool(database.url, { max: 2, name: 'test-failover' })
    const world: World = {
      database,
      pay: async (key, amount) => {
        const body = { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' }
        const reply = await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': key })
        const final = reply.status === 201 || reply.body?.safeNewKey === true
        // The worker's part: it asks the bank about what is in doubt.
        if (reply.status === 409) await recover()
        return { status: reply.status, payment: reply.body?.id ?? null, final }
      },
      charges: async () => {
        const { rows } = await product.owner.query(
          `SELECT amount::int, count(*)::int AS times FROM gateway_simulator.charge GROUP BY amount`,
        )
        return new Map(rows.map(({ amount, times }) => [amount, times]))
      },
      missing: async (payments) => {
        const ids = payments.map((id) => readId('pay', id))
        const { rows } = await owner.query(
          `SELECT i FROM unnest($1::uuid[]) AS i WHERE NOT EXISTS (SELECT FROM payment p WHERE p.id = i AND p.status = 'succeeded')`,
          [ids],
        )
        return rows.map(({ i }) => i)
      },
    }
    const { rounds, doubled, wrong } = await failOver(world, { seed: 13, rounds: 2, report: () => undefined })
    await owner.end()
    expect({ doubled, wrong }).toEqual({ doubled: 0, wrong: [] })
    expect(rounds.map(({ failure, lost }) => [failure, lost])).toEqual([
      ['kill', 0],
      ['partition', 0],
    ])
    // What no client has asked for again yet.
    await expect.poll(() => recover().then(inDoubt), { timeout: 30_000 }).toBe(0)
    await product.deps.reconcile()
    const { findings } = await check(product.deps.db, product.deps.gateway)
    expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
  },
  PATIENCE_MS,
)

const recover = () => product.deps.engine.recover(product.deps.operations.createPayment, 100, 'test')
const inDoubt = () =>
  product.deps.db.idempotencyRecord.count({ where: { state: { in: ['claimed', 'sending', 'unknown'] } } })
