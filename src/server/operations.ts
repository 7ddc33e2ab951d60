import { randomBytes } from 'node:crypto'
import type { AnyOperation, Foresight } from '@payonce/idempotency'
import { systemClock } from '@payonce/idempotency'
import type { SqlForm } from '@payonce/idempotency/sql'
import { endOperation } from '@/checkout/end-authorisation'
import {
  type CancelOrderInput,
  type ChangeOrderInput,
  cancelOrderOperation,
  changeOrderOperation,
  foreseeCancellation,
  foreseeChange,
} from '@/checkout/orders/change'
import { foreseePayment, type PayInput, payOperation } from '@/checkout/pay'
import { foreseeOrder, type PlaceOrderInput, placeOrderOperation } from '@/checkout/place-order'
import { shopperAnswers } from '@/checkout/shopper-answers'
import type { IdPrefix } from '@/lib/id'
import type { AccountGateways } from '@/payments/account-gateways'
import { APPROVED_REFUND } from '@/payments/approved-refund'
import { type EndInput, foreseeEnd } from '@/payments/begin-end'
import type { Gateway } from '@/payments/gateway'
import { OPERATOR_REFUND } from '@/payments/operator-refund'
import { PAYMENT_OPERATIONS } from '@/payments/payment'
import { foreseeRefund, PROGRAM_REFUND, refundOperation } from '@/payments/refund'
import type { WouldDo } from '@/payments/would-do'
import type { Db } from '@/platform/db'
import { changeAnswers, endAnswers, orderAnswers, paymentAnswers, refundAnswers } from './wire/api-answers'

export interface OperationDeps {
  db: Db
  gateway: Gateway
  /** The gateways of merchants with an account of their own. */
  accounts?: AccountGateways
  newId: () => string
  baseUrl: string
}

/** Facts about an operation that others need: the worker, the routes, the dashboard. */
interface OperationFacts {
  /** Bound into every record's id, so it never changes. */
  name: string
  /** The id prefix of the resource that it works on. */
  subject: IdPrefix
  /** The path at which a program reads that resource, up to its id; null where it has no address of its own. */
  resourcePath: string | null
  /** True: it asks the bank, so it is not begun while the bank is away. */
  asksBank: boolean
  /**
   * The client that makes its keys: a shopper's browser, a program, an operator's page, or our own worker. A program may read the
   * state of a key under /api/v1/idempotency; the others may not.
   */
  sentBy: 'browser' | 'program' | 'operator' | 'worker'
}

/** What the dry run of an operation is asked with. */
export type ForeseeDeps = Pick<OperationDeps, 'db' | 'gateway' | 'baseUrl'>

/** An operation with its parts. One that a program sends has a dry run; another one says why it has none. */
type Entry = OperationFacts & { build: (name: string, deps: OperationDeps) => AnyOperation<SqlForm> } & (
    | { sentBy: 'program'; foresee: (deps: ForeseeDeps, input: never) => ForesightOrLater }
    | { sentBy: 'browser' | 'operator' | 'worker'; foresee: null; noDryRun: string }
  )

type ForesightOrLater = Foresight<WouldDo> | Promise<Foresight<WouldDo>>

/**
 * The one registry of operations, read by everything that needs all of them: the engine's gate, the worker
 * (which settles what a crash left), the bank's pages, the state of a key, the dashboard. A new operation is
 * one entry here and one file beside its table.
 */
export const OPERATIONS = {
  pay: {
    name: PAYMENT_OPERATIONS.pay,
    subject: 'pay',
    resourcePath: '/api/v1/payments/',
    asksBank: true,
    sentBy: 'browser',
    foresee: null,
    noDryRun: 'A shopper’s page has read the order, and shows what will be charged.',
    build: (name: string, deps: OperationDeps) =>
      payOperation({ name, ...paying(deps), answers: shopperAnswers }),
  },
  createPayment: {
    name: PAYMENT_OPERATIONS.createPayment,
    subject: 'pay',
    resourcePath: '/api/v1/payments/',
    asksBank: true,
    sentBy: 'program',
    foresee: (deps: ForeseeDeps, input: PayInput) =>
      foreseePayment({ ...deps, answers: paymentAnswers(deps.baseUrl) }, input),
    build: (name: string, deps: OperationDeps) =>
      payOperation({ name, ...paying(deps), answers: paymentAnswers(deps.baseUrl) }),
  },
  refund: {
    name: 'refunds.create',
    subject: 'ref',
    resourcePath: null,
    asksBank: true,
    sentBy: 'program',
    foresee: foreseeRefund,
    build: (name: string, deps: OperationDeps) =>
      refundOperation({ name, ...deps, answers: refundAnswers }, PROGRAM_REFUND),
  },
  operatorRefund: {
    name: 'dashboard.refund',
    subject: 'ref',
    resourcePath: null,
    asksBank: true,
    sentBy: 'operator',
    foresee: null,
    noDryRun: 'The page shows what may be refunded, and asks before it sends.',
    build: (name: string, deps: OperationDeps) =>
      refundOperation({ name, ...deps, answers: refundAnswers }, OPERATOR_REFUND),
  },
  approvedRefund: {
    name: 'dashboard.approve-refund',
    subject: 'ref',
    resourcePath: null,
    asksBank: true,
    sentBy: 'operator',
    foresee: null,
    noDryRun: 'The page shows the request that is approved.',
    build: (name: string, deps: OperationDeps) =>
      refundOperation({ name, ...deps, answers: refundAnswers }, APPROVED_REFUND),
  },
  capture: {
    name: 'payments.capture',
    subject: 'end',
    resourcePath: null,
    asksBank: true,
    sentBy: 'program',
    foresee: ({ db }: ForeseeDeps, input: EndInput) => foreseeEnd(db, input, 'capture'),
    build: (name: string, deps: OperationDeps) => endOperation({ name, ...ending(deps) }, 'capture'),
  },
  voidPayment: {
    name: 'payments.void',
    subject: 'end',
    resourcePath: null,
    asksBank: true,
    sentBy: 'program',
    foresee: ({ db }: ForeseeDeps, input: EndInput) => foreseeEnd(db, input, 'void'),
    build: (name: string, deps: OperationDeps) => endOperation({ name, ...ending(deps) }, 'void'),
  },
  // Begun by the worker, under a key that is made of the payment.
  expireAuthorisation: {
    name: 'payments.expire',
    subject: 'end',
    resourcePath: null,
    asksBank: true,
    sentBy: 'worker',
    foresee: null,
    noDryRun: 'Nobody sends it: the worker begins it by itself.',
    build: (name: string, deps: OperationDeps) => endOperation({ name, ...ending(deps) }, 'expiry'),
  },
  placeOrder: {
    name: 'orders.create',
    subject: 'ord',
    resourcePath: '/api/v1/orders/',
    asksBank: false,
    sentBy: 'program',
    foresee: (_: ForeseeDeps, input: PlaceOrderInput) => foreseeOrder(input, systemClock.now()),
    build: (name: string, deps: OperationDeps) =>
      placeOrderOperation({ name, ...deps, answers: orderAnswers(deps.baseUrl) }),
  },
  changeOrder: {
    name: 'orders.change',
    subject: 'chg',
    resourcePath: null,
    asksBank: false,
    sentBy: 'program',
    foresee: ({ db }: ForeseeDeps, input: ChangeOrderInput) => foreseeChange(db, input, systemClock.now()),
    build: (name: string, deps: OperationDeps) => changeOrderOperation({ name, ...changing(deps) }),
  },
  cancelOrder: {
    name: 'orders.cancel',
    subject: 'chg',
    resourcePath: null,
    asksBank: false,
    sentBy: 'program',
    foresee: ({ db }: ForeseeDeps, input: CancelOrderInput) => foreseeCancellation(db, input),
    build: (name: string, deps: OperationDeps) => cancelOrderOperation({ name, ...changing(deps) }),
  },
  operatorChangeOrder: {
    name: 'dashboard.change-order',
    subject: 'chg',
    resourcePath: null,
    asksBank: false,
    sentBy: 'operator',
    foresee: null,
    noDryRun: 'The page shows the order as it will be before it sends.',
    build: (name: string, deps: OperationDeps) => changeOrderOperation({ name, ...changing(deps) }),
  },
  operatorCancelOrder: {
    name: 'dashboard.cancel-order',
    subject: 'chg',
    resourcePath: null,
    asksBank: false,
    sentBy: 'operator',
    foresee: null,
    noDryRun: 'The page shows the order, and asks before it sends.',
    build: (name: string, deps: OperationDeps) => cancelOrderOperation({ name, ...changing(deps) }),
  },
} as const satisfies Record<string, Entry>

/** The operations that programs send. */
export type ProgramOperation = {
  [Id in OperationId]: (typeof OPERATIONS)[Id]['sentBy'] extends 'program' ? Id : never
}[OperationId]

/** The input of an operation that programs send. */
export type ProgramInput<Id extends ProgramOperation> = Parameters<(typeof OPERATIONS)[Id]['foresee']>[1]

export type OperationId = keyof typeof OPERATIONS

/** Every operation, ready to run: `engine.run(operations.pay, …)`. */
export type Operations = { [Id in OperationId]: ReturnType<(typeof OPERATIONS)[Id]['build']> }

/** Built alike in every process, so that another one can finish an operation after a crash. */
export function buildOperations(deps: OperationDeps): Operations {
  const built = Object.entries(OPERATIONS).map(([id, { name, build }]) => [id, build(name, deps)])
  return Object.fromEntries(built) as Operations
}

/** The facts of an operation by its name; null for one that this version does not have. */
export function factsOf(name: string): OperationFacts | null {
  return Object.values(OPERATIONS).find((facts) => facts.name === name) ?? null
}

function ending(deps: OperationDeps) {
  return { ...deps, answers: endAnswers(deps.baseUrl) }
}

function changing(deps: OperationDeps) {
  return { ...deps, answers: changeAnswers(deps.baseUrl) }
}

function paying(deps: OperationDeps) {
  return { ...deps, newReceiptToken: () => randomBytes(24).toString('base64url'), now: systemClock.now }
}
