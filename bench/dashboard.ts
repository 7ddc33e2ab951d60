import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import pg from 'pg'
import { createApiKey, SCOPES } from '@/access/api-key'
import { uuidv7 } from '@/lib/id'
import { openDb, openPool } from '@/platform/db'
import { build } from '@/setup/build'
import { readDemo } from '@/setup/demo-file'
import { print, printError, reasonOf, step } from '@/setup/process/console'
import { browserArgs, ensureBrowser } from '@/setup/test/browser'
import { launch, newHome } from '@/setup/test/product'
import { fillMerchants } from './scale'

/**
 * `npm run bench:dashboard`: the processor's time that one open overview costs the server, in the built product with 201,000 payments: the web
 * process and its connections to PostgreSQL, without and with a window, while nothing happens and while payments are made.
 */
const PAYMENTS = 201_000
const MEASURED_MS = 60_000
/** One payment a second. */
const TRICKLE_MS = 1_000
/** 12 s: PostgreSQL ends the transactions of a process that stands still after 10 s. */
const STILL_MS = 12_000
/** Clock ticks of Linux in a second. */
const TICKS = 100

interface Cost {
  web: number
  postgres: number
}

/** Processor time of a process so far, in s; 0 when it has ended. */
function cpuOf(pid: number): number {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS
  } catch {
    return 0
  }
}

/** Shares of a core that the web process and its connections take, in percent, each second added up: connections come and go. */
async function measure(owner: pg.Client, web: number): Promise<Cost> {
  const seen = new Map<number, number>()
  const sum = { web: 0, postgres: 0 }
  const began = performance.now()
  const take = async () => {
    const { rows } = await owner.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'payonce-web%'",
    )
    for (const pid of [web, ...rows.map((row) => row.pid)]) {
      const now = cpuOf(pid)
      // A connection that is new has begun since.
      sum[pid === web ? 'web' : 'postgres'] += now - (seen.get(pid) ?? (pid === web ? now : 0))
      seen.set(pid, now)
    }
  }
  await take()
  sum.postgres = 0
  while (performance.now() - began < MEASURED_MS) {
    await pause(1_000)
    await take()
  }
  const share = (seconds: number) => (100_000 * seconds) / (performance.now() - began)
  return { web: share(sum.web), postgres: share(sum.postgres) }
}

async function run(): Promise<[string, Cost][]> {
  const executablePath = await ensureBrowser()
  await build()
  const home = newHome()
  const dataDir = path.join(home, 'data')
  const product = launch(dataDir, path.join(home, 'log'))
  const costs: [string, Cost][] = []
  try {
    await step('product', product.ready)
    const demo = readDemo(dataDir)
    if (!demo?.operator) throw new Error('the product has no demo operator')
    const owner = new pg.Client({ connectionString: demo.databaseUrl })
    // The product's end comes before its own where a step fails.
    owner.on('error', () => undefined)
    await owner.connect()
    const pool = openPool(demo.databaseUrl, { max: 1, name: 'bench' })
    const merchantId = await step(`${PAYMENTS} payments`, () => fill(owner))
    const key = await createApiKey(
      openDb(pool),
      { merchantId, name: 'Bench', scopes: SCOPES, expiresInDays: null, by: 'bench' },
      uuidv7,
    )
    await step('the worker counts them', () => untilCounted(owner))
    const take = async (name: string) => {
      const web = readDemo(dataDir)?.pids.web ?? 0
      costs.push([name, await step(name, () => measure(owner, web))])
    }
    // It compares the bank's movements with charges that SQL wrote, and posts: while nothing is to happen it stands still.
    process.kill(demo.pids.worker, 'SIGSTOP')
    await pause(STILL_MS)
    await take('no window, nothing happens')
    const browser = await chromium.launch({ executablePath, args: browserArgs })
    const page = await browser.newPage()
    // A busy machine.
    page.setDefaultTimeout(120_000)
    await page.goto(`${demo.baseUrl}/sign-in`)
    await page.getByLabel(/e-?mail/i).fill(demo.operator.email)
    await page.getByLabel('Password').fill(demo.operator.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await pause(10_000)
    await take('one overview, nothing happens')
    process.kill(demo.pids.worker, 'SIGCONT')
    const pay = () =>
      fetch(`${demo.baseUrl}/api/v1/payments`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key?.token}`,
          'content-type': 'application/json',
          'idempotency-key': uuidv7(),
        },
        body: JSON.stringify({ amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' }),
      })
    const trickle = setInterval(() => void pay(), TRICKLE_MS)
    await take('one overview, a payment a second')
    await browser.close()
    await pause(5_000)
    await take('no window, a payment a second')
    clearInterval(trickle)
    await pool.end()
    await owner.end()
    return costs
  } finally {
    await product.stop()
    fs.rmSync(home, { recursive: true, force: true })
  }
}

/** @returns the merchant with most payments, whose operator the demo operator is from now on */
async function fill(owner: pg.Client): Promise<string> {
  const largest = await fillMerchants(owner, PAYMENTS)
  await owner.query('UPDATE operator SET merchant_id = $1', [largest])
  return largest
}

async function untilCounted(owner: pg.Client): Promise<void> {
  const left = async () =>
    (
      await owner.query(
        "SELECT (SELECT count(*) FROM hours_counted WHERE upto > now() - interval '2 hours') = 0 OR (SELECT count(*) FROM attempt_half_hour) = 0 AS waits",
      )
    ).rows[0].waits
  // The worker counts a few hours in each of its turns; these are three months.
  while (await left()) {
    await owner.query('SELECT count_hours(100000), count_attempts(100000)')
    await pause(500)
  }
  const summed = async () => (await owner.query('SELECT sum_ledger(100000)::int AS n')).rows[0].n
  // Without these sums the ledger's check would read every entry.
  while ((await summed()) > 0);
  // The searches' copies and the checks of what is new.
  await pause(30_000)
}

run().then(
  (costs) => {
    print('| | web process | its connections to PostgreSQL | together |')
    print('|---|--:|--:|--:|')
    for (const [name, { web, postgres }] of costs)
      print(`| ${name} | ${web.toFixed(2)} % | ${postgres.toFixed(2)} % | ${(web + postgres).toFixed(2)} % |`)
  },
  (error: unknown) => {
    printError(reasonOf(error))
    process.exitCode = 1
  },
)
