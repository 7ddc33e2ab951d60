import { randomBytes } from 'node:crypto'
import type { AnyOperation } from '@payonce/idempotency'
import { systemClock } from '@payonce/idempotency'
import type { SqlForm } from '@payonce/idempotency/sql'
import { endOperation } from '@/checkout/end-authorisation'
import { cancelOrderOperation, changeOrderOperation } from '@/checkout/orders/change'
import { payOperation } from '@/checkout/pay'
import { placeOrderOperation } from '@/checkout/place-order'
import { shopperAnswers } from '@/checkout/shopper-answers'
import type { IdPrefix } from '@/lib/id'
import type { AccountGateways } from '@/payments/account-gateways'
import { APPROVED_REFUND } from '@/payments/approved-refund'
import type { Gateway } from '@/payments/gateway'
import { OPERATOR_REFUND } from '@/payments/operator-refund'
import { PAYMENT_OPERATIONS } from '@/payments/payment'
import { PROGRAM_REFUND, refundOperation } from '@/payments/refund'
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
    build: (name: string, deps: OperationDeps) =>
      payOperation({ name, ...paying(deps), answers: shopperAnswers }),
  },
  createPayment: {
    name: PAYMENT_OPERATIONS.createPayment,
    subject: 'pay',
    resourcePath: '/api/v1/payments/',
    asksBank: true,
    sentBy: 'program',
    build: (name: string, deps: OperationDeps) =>
      payOperation({ name, ...paying(deps), answers: paymentAnswers(deps.baseUrl) }),
  },
  refund: {
    name: 'refunds.create',
    subject: 'ref',
    resourcePath: null,
    asksBank: true,
    sentBy: 'program',
    build: (name: string, deps: OperationDeps) =>
      refundOperation({ name, ...deps, answers: refundAnswers }, PROGRAM_REFUND),
  },
  operatorRefund: {
    name: 'dashboard.refund',
    subject: 'ref',
    resourcePath: null,
    asksBank: true,
    sentBy: 'operator',
    build: (name: string, deps: OperationDeps) =>
      refundOperation({ name, ...deps, answers: refundAnswers }, OPERATOR_REFUND),
  },
  approvedRefund: {
    name: 'dashboard.approve-refund',
    subject: 'ref',
    resourcePath: null,
    asksBank: true,
    sentBy: 'operator',
    build: (name: string, deps: OperationDeps) =>
      refundOperation({ name, ...deps, answers: refundAnswers }, APPROVED_REFUND),
  },
  capture: {
    name: 'payments.capture',
    subject: 'end',
    resourcePath: null,
    asksBank: true,
    sentBy: 'program',
    build: (name: string, deps: OperationDeps) => endOperation({ name, ...ending(deps) }, 'capture'),
  },
  voidPayment: {
    name: 'payments.void',
    subject: 'end',
    resourcePath: null,
    asksBank: true,
    sentBy: 'program',
    build: (name: string, deps: OperationDeps) => endOperation({ name, ...ending(deps) }, 'void'),
  },
  // Begun by the worker, under a key that is made of the payment.
  expireAuthorisation: {
    name: 'payments.expire',
    subject: 'end',
    resourcePath: null,
    asksBank: true,
    sentBy: 'worker',
    build: (name: string, deps: OperationDeps) => endOperation({ name, ...ending(deps) }, 'expiry'),
  },
  placeOrder: {
    name: 'orders.create',
    subject: 'ord',
    resourcePath: '/api/v1/orders/',
    asksBank: false,
    sentBy: 'program',
    build: (name: string, deps: OperationDeps) =>
      placeOrderOperation({ name, ...deps, answers: orderAnswers(deps.baseUrl) }),
  },
  changeOrder: {
    name: 'orders.change',
    subject: 'chg',
    resourcePath: null,
    asksBank: false,
    sentBy: 'program',
    build: (name: string, deps: OperationDeps) => changeOrderOperation({ name, ...changing(deps) }),
  },
  cancelOrder: {
    name: 'orders.cancel',
    subject: 'chg',
    resourcePath: null,
    asksBank: false,
    sentBy: 'program',
    build: (name: string, deps: OperationDeps) => cancelOrderOperation({ name, ...changing(deps) }),
  },
  operatorChangeOrder: {
    name: 'dashboard.change-order',
    subject: 'chg',
    resourcePath: null,
    asksBank: false,
    sentBy: 'operator',
    build: (name: string, deps: OperationDeps) => changeOrderOperation({ name, ...changing(deps) }),
  },
  operatorCancelOrder: {
    name: 'dashboard.cancel-order',
    subject: 'chg',
    resourcePath: null,
    asksBank: false,
    sentBy: 'operator',
    build: (name: string, deps: OperationDeps) => cancelOrderOperation({ name, ...changing(deps) }),
  },
} as const satisfies Record<
  string,
  OperationFacts & { build: (name: string, deps: OperationDeps) => AnyOperation<SqlForm> }
>

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
