import fs from 'node:fs'
import { readSetupEnv } from '@/platform/env'
import type { Seeded } from '../../prisma/seed'
import { build } from './build'
import { type DemoOperator, writeDemo } from './demo-file'
import { claimInstance } from './instance'
import { knownShop } from './known-shop'
import { embeddedDatabase, namedDatabase, type OpenDatabase } from './postgres/open-database'
import { print, printError, reasonOf, step } from './process/console'
import { freePort, isFree } from './process/port'
import { onStopSignal } from './process/stop-signals'
import { startProduct } from './product'
import { generate } from './schema/generate'
import { migrate } from './schema/migrate'
import { secretOf } from './secret'

/**
 * `npm start`: the supervisor. It brings up database, web and worker in that order, keeps them running, and takes them
 * down in the opposite order, so that a payment in hand still finds its database.
 */
const dev = process.argv.includes('--dev')
/** What has been started, each with how it is stopped; the last one stops first. */
const started: (() => Promise<void> | void)[] = []
const signals = onStopSignal(() => void shutDown(0))
let ending = false
/** Live data has no demo shop. */
const NOBODY = { merchantId: null, operator: null, apiKey: null }

async function start(): Promise<void> {
  const env = readSetupEnv()
  fs.mkdirSync(env.dataDir, { recursive: true })
  const instance = await claimInstance(env.dataDir)
  started.push(instance.release)
  const sandbox = env.PAYONCE_MODE === 'sandbox'
  const secret = secretOf(env)
  const port = await choosePort(env.PORT)
  const url = `http://localhost:${port}`
  print(`Payonce, ${env.PAYONCE_MODE}${dev ? ', development' : ''}`)

  const [database] = await Promise.all([
    step('database', () => openDatabase(env)),
    dev ? generate() : build(signals.stop),
  ])
  await step('migrations', () => migrate(database.url))
  const settings = {
    dev,
    port,
    secret,
    databaseUrl: database.url,
    dataDir: env.dataDir,
    mode: env.PAYONCE_MODE,
    baseUrl: env.PAYONCE_BASE_URL ?? url,
  }
  const product = startProduct(settings, () => tellOthers())
  started.push(() => product.stop(signals.hurry))
  const [{ merchantId, operator, apiKey }] = await Promise.all([
    sandbox ? ((await knownShop(settings)) ?? step('shop', () => seedShop(settings))) : NOBODY,
    step('web and worker', () => product.ready),
  ])
  product.failed.catch(fail)
  database.onRestart(tellOthers)
  tellOthers()
  announce(settings.baseUrl, operator, apiKey)
  print(`\nready ${url}`)

  function tellOthers(): void {
    instance.describe({ url, children: product.marks() })
    const pids = { supervisor: process.pid, ...product.pids(), postgres: database.pid() }
    const { baseUrl, databaseUrl } = settings
    if (sandbox) writeDemo(env.dataDir, { operator, apiKey, merchantId, baseUrl, databaseUrl, pids })
  }
}

async function openDatabase(env: ReturnType<typeof readSetupEnv>): Promise<OpenDatabase> {
  if (env.DATABASE_URL) return namedDatabase(env.DATABASE_URL)
  const database = await embeddedDatabase(env.dataDir, fail)
  started.push(database.stop)
  return database
}

/** The seed loads the whole of the product's code: only where there is no shop yet. */
async function seedShop(settings: {
  databaseUrl: string
  secret: string
  baseUrl: string
  dataDir: string
}): Promise<Seeded> {
  await generate()
  const { seedOnce } = await import('./seed')
  return seedOnce(settings)
}

function announce(baseUrl: string, operator: DemoOperator | null, apiKey: string | null): void {
  print(`\n  shop       ${baseUrl}\n  dashboard  ${baseUrl}/dashboard\n  docs       ${baseUrl}/docs`)
  if (operator) print(`  sign in    ${operator.email}  ${operator.password}`)
  if (apiKey) print(`  API key    ${apiKey}`)
}

async function choosePort(wanted: number): Promise<number> {
  if (wanted === 0) return freePort()
  if (await isFree(wanted)) return wanted
  throw new Error(
    `Port ${wanted} is used by another program. Choose another one:  PORT=${wanted + 1} npm start`,
  )
}

function fail(error: unknown): Promise<void> {
  printError(`\n${reasonOf(error)}`)
  return shutDown(1)
}

async function shutDown(code: number): Promise<void> {
  if (ending) return
  ending = true
  signals.begin()
  for (const stop of started.reverse()) await stopOne(stop)
  process.exit(code)
}

/** What cannot be stopped must not keep the rest from being stopped. */
async function stopOne(stop: () => Promise<void> | void): Promise<void> {
  try {
    await stop()
  } catch (error) {
    printError(reasonOf(error))
  }
}

// Last, when all names above have their values.
await start().catch((error: unknown) => {
  if (!signals.stop.aborted) return fail(error)
})
