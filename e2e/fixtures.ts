import { type Browser, type BrowserContext, test as base, type Page } from '@playwright/test'
import { readSetupEnv } from '@/platform/env'
import { type Demo, readDemo } from '@/setup/demo-file'
import {
  ask,
  type Charge,
  chargesOf,
  createMerchant,
  createOrder,
  type NewOrder,
  type Sql,
  type TestOrder,
} from './orders'
import { underOtherName } from './other-name'
import { restartWeb, startDatabase, stopDatabase } from './product'
import { type Proof, proofOf } from './proof'

interface Fixtures {
  /** The host name in the browser's address. */
  host: string
  /** The current content of demo.json. */
  demo: Demo
  sql: Sql
  newOrder: (options?: NewOrder) => Promise<TestOrder>
  /** Creates another merchant. @returns its id */
  newMerchant: (name: string) => Promise<string>
  /** The bank's own charges for an order (`ord_…`) or a payment (`pay_…`). */
  bankCharges: (id: string) => Promise<Charge[]>
  /** Assertions about an order, over page, bank and ledger. */
  proof: Proof
  /** Kills the web process (`kill -9`) and waits until the supervisor has replaced it. */
  restartWeb: () => Promise<void>
  /** Stops PostgreSQL as in a crash, and starts it again. */
  database: { stop(): Promise<void>; start(): Promise<void> }
  /** A page with the demo operator signed in, at the dashboard. */
  operatorPage: Page
}

interface WorkerFixtures {
  /** The demo operator's session. Shared by many tests, since sign-ins are rate-limited per minute. */
  signedIn: StorageState
}

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>

/** The fixtures of the browser tests. Each undoes its own damage (a stopped database) when the test ends. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
  demo: async ({}, use) => use(currentDemo()),
  host: ['localhost', { option: true }],
  baseURL: async ({ demo, host }, use) => {
    if (host === 'localhost') return use(demo.baseUrl)
    const other = await underOtherName(demo.baseUrl, host)
    await use(other.url)
    other.stop()
  },
  sql: async ({ demo }, use) => use((query, values) => ask(demo, query, values)),
  newOrder: async ({ demo, baseURL }, use) =>
    use((options) => createOrder(demo, baseURL ?? demo.baseUrl, options)),
  newMerchant: async ({ demo }, use) => use((name) => createMerchant(demo, name)),
  bankCharges: async ({ demo }, use) => use((id) => chargesOf(demo, id)),
  proof: async ({ sql, bankCharges }, use) => use(proofOf(sql, bankCharges)),
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
    // The shared session may be older than the 5 minutes in which keys can be made without a confirmation.
    await context.request.post('/api/trpc/account.confirm', {
      data: { password: demo.operator?.password },
      headers: { origin: demo.baseUrl },
    })
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

/** Guards actions that break the product for every test: they run in the project `accidents`, one test at a time. */
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
