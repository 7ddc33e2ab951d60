import type { Answer, Foresight, Ids, Operation, UnstoredRefusal } from '@payonce/idempotency'
import type { Problem } from '@payonce/idempotency/problems'
import { beginForm, claimedPart, claimedSql, type RowOf, type SqlForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { showId } from '@/lib/id'
import type { Currency } from '@/lib/money'
import { type AccountGateways, atGatewayOf } from '@/payments/account-gateways'
import { type ChargeOutcome, charge, findCharge, settle, wouldPost } from '@/payments/charge'
import { type DeclineCode, type Gateway, nextCheckMs } from '@/payments/gateway'
import { LIVE, PAYMENT_STATUSES, type PaymentStatus } from '@/payments/payment'
import { bankListBehind, isListBehind, listIsBehind } from '@/payments/reconciler/list-behind'
import {
  type BegunPayment,
  insertPayment,
  type NewPayment,
  PAYMENT_COLUMNS,
  paymentRow,
  recallPayment,
} from '@/payments/store'
import { currentAccount } from '@/payments/stripe/account-store'
import type { WouldDo } from '@/payments/would-do'
import { auditParked } from '@/platform/audit'
import { type Db, firstRow, joinSql, type Sql, sql } from '@/platform/db'
import { confirmUrl, returnUrl } from './confirm-url'
import {
  IS_OPEN,
  insertOrder,
  markPaid,
  ORDER_COLUMNS,
  ORDER_STATUS,
  ORDER_STATUSES,
  orderRow,
} from './order'
import { orderClosed } from './order-closed'
import { NOT_RESTING, orderRests, REST_SECONDS } from './order-rest'
import type { PaymentAnswers, PaymentProgress } from './payment-answers'

/** Payment of an existing order. `version` is the one that the shopper saw; null for a program, which sees no page. */
export interface PayOrder {
  merchantId: string
  orderId: string
  version: number | null
  paymentMethod: string
  /** The bank only reserves the amount. Absent, it charges at once: so every request of before there was a choice is the same request still. */
  capture?: 'manual' | undefined
  /** Who began it. Volatile: a retry with another API key, or from another address, is the same request. */
  by?: Actor
}

/** Payment of an amount: its order is placed in the commit that begins the payment. `amount` is in minor units. */
export interface PayAmount {
  merchantId: string
  amount: number
  currency: Currency
  paymentMethod: string
  description?: string | undefined
  metadata?: Record<string, string> | undefined
  /** Both as in `PayOrder`. */
  capture?: 'manual' | undefined
  by?: Actor
}

/** The request, parsed. `merchantId` comes from the order or the API key; it is never sent. */
export type PayInput = PayOrder | PayAmount

export interface PayDeps extends GuardDeps {
  name: string
  accounts?: AccountGateways | undefined
  newId: () => string
  /** Where shoppers reach us; a bank's own page sends them back there. */
  baseUrl: string
  /** Makes a receipt's token. It must be unguessable: anyone who has it may see the receipt. */
  newReceiptToken: () => string
  now: () => Date
}

/** What is needed to say whether a payment would begin. */
interface GuardDeps {
  db: Db
  gateway: Gateway
  answers: PaymentAnswers
}

export type PayOperation = Operation<PayInput, BegunPayment, ChargeOutcome, SqlForm>

/** Paying: reserve the order, ask the bank once, settle in one commit. Page and API differ in `answers` only. */
export function payOperation(deps: PayDeps): PayOperation {
  const [payOrder, payAmount] = [paymentOfOrder(deps), paymentWithOrder(deps)]
  return {
    name: deps.name,
    volatile: ['by'],
    begin: (input, ids, claim) =>
      'orderId' in input
        ? payOrder(claim, rowOfOrder(input, ids, deps))
        : payAmount(claim, rowOfAmount(input, ids, deps)),
    // What refused it a moment ago has ended since: try once more.
    whyRefused: async (input) => (await whyNotNow(deps, input)) ?? { kind: 'busy' },
    ask: (payment) =>
      atGatewayOf(deps, payment.gatewayAccount, (gateway) =>
        charge(gateway, payment, returnUrl(deps.baseUrl, payment.orderId)),
      ),
    find: (payment) => atGatewayOf(deps, payment.gatewayAccount, (gateway) => findCharge(gateway, payment)),
    doubt: (reason) => ({ kind: 'unknown', reason }),
    finish: (payment, outcome) => {
      const { status, writes } = settle(payment, outcome, deps.newId)
      const answer = answerFor(deps.answers, payment, status, outcome, deps.now())
      if (outcome.kind === 'contradiction')
        return { to: 'parked', answer: null, writes, reason: outcome.reason }
      if (answer === null || status === 'unknown' || status === 'requires_action')
        return { to: 'unknown', answer, writes, retryInMs: nextCheckMs(payment.ageMs) }
      return {
        to: 'completed',
        answer,
        writes: status === 'succeeded' ? [...writes, markPaid(payment)] : writes,
      }
    },
    recall: (merchantId, paymentId) => recallPayment(deps.db, merchantId, paymentId),
    resourceFacts: deps.answers.resourceFacts,
    parkWrites: ({ merchantId, recordId }, reason) => [
      auditParked(merchantId, deps.newId(), recordId, reason),
    ],
  }
}

const PAY_ORDER = { order_id: 'uuid', version: 'int', ...PAYMENT_COLUMNS } as const
const PAY_AMOUNT = { ...ORDER_COLUMNS, ...PAYMENT_COLUMNS } as const

/**
 * The order guard: an open order, of the version that the shopper saw, that does not rest after too many declines,
 * is payable at its own amount by one live payment. A trigger asks again under the order's lock (0102): a change that was committed meanwhile
 * leaves no row, as one that came before.
 */
function paymentOfOrder({ gateway }: PayDeps) {
  return beginForm({
    name: 'payment',
    columns: PAY_ORDER,
    statement: (claim) => {
      const payable = claimedPart(
        'payable',
        claimedSql`
          SELECT c.*, o.amount, o.currency, o.version AS order_version
          FROM ${claim} c JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
          WHERE ${IS_OPEN} AND (c.version IS NULL OR o.version = c.version)
            AND ${NOT_RESTING} AND NOT ${listIsBehind(gateway, currentAccount(sql`c.merchant_id`))}
            AND (c.capture_mode IS NULL OR ${authorises(gateway, sql`c.merchant_id`)})`,
      )
      return { prior: [payable], sql: insertPayment(payable.rows) }
    },
  })
}

/** An order of one line, and its payment. No other key knows the new order, so none can hold it. */
function paymentWithOrder({ gateway }: PayDeps) {
  return beginForm({
    name: 'payment',
    columns: PAY_AMOUNT,
    statement: (claim) => {
      const current = claimedPart(
        'current',
        claimedSql`
          SELECT c.* FROM ${claim} c WHERE NOT ${listIsBehind(gateway, currentAccount(sql`c.merchant_id`))}
            AND (c.capture_mode IS NULL OR ${authorises(gateway, sql`c.merchant_id`)})`,
      )
      const order = insertOrder(current.rows)
      const placed = claimedPart('placed', order.sql)
      const payable = claimedPart(
        'payable',
        claimedSql`SELECT c.*, placed.amount, 1 AS order_version FROM ${placed.rows} JOIN ${claim} c ON c.order_id = placed.id::uuid`,
      )
      return { prior: [current, ...order.prior, placed, payable], sql: insertPayment(payable.rows) }
    },
  })
}

/** SQL: whether a merchant's next payment may be authorised first. An account of their own is at Stripe, which can. */
function authorises({ authorisations }: Gateway, merchantId: Sql): Sql {
  return authorisations ? sql`true` : sql`${currentAccount(merchantId)} IS NOT NULL`
}

const mayRow = z.strictObject({ may: z.boolean() })

/** Why a payment cannot be authorised; null: it can be, or is charged at once. */
async function whyNotAuthorised(
  { db, gateway }: GuardDeps,
  { merchantId, capture }: PayInput,
): Promise<UnstoredRefusal | null> {
  if (!capture) return null
  const row = await firstRow(db, mayRow, sql`SELECT ${authorises(gateway, sql`${merchantId}::uuid`)} AS may`)
  if (row?.may) return null
  const detail =
    'Your bank’s connection charges at once: it cannot reserve an amount. Nothing was charged. Leave `capture` out.'
  const facts = { errors: [{ pointer: '/capture', detail }] }
  return { kind: 'problem', problem: { kind: 'validation', detail, facts } }
}

function rowOfOrder(input: PayOrder, ids: Ids, deps: PayDeps): RowOf<typeof PAY_ORDER> {
  const { orderId, version } = input
  return { order_id: orderId, version, ...paymentRow(newPayment(input, ids, deps)) }
}

function rowOfAmount(input: PayAmount, ids: Ids, deps: PayDeps): RowOf<typeof PAY_AMOUNT> {
  const { merchantId, amount, currency, description, metadata, by } = input
  const items = [{ name: description ?? 'Payment', quantity: 1, unitAmount: BigInt(amount) }]
  return {
    ...orderRow({ merchantId, currency, items, by }, deps.newId()),
    ...paymentRow({ ...newPayment(input, ids, deps), description, metadata }),
  }
}

/**
 * The bank gets the id of our own row as its key, and the client's key determines that id: a retry by any process is the same request, also
 * when the database has lost the row.
 */
function newPayment(
  { paymentMethod: method, capture, by }: PayInput,
  { subjectId: id }: Ids,
  deps: PayDeps,
): NewPayment {
  const receiptToken = deps.newReceiptToken()
  return { method, captureMode: capture ?? null, gatewayKey: id, receiptToken, by }
}

/** Why the payment would not begin now; null: it would. */
async function whyNotNow(deps: GuardDeps, input: PayInput): Promise<UnstoredRefusal | null> {
  return 'orderId' in input
    ? whyNotPayable(deps, input, await readGuarded(deps, input))
    : whyNotPlaced(deps, input)
}

/** What the payment would do now. Nothing is written. */
export async function foreseePayment(deps: GuardDeps, input: PayInput): Promise<Foresight<WouldDo>> {
  if (!('orderId' in input)) {
    const refusal = await whyNotPlaced(deps, input)
    return refusal ? { refusal } : { would: wouldPay(input, BigInt(input.amount), input.currency) }
  }
  const order = await readGuarded(deps, input)
  const refusal = await whyNotPayable(deps, input, order)
  return refusal || !order
    ? { refusal: refusal ?? NO_ORDER }
    : { would: wouldPay(input, order.amount, order.currency) }
}

/** No other key knows the new order, so nothing else can refuse it. */
async function whyNotPlaced(deps: GuardDeps, input: PayAmount): Promise<UnstoredRefusal | null> {
  const refusal = await whyNotAuthorised(deps, input)
  if (refusal) return refusal
  const [{ db, gateway }, { merchantId }] = [deps, input]
  return (await isListBehind(db, gateway, currentAccount(sql`${merchantId}::uuid`)))
    ? { kind: 'problem', problem: bankListBehind() }
    : null
}

/** An order with the payment that holds it, if one does. */
const guardedOrder = z.strictObject({
  status: z.enum(ORDER_STATUSES),
  version: z.int(),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  live: z
    .strictObject({ status: z.enum(PAYMENT_STATUSES), paymentId: z.string(), receiptToken: z.string() })
    .nullable(),
  restSeconds: z.number().nullable(),
  listBehind: z.boolean(),
})

type GuardedOrder = z.infer<typeof guardedOrder>

function readGuarded({ db, gateway }: GuardDeps, input: PayOrder): Promise<GuardedOrder | null> {
  return firstRow(
    db,
    guardedOrder,
    sql`
      SELECT ${ORDER_STATUS} AS status, o.version, o.amount, o.currency,
        CASE WHEN p.id IS NOT NULL THEN json_build_object('status', p.status, 'paymentId', p.id, 'receiptToken', p.receipt_token) END AS live,
        ${REST_SECONDS} AS "restSeconds", ${listIsBehind(gateway, currentAccount(sql`o.merchant_id`))} AS "listBehind"
      FROM orders o LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})
      WHERE o.merchant_id = ${input.merchantId}::uuid AND o.id = ${input.orderId}::uuid`,
  )
}

const NO_ORDER = {
  kind: 'problem',
  problem: { kind: 'not-found', detail: 'There is no such order.' },
} as const

async function whyNotPayable(
  deps: GuardDeps,
  input: PayOrder,
  order: GuardedOrder | null,
): Promise<UnstoredRefusal | null> {
  const { answers } = deps
  if (!order) return NO_ORDER
  if (order.live?.status === 'succeeded')
    return { kind: 'problem', problem: alreadyPaid(answers, order.live) }
  if (order.live?.status === 'sending') return { kind: 'busy' }
  if (order.live?.status === 'authorised')
    return { kind: 'problem', problem: waitsForCapture(order.live.paymentId) }
  if (order.live) return { kind: 'problem', problem: beingChecked() }
  if (order.status !== 'open') return { kind: 'problem', problem: orderClosed(order.status) }
  if (input.version !== null && order.version !== input.version)
    return {
      kind: 'problem',
      problem: {
        kind: 'order-changed',
        detail: 'Your basket changed. Nothing was charged. Check the new total, then pay.',
        facts: { version: order.version },
      },
    }
  const refusal = await whyNotAuthorised(deps, input)
  if (refusal) return refusal
  if (order.restSeconds !== null) return { kind: 'problem', problem: orderRests(order.restSeconds) }
  return order.listBehind ? { kind: 'problem', problem: bankListBehind() } : null
}

function wouldPay({ merchantId, capture }: PayInput, minor: bigint, currency: string): WouldDo {
  const status: PaymentStatus = capture ? 'authorised' : 'succeeded'
  return {
    bank: { request: capture ? 'authorise' : 'charge', minor, currency },
    outcome: { resource: 'payment', id: null, status, minor, currency },
    postings: [wouldPost(merchantId, capture ? 'pending' : 'posted', minor, currency)],
  }
}

/** Answered at once: to wait here would be to wait for a bank or a shopper. */
function beingChecked(): Problem {
  return {
    kind: 'in-progress',
    detail: 'A payment for this order is still being checked with the bank. Nothing else was charged.',
    retryAfterSeconds: 2,
  }
}

/** It may wait for days, and nobody but its merchant ends that. */
function waitsForCapture(paymentId: string): Problem {
  const payment = showId('pay', paymentId)
  return {
    kind: 'order-under-payment',
    detail: `Payment ${payment} of this order is authorised, and waits to be captured. Nothing else was charged.`,
    facts: { payment, paymentStatus: 'authorised' },
  }
}

/**
 * Not stored under the key: a paid order stays paid, so it refuses every retry by itself. Stored, each new key that anyone who has the order's
 * link sends would leave a record for good.
 */
function alreadyPaid(answers: PaymentAnswers, paid: { paymentId: string; receiptToken: string }): Problem {
  return {
    kind: 'already-paid',
    detail: 'This order was already paid. This request charged nothing.',
    facts: answers.paidFacts(paid),
  }
}

function answerFor(
  answers: PaymentAnswers,
  payment: BegunPayment,
  status: PaymentStatus,
  outcome: ChargeOutcome,
  now: Date,
): Answer | null {
  const about = { payment: showId('pay', payment.id), declineCode: null }
  if (outcome.kind === 'declined')
    return answers.problem('payment-declined', DECLINES[outcome.code], {
      ...about,
      declineCode: outcome.code,
    })
  if (outcome.kind === 'not-charged')
    return answers.problem('not-charged', outcome.givenBack ? GIVEN_BACK : NOT_CHARGED, about)
  const facts = progressOf(payment, status, outcome, now)
  return facts && answers.payment(payment, facts)
}

const NOT_CHARGED = 'The bank did not charge this card. You may try again.'
const GIVEN_BACK = 'This payment was not accepted: what the bank charged is given back. You may try again.'

function progressOf(
  payment: BegunPayment,
  status: PaymentStatus,
  outcome: ChargeOutcome,
  now: Date,
): PaymentProgress | null {
  if (status === 'succeeded' && outcome.kind === 'approved')
    return {
      status,
      cardLabel: outcome.cardLabel,
      paidAt: now.toISOString(),
      actionUrl: null,
      partMinor: outcome.partMinor,
    }
  if (status === 'authorised' && outcome.kind === 'authorised') {
    const { cardLabel, captureBefore } = outcome
    return { status, cardLabel, paidAt: null, actionUrl: null, captureBefore }
  }
  if (outcome.kind !== 'challenge') return null
  const actionUrl = confirmUrl(outcome.actionUrl, payment.orderId)
  return { status: 'requires_action', cardLabel: null, paidAt: null, actionUrl }
}

/** Text for each reason of the bank, with what to do next. In none of them was anything charged. */
const DECLINES: Record<DeclineCode, string> = {
  card_declined: 'Your bank declined this card. Nothing was charged. Try another card, or ask your bank.',
  insufficient_funds: 'There is not enough money on this card. Nothing was charged. Try another card.',
  expired_card: 'This card has expired. Nothing was charged. Try another card.',
  not_confirmed:
    'The payment was not confirmed with the bank. Nothing was charged. Try again, or another card.',
  incorrect_details:
    'The number, the date or the security code of this card is wrong. Nothing was charged. Check them, then try again.',
  unknown_payment_method:
    'The bank does not know this payment method: its token is wrong, used up or of another account. Nothing was charged. Try again with a new token.',
  authentication_failed:
    'Your bank could not confirm that this is your card. Nothing was charged. Try again, or try another card.',
  try_again: 'Your bank could not process this card just now. Nothing was charged. Try again in a minute.',
}
