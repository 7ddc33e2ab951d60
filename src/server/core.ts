import os from 'node:os'
import type pg from 'pg'
import { firstMerchant, merchantsOf } from '@/access/merchant'
import { systemClock } from '@/idempotency/core/clock'
import { Engine } from '@/idempotency/core/engine'
import type { EngineEvent } from '@/idempotency/core/events'
import type { Store } from '@/idempotency/core/store'
import type { Problem } from '@/idempotency/problems'
import { AttemptLog } from '@/idempotency/stores/attempt-log'
import { BATCH_SETTINGS, openStore } from '@/idempotency/stores/open-store'
import type { SqlForm } from '@/idempotency/stores/sql'
import { uuidv7 } from '@/lib/id'
import { Breaker } from '@/payments/breaker'
import type { Gateway } from '@/payments/gateway'
import { type MovementsJudged, reconcileMovements } from '@/payments/movements/reconcile-movements'
import { type Reconciled, reconcile } from '@/payments/reconciler/reconcile'
import type { StripeConnection } from '@/payments/stripe/connection'
import { connectedAccounts, type InboxAccounts } from '@/payments/stripe/inbox/account'
import { type Db, openClient, openDb, openPool, type SendStatement, statementSender } from '@/platform/db'
import { type Env, modeServed, secretsFor } from '@/platform/env'
import { onlyRightsOf } from '@/platform/least-rights'
import { type Log, openLog } from '@/platform/log'
import { APP_ROLE } from '@/platform/roles'
import { type Metrics, openMetrics } from '@/platform/telemetry'
import { openGateway, type Sandbox } from './gateways'
import { buildOperations, factsOf, type Operations } from './operations'
import { reportEngineEvent, reportMovementEvent, reportReconcileEvent } from './reports'

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
  store: Store<SqlForm>
  /** The operations of the registry: each is executed once per key. */
  operations: Operations
  attempts: AttemptLog
  gateway: Gateway
  /** The simulated bank; null in live mode and on Stripe, where no part of it is built. */
  sandbox: Sandbox | null
  /** The accounts at Stripe; empty where another gateway charges. */
  stripe: readonly StripeConnection[]
  /** The accounts at Stripe whose events are received; null: there are none, and nothing of the inbox is routed or run. */
  stripeAccounts: InboxAccounts | null
  /** Compares the bank's own list of charges with our payments, once. Any number may run at a time. */
  reconcile(): Promise<Reconciled>
  /** Compares the bank's own list of movements of money with our ledger, once. Any number may run at a time. */
  reconcileMovements(): Promise<MovementsJudged>
  close(): Promise<void>
}

/**
 * 7: one for each lane (records, claims, outcomes, API keys, owners of orders, events of Stripe), and one for the attempt log and for a batch
 * that is taken apart beside its lane.
 */
const BATCH_CONNECTIONS = 7

/**
 * @param otherGateway replaces the one that PAYONCE_GATEWAY names; the benchmark's answers at once
 * @throws Error when the gateway's mode is not the installation's
 */
export function buildCore(env: Env, role: 'web' | 'worker', otherGateway?: Gateway): Core {
  const log = openLog(env.LOG_LEVEL, `payonce-${role}`)
  const metrics = openMetrics()
  const worker = `${role}@${os.hostname()}:${process.pid}`
  const check = onlyRightsOf(APP_ROLE, 'DATABASE_URL')
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
  const gateway = breaker.watch(opened.gateway)
  const operations = buildOperations({ db, gateway, newId: uuidv7, baseUrl: env.baseUrl })
  const attempts = new AttemptLog({
    send,
    worker,
    newId: uuidv7,
    onLost: (count, error) => log.warn({ count, error }, 'attempts were dropped from the log'),
  })
  const { store, ready } = openStore({
    client: db,
    send,
    openClient,
    worker,
    newToken: uuidv7,
    leaseMs: env.PAYONCE_LEASE_MS,
    ours: merchantsOf(modeServed(env)),
    onUnknownUpsert: (error) =>
      log.warn({ error }, 'claims are made one by one: Prisma makes them otherwise'),
  })
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
    stripeAccounts: connectedAccounts(opened.stripe),
    store,
    engine: new Engine({
      store,
      observe,
      clock: systemClock,
      newId: uuidv7,
      fieldSecrets: secretsFor(env, 'request-fields'),
      notNow: (operation) => (factsOf(operation)?.asksBank ? bankIsAway(breaker.waitMs()) : null),
    }),
    operations,
    reconcile: () =>
      reconcile({
        db,
        gateway,
        newId: uuidv7,
        report: (event) => reportReconcileEvent(event, { log, metrics }),
      }),
    reconcileMovements: () =>
      reconcileMovements({
        db,
        gateway,
        newId: uuidv7,
        owner: () => firstMerchant(db, modeServed(env)),
        report: (event) => reportMovementEvent(event, { log, metrics }),
      }),
    close: async () => {
      await attempts.flush()
      await db.$disconnect()
      await Promise.all([pool.end(), batchPool.end(), opened.close()])
    },
  }
}

function bankIsAway(waitMs: number): Problem | null {
  if (waitMs === 0) return null
  const detail = 'The bank cannot be reached. This request charged nothing; send the same request again.'
  return { kind: 'unavailable', detail, retryAfterSeconds: Math.ceil(waitMs / 1_000) }
}
