import { randomBytes } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import os from 'node:os'
import type pg from 'pg'
import { payOperation } from '@/checkout/pay'
import { placeOrderOperation } from '@/checkout/place-order'
import { shopperAnswers } from '@/checkout/shopper-answers'
import { systemClock } from '@/idempotency/core/clock'
import { Engine } from '@/idempotency/core/engine'
import type { EngineEvent } from '@/idempotency/core/events'
import type { Store } from '@/idempotency/core/store'
import type { Problem } from '@/idempotency/problems'
import { AttemptLog } from '@/idempotency/stores/attempt-log'
import { PrismaStore } from '@/idempotency/stores/prisma'
import type { SqlForm } from '@/idempotency/stores/sql'
import { uuidv7 } from '@/lib/id'
import { Breaker } from '@/payments/breaker'
import type { Gateway } from '@/payments/gateway'
import { type Reconciled, type ReconcileEvent, reconcile } from '@/payments/reconciler/reconcile'
import { refundOperation } from '@/payments/refund'
import { BANK_ROLE, SimulatedBank } from '@/payments/simulator/bank'
import { httpChallenges, httpGateway } from '@/payments/simulator/client'
import { simulatorGateway } from '@/payments/simulator/gateway'
import { type Db, openDb, openPool } from '@/platform/db'
import { type Env, secretFor } from '@/platform/env'
import { type Log, openLog } from '@/platform/log'
import { APP_ROLE } from '@/platform/roles'
import { type Metrics, openMetrics } from '@/platform/telemetry'
import { orderAnswers, paymentAnswers, refundAnswers } from './wire/api-answers'

/** What every process of ours is built of: database, bank and engine. */
export interface Core {
  env: Env
  log: Log
  metrics: Metrics
  /** The connections that `db` works on. */
  pool: pg.Pool
  db: Db
  engine: Engine<SqlForm>
  store: Store<SqlForm>
  /** What is done once per key: a payment from the checkout page, and what programs ask for. */
  pay: ReturnType<typeof payOperation>
  createPayment: ReturnType<typeof payOperation>
  placeOrder: ReturnType<typeof placeOrderOperation>
  refund: ReturnType<typeof refundOperation>
  attempts: AttemptLog
  gateway: Gateway
  bank: SimulatedBank
  /** Where a shopper's answer to the bank's question goes. */
  challenges: { answerChallenge(challengeId: string, passed: boolean): Promise<unknown> }
  /** One comparison of the bank's own list with our payments; any number may run at once. */
  reconcile(): Promise<Reconciled>
  close(): Promise<void>
}

/** @param otherGateway another gateway than the simulated bank: the benchmark's, which answers at once */
export function buildCore(env: Env, role: 'web' | 'worker', otherGateway?: Gateway): Core {
  const log = openLog(env.LOG_LEVEL, `payonce-${role}`)
  const metrics = openMetrics()
  const worker = `${role}@${os.hostname()}:${process.pid}`
  const pool = openPool(env.DATABASE_URL, {
    max: env.PAYONCE_POOL_MAX,
    role: APP_ROLE,
    name: `payonce-${role}`,
  })
  const bankPool = openPool(env.DATABASE_URL, { max: 5, role: BANK_ROLE, name: 'simulated-bank' })
  const db = openDb(pool)
  const bank = new SimulatedBank(bankPool)
  const remote = env.PAYONCE_BANK_URL
    ? { url: env.PAYONCE_BANK_URL, timeoutMs: env.PAYONCE_GATEWAY_TIMEOUT_MS }
    : null
  const breaker = new Breaker(() => performance.now())
  const unwatched =
    otherGateway ??
    (remote ? httpGateway(remote) : simulatorGateway({ bank, timeoutMs: env.PAYONCE_GATEWAY_TIMEOUT_MS }))
  const gateway = breaker.watch(unwatched)
  const operations = buildOperations({ db, gateway, newId: uuidv7 }, env.baseUrl)
  const attempts = new AttemptLog({
    client: db,
    worker,
    newId: uuidv7,
    onLost: (count, error) => log.warn({ count, error }, 'attempts were lost'),
  })
  const store = new PrismaStore(db, worker, uuidv7, env.PAYONCE_LEASE_MS)
  const observe = (event: EngineEvent) => reportEngineEvent(event, { log, metrics, attempts })
  return {
    env,
    log,
    metrics,
    pool,
    db,
    attempts,
    gateway,
    bank,
    challenges: remote ? httpChallenges(remote) : bank,
    store,
    engine: new Engine({
      ...{ store, observe, clock: systemClock, newId: uuidv7 },
      fieldSecret: secretFor(env, 'request-fields'),
      // Only what asks the bank has to wait for it.
      notNow: (operation) => (operation === operations.placeOrder.name ? null : bankIsAway(breaker.waitMs())),
    }),
    ...operations,
    reconcile: () =>
      reconcile({
        db,
        gateway,
        newId: uuidv7,
        report: (event) => reportReconcileEvent(event, { log, metrics }),
      }),
    close: async () => {
      await attempts.flush()
      await db.$disconnect()
      await Promise.all([pool.end(), bankPool.end()])
    },
  }
}

/** The same operations in every process: the one that takes the request, and the one that finishes it after a crash. */
function buildOperations(deps: { db: Db; gateway: Gateway; newId: () => string }, baseUrl: string) {
  const paying = {
    ...deps,
    newReceiptToken: () => randomBytes(24).toString('base64url'),
    now: systemClock.now,
  }
  return {
    pay: payOperation({ ...paying, answers: shopperAnswers }),
    createPayment: payOperation({ ...paying, answers: paymentAnswers(baseUrl) }),
    placeOrder: placeOrderOperation({ ...deps, answers: orderAnswers(baseUrl) }),
    refund: refundOperation({ ...deps, answers: refundAnswers }),
  }
}

/** Every step of the engine, for whoever listens in this process: a debugger, a tracer, a test that kills it right there. */
const steps = diagnostics.channel('payonce:engine')

/** Where the engine's events go: the attempt log, the metrics and, for what a person should look at, the log. */
function reportEngineEvent(event: EngineEvent, to: Pick<Core, 'log' | 'metrics' | 'attempts'>): void {
  if (steps.hasSubscribers) steps.publish(event)
  if (event.step === 'alert') {
    to.metrics.alerts.inc({ operation: event.operation })
    to.log.error({ recordId: event.recordId, operation: event.operation, err: event.error }, event.says)
  }
  if (event.step !== 'attempt') return
  const { operation, outcome, durationMs } = event.attempt
  to.metrics.attempts.inc({ operation, outcome })
  to.metrics.seconds.observe({ operation, outcome }, durationMs / 1000)
  to.attempts.add(event.attempt)
}

function bankIsAway(waitMs: number): Problem | null {
  if (waitMs === 0) return null
  const detail = 'The bank cannot be reached just now. Nothing was charged; send the same request again.'
  return { kind: 'unavailable', detail, retryAfterSeconds: Math.ceil(waitMs / 1_000) }
}

/** What the comparison with the bank found, in words. An error is for people to look at. */
const BANK_MESSAGES: Record<ReconcileEvent['kind'], ['debug' | 'info' | 'warn' | 'error', string]> = {
  looked: ['debug', 'read the bank’s list'],
  silent: ['warn', 'the bank could not be asked for its list'],
  surplus: ['warn', 'the bank charged what nobody asked for'],
  refunded: ['info', 'a surplus charge was given back'],
  'put-off': ['warn', 'nobody knows whether a surplus charge was given back: it is asked for again'],
  parked: ['error', 'a surplus charge was not given back'],
  stray: ['error', 'the bank has a charge of which we know nothing'],
}

function reportReconcileEvent(event: ReconcileEvent, { log, metrics }: Pick<Core, 'log' | 'metrics'>): void {
  const [level, says] = BANK_MESSAGES[event.kind]
  if (level === 'error') metrics.alerts.inc({ operation: 'reconcile' })
  log[level](factsOf(event), says)
}

function factsOf(event: ReconcileEvent): Record<string, unknown> {
  if (event.kind === 'looked') return { charges: event.charges }
  if (event.kind === 'silent') return { reason: event.reason }
  if (event.kind === 'stray') return { gatewayRef: event.charge.ref, gatewayKey: event.charge.key }
  const { gatewayRef, paymentId } = event.surplus
  return { gatewayRef, paymentId, ...('reason' in event ? { reason: event.reason } : {}) }
}
