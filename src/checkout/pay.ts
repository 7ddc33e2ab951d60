import type { Operation, Refusal } from '@/idempotency/core/operation'
import type { Answer } from '@/idempotency/core/record'
import { type Facts, PROBLEMS, type Problem } from '@/idempotency/problems'
import { showId } from '@/lib/id'
import { type ChargeOutcome, charge, findCharge, settle } from '@/payments/charge'
import type { DeclineCode, Gateway } from '@/payments/gateway'
import { LIVE, type PaymentStatus } from '@/payments/payment'
import { BEGUN_COLUMNS, type BegunPayment } from '@/payments/store'
import { audit } from '@/platform/audit'
import { type Db, joinSql, sql, type Write } from '@/platform/db'

/** What the shopper's page asks for, parsed. `merchantId` was found by the order, not sent. */
export interface PayInput {
  merchantId: string
  orderId: string
  /** The version of the order that the shopper saw. */
  version: number
  paymentMethod: string
}

export interface PayDeps {
  db: Db
  gateway: Gateway
  newId: () => string
  /** A receipt's address: unguessable, since whoever has it may see the receipt. */
  newReceiptToken: () => string
  now: () => Date
}

/** The body of a successful answer, stored and replayed as it is. */
export interface PaidBody {
  payment: { id: string; status: 'succeeded' | 'requires_action'; amount: number; currency: string; cardLabel: string | null; paidAt: string | null }
  receiptUrl: string
  actionUrl: string | null
}

/** The body of a stored problem: words and facts. Its kind and status stand beside it in the record. */
export interface ProblemBody {
  detail: string
  facts: Facts
}

/** Paying an order from the checkout page: reserve the order, ask the bank once, settle in one commit. */
export function payOperation(deps: PayDeps): Operation<PayInput, BegunPayment, ChargeOutcome, Write> {
  return {
    name: 'checkout.pay',
    volatile: [],
    begin: (input, ids) => ({ name: 'payment', rows: 1, sql: reserve(input, ids, deps) }),
    refused: (input) => whyRefused(deps.db, input),
    ask: (payment) => charge(deps.gateway, payment),
    find: (payment) => findCharge(deps.gateway, payment),
    doubt: (reason) => ({ kind: 'unknown', reason }),
    finish: (payment, outcome) => {
      const { status, writes } = settle(payment, outcome, deps.newId)
      const answer = answerFor(payment, status, outcome, deps.now())
      if (outcome.kind === 'contradiction') return { to: 'parked', answer: null, writes, reason: outcome.reason }
      if (answer === null || status === 'unknown' || status === 'requires_action')
        return { to: 'unknown', answer, writes, retryInMs: lookAgainMs(payment.ageMs) }
      return { to: 'completed', answer, writes: status === 'succeeded' ? [...writes, orderPaid(payment)] : writes }
    },
    recall: async (merchantId, paymentId) => {
      const rows = await deps.db.$queryRaw<BegunPayment[]>(
        sql`SELECT ${BEGUN_COLUMNS} FROM payment WHERE merchant_id = ${merchantId}::uuid AND id = ${paymentId}::uuid`,
      )
      return rows[0] ?? null
    },
    pointer: (paymentId) => ({ payment: showId('pay', paymentId) }),
    parked: ({ merchantId, recordId }, reason) => [
      audit({ merchantId, id: deps.newId(), actor: 'system', action: 'record.parked', subject: recordId, detail: reason }),
    ],
  }
}

/**
 * The order guard. The payment is written only for an open order of the version that the shopper saw, at the order's own amount,
 * and only if no live payment holds the order: the partial unique index decides between two keys, tabs or devices.
 */
function reserve(input: PayInput, ids: { merchantId: string; recordId: string; subjectId: string }, deps: PayDeps) {
  return sql`
    INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token)
    SELECT o.merchant_id, ${ids.subjectId}::uuid, o.id, ${ids.recordId}, o.amount, o.currency, ${input.paymentMethod}, ${ids.subjectId}, ${deps.newReceiptToken()}
    FROM mine, orders o
    WHERE o.merchant_id = ${ids.merchantId}::uuid AND o.id = ${input.orderId}::uuid AND o.version = ${input.version} AND o.status = 'open'
    ON CONFLICT DO NOTHING
    RETURNING ${BEGUN_COLUMNS}`
}

async function whyRefused(db: Db, input: PayInput): Promise<Refusal> {
  const [order] = await db.$queryRaw<
    Array<{ version: number; status: string; liveStatus: PaymentStatus | null; receiptToken: string | null; paymentId: string | null }>
  >(sql`
    SELECT o.version, o.status, p.status AS "liveStatus", p.receipt_token AS "receiptToken", p.id::text AS "paymentId"
    FROM orders o LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})
    WHERE o.merchant_id = ${input.merchantId}::uuid AND o.id = ${input.orderId}::uuid`)
  if (!order) return { kind: 'problem', problem: { kind: 'not-found', detail: 'There is no such order.' } }
  if (order.liveStatus === 'succeeded') return { kind: 'answer', answer: alreadyPaid(order.paymentId, order.receiptToken) }
  if (order.liveStatus === 'sending') return { kind: 'busy' }
  if (order.liveStatus) return { kind: 'problem', problem: beingChecked() }
  if (order.version !== input.version)
    return {
      kind: 'problem',
      problem: {
        kind: 'order-changed',
        detail: 'Your basket changed. Nothing was charged: look at the new total, then pay.',
        facts: { version: order.version },
      },
    }
  // The order was free again by the time we looked: try once more.
  return { kind: 'busy' }
}

/** Waiting here would be waiting for a bank or a shopper: say so at once. */
function beingChecked(): Problem {
  return { kind: 'in-progress', detail: 'A payment of this order is being checked with the bank. Nothing more was charged.', retryAfterSeconds: 2 }
}

function alreadyPaid(paymentId: string | null, receiptToken: string | null): Answer {
  return problemAnswer('already-paid', 'This order was already paid. You were not charged again.', {
    payment: paymentId ? showId('pay', paymentId) : null,
    receiptUrl: receiptToken ? `/receipt/${receiptToken}` : null,
  })
}

function answerFor(payment: BegunPayment, status: PaymentStatus, outcome: ChargeOutcome, now: Date): Answer | null {
  if (outcome.kind === 'declined')
    return problemAnswer('payment-declined', DECLINES[outcome.code], { declineCode: outcome.code, payment: showId('pay', payment.id) })
  if (outcome.kind === 'not-charged')
    return problemAnswer('not-charged', 'The bank did not charge this card. Nothing was charged; you may try again.', {
      payment: showId('pay', payment.id),
    })
  if (status === 'succeeded' && outcome.kind === 'approved') return paidAnswer(payment, 'succeeded', outcome.cardLabel, now.toISOString(), null)
  if (outcome.kind !== 'challenge') return null
  const back = encodeURIComponent(`/checkout/${showId('ord', payment.orderId)}`)
  return paidAnswer(payment, 'requires_action', null, null, `${outcome.actionUrl}?return=${back}`)
}

/** The bank's reasons in plain words, with what to do. Nothing was charged in any of them. */
const DECLINES: Record<DeclineCode, string> = {
  card_declined: 'Your bank declined this card. Nothing was charged. Try another card, or ask your bank.',
  insufficient_funds: 'Your bank said there is not enough money on this card. Nothing was charged. Try another card.',
  expired_card: 'This card has expired. Nothing was charged. Try another card.',
}

function paidAnswer(
  payment: BegunPayment,
  status: 'succeeded' | 'requires_action',
  cardLabel: string | null,
  paidAt: string | null,
  actionUrl: string | null,
): Answer {
  const { id, amount, currency, receiptToken } = payment
  const shown = { id: showId('pay', id), status, amount: Number(amount), currency, cardLabel, paidAt }
  const body: PaidBody = { payment: shown, receiptUrl: `/receipt/${receiptToken}`, actionUrl }
  return { status: 200, problem: null, body: JSON.stringify(body) }
}

function problemAnswer(kind: 'payment-declined' | 'not-charged' | 'already-paid', detail: string, facts: ProblemBody['facts']): Answer {
  const body: ProblemBody = { detail, facts }
  return { status: PROBLEMS[kind].status, problem: kind, body: JSON.stringify(body) }
}

function orderPaid(payment: BegunPayment): Write {
  return {
    name: 'order',
    rows: 1,
    sql: sql`
      UPDATE orders SET status = 'paid', updated_at = now()
      WHERE merchant_id = ${payment.merchantId}::uuid AND id = ${payment.orderId}::uuid AND status = 'open' RETURNING 1`,
  }
}

/** Soon at first, since most doubts are short; then ever less often, up to a minute apart. */
function lookAgainMs(ageMs: number): number {
  return Math.min(60_000, Math.max(1_000, ageMs / 4))
}
