import { type Browser, type BrowserContext, test as base, type Page } from '@playwright/test'
import { openAccounts } from '@/ledger/chart'
import { readId, showId, uuidv7 } from '@/lib/id'
import type { Currency } from '@/lib/money'
import { readSetupEnv } from '@/platform/env'
import { type Demo, readDemo } from '@/setup/demo-file'
import { onConnection } from '@/setup/schema/schema-engine'
import { restartWeb, startDatabase, stopDatabase } from './product'

export interface TestOrder {
  /** As people see it: `ord_…`. */
  id: string
  uuid: string
  amount: bigint
  currency: string
  checkoutUrl: string
}

interface NewOrder {
  name?: string
  quantity?: number
  unitAmount?: bigint
  currency?: Currency
  reference?: string
  /** Of the demo merchant, unless another one is named. */
  merchantId?: string
}

export interface Charge {
  id: string
  idempotencyKey: string
  amount: bigint
  currency: string
}

interface Fixtures {
  /** The name by which the browser calls the product. */
  host: string
  /** What demo.json says at this moment. */
  demo: Demo
  /** Asks the database as its owner. bigint columns come as strings. */
  sql: <Row extends object>(query: string, values?: unknown[]) => Promise<Row[]>
  newOrder: (options?: NewOrder) => Promise<TestOrder>
  /** Another merchant. @returns its id */
  newMerchant: (name: string) => Promise<string>
  /** What the bank itself has charged for an order (`ord_…`) or a payment (`pay_…`). */
  bankCharges: (id: string) => Promise<Charge[]>
  /** kill -9, then waits until the supervisor has another one ready. */
  restartWeb: () => Promise<void>
  /** PostgreSQL, to be stopped as by a crash and started again. */
  database: { stop(): Promise<void>; start(): Promise<void> }
  /** A page with the demo operator signed in, at the dashboard. */
  operatorPage: Page
}

interface WorkerFixtures {
  /** The demo operator's session. One for many tests, since the product counts sign-ins by the minute. */
  signedIn: StorageState
}

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>

/** The browser tests' world. Whatever a fixture breaks (a stopped database) it mends when the test ends. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
  demo: async ({}, use) => use(currentDemo()),
  host: ['localhost', { option: true }],
  baseURL: async ({ demo, host }, use) => use(demo.baseUrl.replace('localhost', host)),
  sql: async ({ demo }, use) => use((query, values) => ask(demo, query, values)),
  newOrder: async ({ demo, baseURL }, use) =>
    use((options) => createOrder(demo, baseURL ?? demo.baseUrl, options)),
  newMerchant: async ({ demo }, use) => use((name) => createMerchant(demo, name)),
  bankCharges: async ({ demo }, use) => use((id) => chargesOf(demo, id)),
  // biome-ignore lint/correctness/noEmptyPattern: see above.
  restartWeb: async ({}, use) => use(() => alone(restartWeb)),
  // biome-ignore lint/correctness/noEmptyPattern: see above.
  database: async ({}, use) => {
    let down = false
    const stop = async () => {
      down = true
      await alone(stopDatabase)
    }
    const start = async () => {
      await startDatabase(currentDemo)
      down = false
    }
    await use({ stop, start })
    if (down) await start()
  },
  signedIn: [async ({ browser }, use) => use(await signIn(browser)), { scope: 'worker' }],
  operatorPage: async ({ browser, demo, signedIn }, use) => {
    const context = await browser.newContext({ baseURL: demo.baseUrl, storageState: signedIn })
    const page = await context.newPage()
    await page.goto('/dashboard')
    await use(page)
    await context.close()
  },
})

export const expect = test.expect

async function signIn(browser: Browser): Promise<StorageState> {
  const { baseUrl, operator } = currentDemo()
  const context = await browser.newContext({ baseURL: baseUrl })
  const answer = await context.request.post('/api/auth/sign-in/email', {
    data: operator,
    headers: { origin: baseUrl },
  })
  if (!answer.ok())
    throw new Error(`The demo operator could not sign in: ${answer.status()} ${await answer.text()}`)
  const state = await context.storageState()
  await context.close()
  return state
}

/** What breaks the product for every test runs while there is no other one. */
function alone(accident: (demo: () => Demo) => Promise<void>): Promise<void> {
  if (test.info().project.name !== 'accidents')
    throw new Error('A test that breaks the product for all carries the tag @alone.')
  return accident(currentDemo)
}

function currentDemo(): Demo {
  const demo = readDemo(readSetupEnv().dataDir)
  if (!demo) throw new Error('The product under test has written no demo.json.')
  return demo
}

function ask<Row extends object>(demo: Demo, query: string, values: unknown[] = []): Promise<Row[]> {
  return onConnection(demo.databaseUrl, async (client) => (await client.query<Row>(query, values)).rows)
}

async function createOrder(demo: Demo, baseUrl: string, options: NewOrder = {}): Promise<TestOrder> {
  const {
    name = 'Sea-salt caramels',
    quantity = 2,
    unitAmount = 1_200n,
    currency = 'EUR',
    merchantId = demo.merchantId,
    reference = null,
  } = options
  const uuid = uuidv7()
  const amount = unitAmount * BigInt(quantity)
  const accounts = openAccounts(String(merchantId), currency)
  await ask(demo, accounts.text, accounts.values)
  await ask(
    demo,
    `WITH new_order AS (INSERT INTO orders (merchant_id, id, currency, amount, reference) VALUES ($1, $2, $3, $4, $8))
     INSERT INTO order_item (merchant_id, order_id, position, name, quantity, unit_amount) VALUES ($1, $2, 1, $5, $6, $7)`,
    [merchantId, uuid, currency, amount, name, quantity, unitAmount, reference],
  )
  const id = showId('ord', uuid)
  return { id, uuid, amount, currency, checkoutUrl: `${baseUrl}/checkout/${id}` }
}

async function createMerchant(demo: Demo, name: string): Promise<string> {
  const id = uuidv7()
  await ask(demo, 'INSERT INTO merchant (id, name) VALUES ($1, $2)', [id, name])
  return id
}

interface ChargeRow {
  id: string
  idempotency_key: string
  amount: string
  currency: string
}

async function chargesOf(demo: Demo, id: string): Promise<Charge[]> {
  const uuid = readId('ord', id) ?? readId('pay', id) ?? id
  const rows = await ask<ChargeRow>(
    demo,
    `SELECT charge.id, idempotency_key, charge.amount, charge.currency FROM gateway_simulator.charge JOIN payment ON gateway_key = idempotency_key
      WHERE payment.order_id = $1 OR payment.id = $1 ORDER BY charge.created_at`,
    [uuid],
  )
  return rows.map((row) => ({
    id: row.id,
    idempotencyKey: row.idempotency_key,
    amount: BigInt(row.amount),
    currency: row.currency,
  }))
}
