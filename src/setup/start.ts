import fs from 'node:fs'
import { type readSetupEnv, readStartEnv } from '@/platform/env'
import { deleteRemovedSample } from '../../prisma/delete-sample'
import type { Seeded } from '../../prisma/seed'
import { build } from './build'
import { type DemoOperator, writeDemo } from './demo-file'
import { claimInstance, type Instance } from './instance'
import { knownShop } from './known-shop'
import { embeddedDatabase, namedDatabase, type OpenDatabase } from './postgres/open-database'
import { print, printError, reasonOf, step } from './process/console'
import { stopWithNpm } from './process/npm-parent'
import { freePort, isFree } from './process/port'
import { onStopSignal } from './process/stop-signals'
import { startProduct } from './product'
import { prepareNamedDatabase, prepareOwnDatabase } from './product-database'
import { generate } from './schema/generate'
import { secretOf } from './secret'
import {
  type DoubleProcess,
  emptyDataOfDouble,
  prepareStripeDouble,
  startStripeDouble,
} from './stripe-double'

/**
 * `npm start`: the supervisor. It starts database, web and worker in that order, keeps them running, and stops them in the
 * opposite order, so that a running payment still finds its database.
 */
const dev = process.argv.includes('--dev')
/** On a double of Stripe, which runs beside the product. */
const onDouble = process.argv.includes('--stripe-double')
/** The stop functions of everything that has been started; the last one started is stopped first. */
const started: (() => Promise<void> | void)[] = []
const signals = onStopSignal(() => void shutDown(0))
let ending = false
/** In live mode there is no demo shop. */
const NO_SHOP = { merchantId: null, operator: null, apiKey: null }

async function start(): Promise<void> {
  const place = onDouble ? await prepareStripeDouble() : null
  const env = readStartEnv(dev ? { NODE_ENV: 'development' } : {})
  fs.mkdirSync(env.dataDir, { recursive: true })
  const instance = await claimInstance(env.dataDir)
  started.push(instance.release, instance.endLast)
  let double: DoubleProcess | null = null
  if (place) {
    emptyDataOfDouble(env.dataDir)
    double = await step('Stripe’s double', () => startStripeDouble(place))
    started.push(double.stop)
    double.failed.catch(fail)
  }
  const sandbox = env.PAYONCE_MODE === 'sandbox'
  const secret = secretOf(env)
  const port = await choosePort(env.PORT, instance)
  const url = `http://localhost:${port}`
  print(`Payonce, ${env.PAYONCE_MODE}${dev ? ', development' : ''}`)

  const [database] = await Promise.all([
    step('database', () => openDatabase(env)),
    dev ? generate() : build(signals.stop),
  ])
  const urls = await step('migrations', () =>
    database.ours ? prepareOwnDatabase(database.url, env.dataDir) : prepareNamedDatabase(env),
  )
  // Before web and worker run: nothing may be written beside it.
  if (database.ours) await deleteRemovedSample(database.url, instance.endLast)
  const settings = {
    dev,
    port,
    secret,
    ...urls,
    dataDir: env.dataDir,
    mode: env.PAYONCE_MODE,
    baseUrl: env.PAYONCE_BASE_URL ?? url,
  }
  const product = startProduct(settings, () => publishFacts(), instance.endLast)
  started.push(() => product.stop(signals.hurry))
  const [{ merchantId, operator, apiKey }] = await Promise.all([
    sandbox
      ? ((await knownShop(settings)) ??
        step('demo shop', () => seedShop(settings, sampleOwner(env, database))))
      : NO_SHOP,
    step('web and worker', () => product.ready),
  ])
  product.failed.catch(fail)
  await instance.endLast()
  double?.sendEventsTo(url)
  database.onRestart(publishFacts)
  publishFacts()
  announce(settings.baseUrl, operator, apiKey)
  if (onDouble) print(`  data       ${env.dataDir}, empty at each start`)
  print(`\nready ${url}`)

  /** Writes the lock file and `demo.json` anew: pids change when a process restarts. */
  function publishFacts(): void {
    instance.describe({ url, children: product.processIds() })
    const pids = { supervisor: process.pid, ...product.pids(), postgres: database.pid() }
    // The owner's URL, for the developer's own tools; web and worker have neither the URL nor the password.
    const demo = { operator, apiKey, merchantId, baseUrl: settings.baseUrl, databaseUrl: database.url, pids }
    if (sandbox) writeDemo(env.dataDir, demo)
  }
}

async function openDatabase(env: ReturnType<typeof readSetupEnv>): Promise<OpenDatabase> {
  const named = env.PAYONCE_OWNER_DATABASE_URL ?? env.DATABASE_URL
  if (named) return namedDatabase(named)
  const database = await embeddedDatabase(env.dataDir, fail)
  started.push(database.stop)
  return database
}

/**
 * URL of the superuser who may write the sample shop; null: none is written. Only into a PostgreSQL of our own, in which the simulated bank
 * keeps its charges too.
 */
function sampleOwner(env: ReturnType<typeof readStartEnv>, database: OpenDatabase): string | null {
  const { PAYONCE_SAMPLE_SHOP: wanted, PAYONCE_GATEWAY: gateway, PAYONCE_BANK_URL: bankElsewhere } = env
  return wanted && database.ours && gateway === 'simulator' && !bankElsewhere ? database.url : null
}

/**
 * Imported only where there is no shop yet: the seed loads the code of the whole product. The sample comes first, as the demo shop is what says
 * that there was a first start.
 */
async function seedShop(
  settings: { databaseUrl: string; secret: string; baseUrl: string; dataDir: string },
  ownerUrl: string | null,
): Promise<Seeded> {
  await generate()
  if (ownerUrl !== null) {
    const { seedSample } = await import('./sample')
    // A shop without the sample is a whole shop.
    await seedSample({ ...settings, ownerUrl }).catch((error: unknown) =>
      printError(`  the sample shop was not written: ${reasonOf(error)}`),
    )
  }
  const { seedOnce } = await import('./seed')
  return seedOnce(settings)
}

function announce(baseUrl: string, operator: DemoOperator | null, apiKey: string | null): void {
  print(`\n  shop       ${baseUrl}\n  dashboard  ${baseUrl}/dashboard\n  docs       ${baseUrl}/docs`)
  if (operator) print(`  sign in    ${operator.email}  ${operator.password}`)
  if (apiKey) print(`  API key    ${apiKey}`)
}

async function choosePort(wanted: number, instance: Instance): Promise<number> {
  const last = instance.lastPort()
  if (wanted === 0) return last ?? freePort()
  if (wanted === last || (await isFree(wanted))) return wanted
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

/** One failure to stop must not keep the others running. */
async function stopOne(stop: () => Promise<void> | void): Promise<void> {
  try {
    await stop()
  } catch (error) {
    printError(reasonOf(error))
  }
}

stopWithNpm(() => {
  print('\nnpm has ended: stopping after the running payments')
  void shutDown(0)
})
// At the end of the file: the constants above must be initialised.
await start().catch((error: unknown) => {
  if (!signals.stop.aborted) return fail(error)
})
