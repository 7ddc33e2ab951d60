import os from 'node:os'
import type { EngineEvent, Store } from '@payonce/idempotency'
import { Engine, systemClock } from '@payonce/idempotency'
import type { Problem } from '@payonce/idempotency/problems'
import type { SqlForm } from '@payonce/idempotency/sql'
import type pg from 'pg'
import { UNUSABLE_KEY, wrappingOf } from '@/access/answer-wrapping'
import { decryptSecret } from '@/access/factor-secret'
import { firstMerchant, merchantsOf } from '@/access/merchant'
import { AttemptLog } from '@/idempotency/stores/attempt-log'
import { EncryptedStore } from '@/idempotency/stores/encrypted-store'
import { BATCH_SETTINGS, openStore } from '@/idempotency/stores/open-store'
import { uuidv7 } from '@/lib/id'
import { noteBankPlace } from '@/payments/bank-place'
import { Breaker } from '@/payments/breaker'
import type { Gateway } from '@/payments/gateway'
import {
  type MovementEvent,
  type MovementsJudged,
  reconcileMovements,
} from '@/payments/movements/reconcile-movements'
import { type Reconciled, type ReconcileEvent, reconcile } from '@/payments/reconciler/reconcile'
import { StripeAccounts } from '@/payments/stripe/accounts'
import type { StripeConnection } from '@/payments/stripe/connection'
import type { InboxAccounts } from '@/payments/stripe/inbox/account'
import { AnswerKeys } from '@/platform/answers/answer-keys'
import { type Db, openClient, openDb, openPool, type SendStatement, statementSender } from '@/platform/db'
import { type Env, modeServed, secretsFor } from '@/platform/env'
import { onlySecretOf } from '@/platform/installation-secret'
import { onlyRightsOf } from '@/platform/least-rights'
import { type Log, openLog } from '@/platform/log'
import { APP_ROLE } from '@/platform/roles'
import { type Metrics, openMetrics } from '@/platform/telemetry'
import { openGateway, type Sandbox } from './gateways'
import { buildOperations, factsOf, type Operations } from './operations'
import { reportEngineEvent, reportMovementEvent, reportReconcileEvent } from './reports'
import { traceGateway } from './tracing/trace-gateway'

/** The parts that each process is built of: database, bank and engine. */
export interface Core {
  env: Env
  log: Log
  metrics: Metrics
  /** The connections that `db` works on. */
  pool: pg.Pool
  /** Resolves when claims share commits. Until then, at the start of a process, they are made one by one. */
  ready: Promise<void>
  /** The simulated bank's connections; null where the bank is another process. */
  bankPool: pg.Pool | null
  /** The connections of batches. */
  batchPool: pg.Pool
  /** Sends statements on `batchPool`, where many requests share one. */
  send: SendStatement
  db: Db
  engine: Engine<SqlForm>
  /** Its answers are encrypted under `answerKeys`. */
  store: Store<SqlForm>
  answerKeys: AnswerKeys
  /** The operations of the registry: each is executed once per key. */
  operations: Operations
  attempts: AttemptLog
  gateway: Gateway
  /** The simulated bank; null in live mode and on Stripe, where no part of it is built. */
  sandbox: Sandbox | null
  /** The accounts at Stripe; empty where another gateway charges. */
  stripe: readonly StripeConnection[]
  /** The accounts at Stripe of merchants, from the table. */
  ownAccounts: StripeAccounts
  /** All accounts at Stripe whose events are received. */
  stripeAccounts: InboxAccounts
  /** Compares the bank's own list of charges with our payments, once. Any number may run at a time. */
  reconcile(): Promise<Reconciled>
  /**
   * Compares the bank's own list of movements of money with our ledger, once. Any number may run at a time.
   * @param only one merchant's account, or (null) the installation's; all of them unless it is said
   */
  reconcileMovements(only?: string | null): Promise<MovementsJudged>
  close(): Promise<void>
}

/**
 * 6: one for each lane (records, claims, outcomes, API keys, owners of orders), and one for the attempt log and for a batch that is taken apart
 * beside its lane. A worker also keeps events of Stripe on them, which it has read itself.
 */
const BATCH_CONNECTIONS = 6

/**
 * @param otherGateway replaces the one that PAYONCE_GATEWAY names; the benchmark's answers at once
 * @throws Error when the gateway's mode is not the installation's
 */
export function buildCore(env: Env, role: 'web' | 'worker', otherGateway?: Gateway): Core {
  const log = openLog(env.LOG_LEVEL, `payonce-${role}`)
  const metrics = openMetrics()
  const worker = `${role}@${os.hostname()}:${process.pid}`
  const rights = onlyRightsOf(APP_ROLE, 'DATABASE_URL')
  const secret = onlySecretOf(secretsFor(env, 'installation'))
  const bankPlace = noteBankPlace(env.PAYONCE_GATEWAY === 'simulator' && env.PAYONCE_BANK_URL !== undefined)
  const check = async (client: pg.ClientBase) => {
    await rights(client)
    await secret(client)
    await bankPlace(client)
  }
  const waitMs = env.PAYONCE_POOL_WAIT_MS
  const pool = openPool(env.DATABASE_URL, {
    max: env.PAYONCE_POOL_MAX,
    waitMs,
    name: `payonce-${role}`,
    check,
  })
  const batchPool = openPool(env.DATABASE_URL, {
    max: BATCH_CONNECTIONS,
    waitMs,
    name: `payonce-${role}-batch`,
    check,
    settings: BATCH_SETTINGS,
  })
  const send = statementSender(batchPool)
  const db = openDb(pool)
  const opened = openGateway(env, db, otherGateway)
  const breaker = new Breaker(() => performance.now())
  const gateway = breaker.watch(traceGateway(opened.gateway))
  const ownAccounts = new StripeAccounts({
    db,
    mode: modeServed(env),
    url: env.PAYONCE_STRIPE_URL ? new URL(env.PAYONCE_STRIPE_URL) : null,
    timeoutMs: env.PAYONCE_GATEWAY_TIMEOUT_MS,
    watch: traceGateway,
    fromEnv: opened.stripe,
    decrypt: (encrypted, owner) =>
      decryptSecret(encrypted, owner, secretsFor(env, 'gateway-account'))?.text ?? null,
    onUnusable: (account, reason) => {
      metrics.alerts.inc({ operation: 'gateway-account' })
      log.error({ ...account, reason }, 'the account at Stripe of a merchant cannot be used')
    },
  })
  const operations = buildOperations({
    db,
    gateway,
    accounts: ownAccounts,
    newId: uuidv7,
    baseUrl: env.baseUrl,
  })
  const attempts = new AttemptLog({
    send,
    worker,
    newId: uuidv7,
    onLost: (count, error) => log.warn({ count, error }, 'attempts were dropped from the log'),
  })
  const { store: plainStore, ready } = openStore({
    client: db,
    send,
    openClient,
    worker,
    newToken: uuidv7,
    leaseMs: env.PAYONCE_LEASE_MS,
    ours: merchantsOf(modeServed(env)),
    onBatch: (verb, calls) => metrics.batchCalls.observe({ verb }, calls),
    onUnknownUpsert: (error) =>
      log.warn({ error }, 'claims are made one by one: Prisma makes them otherwise'),
  })
  const answerKeys = new AnswerKeys({
    db,
    wrapping: wrappingOf(env),
    nowMs: () => performance.now(),
    onUnusable: (merchantId, version) => {
      metrics.alerts.inc({ operation: 'answer-key' })
      log.error({ merchantId, version }, UNUSABLE_KEY)
    },
  })
  const store = new EncryptedStore(plainStore, answerKeys)
  const observe = (event: EngineEvent) => reportEngineEvent(event, { log, metrics, attempts })
  return {
    env,
    log,
    metrics,
    pool,
    ready,
    bankPool: opened.bankPool,
    batchPool,
    send,
    db,
    attempts,
    gateway,
    sandbox: opened.sandbox,
    stripe: opened.stripe,
    ownAccounts,
    stripeAccounts: ownAccounts,
    store,
    answerKeys,
    engine: new Engine({
      store,
      observe,
      clock: systemClock,
      newId: uuidv7,
      fieldSecrets: secretsFor(env, 'request-fields'),
      notNow: (operation) => (factsOf(operation)?.asksBank ? bankIsAway(breaker.waitMs()) : null),
    }),
    operations,
    reconcile: async () => {
      const report = (event: ReconcileEvent) => reportReconcileEvent(event, { log, metrics })
      const sum = await reconcile({ db, gateway, newId: uuidv7, report })
      for (const { account, merchantId, gateway: theirs } of await ownAccounts.gateways()) {
        const own = { account, merchantId }
        add(sum, await reconcile({ db, gateway: theirs, own, newId: uuidv7, report }))
      }
      return sum
    },
    reconcileMovements: async (only) => {
      const report = (event: MovementEvent) => reportMovementEvent(event, { log, metrics })
      const sum: MovementsJudged = { read: 0, differences: 0 }
      if (only === undefined || only === null) {
        const owner = () => firstMerchant(db, modeServed(env))
        add(sum, await reconcileMovements({ db, gateway, newId: uuidv7, owner, report }))
      }
      for (const { account, merchantId, gateway: theirs } of await ownAccounts.gateways()) {
        if (only !== undefined && only !== account) continue
        const owner = async () => merchantId
        const of = { db, gateway: theirs, newId: uuidv7, owner, ownersOnly: true, report }
        add(sum, await reconcileMovements(of))
      }
      return sum
    },
    close: async () => {
      await attempts.flush()
      await db.$disconnect()
      await Promise.all([pool.end(), batchPool.end(), opened.close()])
    },
  }
}

/** Adds the counts of one account to those of the others. */
function add<Counts extends { [name in keyof Counts]: number }>(sum: Counts, more: Counts): void {
  for (const name of Object.keys(more) as (keyof Counts)[])
    sum[name] = (sum[name] + more[name]) as Counts[keyof Counts]
}

function bankIsAway(waitMs: number): Problem | null {
  if (waitMs === 0) return null
  const detail = 'The bank cannot be reached. This request charged nothing; send the same request again.'
  return { kind: 'unavailable', detail, retryAfterSeconds: Math.ceil(waitMs / 1_000) }
}
