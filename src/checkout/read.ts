import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { showId } from '@/lib/id'
import { LIVE, PAYMENT_STATUSES, type PaymentStatus } from '@/payments/payment'
import { ACTION_URL } from '@/payments/store'
import { type Db, firstRow, joinSql, sql } from '@/platform/db'
import { confirmUrl } from './confirm-url'
import { ITEMS, orderItem } from './order'
import { receiptPath } from './receipt-path'

const checkoutRow = z.strictObject({
  reference: z.string().nullable(),
  merchantName: z.string(),
  mode: z.string(),
  currency: z.string(),
  amount: z.bigint(),
  version: z.int(),
  status: z.enum(['open', 'paid']),
  customerEmail: z.string().nullable(),
  items: z.array(orderItem),
  liveStatus: z.enum(['sending', 'unknown', 'requires_action', 'succeeded']).nullable(),
  receiptToken: z.string().nullable(),
  paidAt: z.date().nullable(),
  actionUrl: z.string().nullable(),
})

/** An order as the checkout page shows it, with the payment that holds it. Null: there is no such order. */
export async function readCheckout(db: Db, orderId: string) {
  const row = await firstRow(
    db,
    checkoutRow,
    sql`
      SELECT o.reference, m.name AS "merchantName", m.mode, o.currency, o.amount, o.version, o.status,
             o.customer_email AS "customerEmail", ${ITEMS} AS items,
             p.status AS "liveStatus", p.receipt_token AS "receiptToken", t.posted_at AS "paidAt", ${ACTION_URL} AS "actionUrl"
      FROM orders o JOIN merchant m ON m.id = o.merchant_id
      LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})
      LEFT JOIN ledger_transaction t ON p.status = 'succeeded' AND t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
      WHERE o.id = ${orderId}::uuid`,
  )
  if (!row) return null
  const { mode, liveStatus, receiptToken, paidAt, actionUrl, amount, ...shown } = row
  const urls = {
    receiptUrl: receiptUrl(receiptToken),
    actionUrl: actionUrl && confirmUrl(actionUrl, orderId),
  }
  const payment = liveStatus && { status: liveStatus, ...urls, paidAt: paidAt?.toISOString() ?? null }
  return { ...shown, id: showId('ord', orderId), amount: Number(amount), testMode: mode === 'test', payment }
}

export type KeyAttemptState =
  | 'none'
  | 'working'
  | 'checking'
  | 'requires_action'
  | 'succeeded'
  | 'declined'
  | 'not_charged'

const attemptState = z.strictObject({
  state: z.enum(PAYMENT_STATUSES),
  leaseOver: z.boolean(),
  receiptToken: z.string(),
  declineCode: z.string().nullable(),
  actionUrl: z.string().nullable(),
})

/** State of an attempt, for a page that has lost its answer. Another attempt that paid the order counts: the order is paid. */
export async function readAttemptState(
  db: Db,
  of: { merchantId: string; orderId: string; recordId: string },
) {
  const row = await firstRow(
    db,
    attemptState,
    sql`
      SELECT p.status AS state, r.lease_until < now() AS "leaseOver", p.receipt_token AS "receiptToken", p.decline_code AS "declineCode",
        ${ACTION_URL} AS "actionUrl"
      FROM payment p JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id
      WHERE p.merchant_id = ${of.merchantId}::uuid AND p.order_id = ${of.orderId}::uuid AND (p.record_id = ${of.recordId} OR p.status = 'succeeded')
      ORDER BY p.status = 'succeeded' DESC, p.created_at DESC LIMIT 1`,
  )
  const state: KeyAttemptState = row ? shownState(row.state, row.leaseOver) : 'none'
  const paid = state === 'succeeded' ? receiptUrl(row?.receiptToken ?? null) : null
  return {
    state,
    receiptUrl: paid,
    declineCode: row?.declineCode ?? null,
    actionUrl: row?.actionUrl ? confirmUrl(row.actionUrl, of.orderId) : null,
  }
}

function shownState(status: PaymentStatus, leaseOver: boolean): KeyAttemptState {
  if (status === 'sending') return leaseOver ? 'checking' : 'working'
  return status === 'unknown' ? 'checking' : status
}

const receiptRow = z.strictObject({
  paymentId: z.string(),
  orderId: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  merchantName: z.string(),
  reference: z.string().nullable(),
  amount: z.bigint(),
  refunded: z.bigint(),
  currency: z.string(),
  cardLabel: z.string().nullable(),
  paidAt: z.date().nullable(),
  items: z.array(orderItem),
  requests: z.int(),
  presses: z.int(),
  charges: z.int(),
  transactionId: z.string().nullable(),
})

/**
 * Hexadecimal digits of a receipt's code. 12, that is 48 bits: short enough to read out, and a guess can be tried only against our own
 * comparison, never offline, since the secret is ours.
 */
const CODE_DIGITS = 12

/**
 * The receipt, with the proof of one charge: requests, charges, and the posting in the ledger. A receipt that was printed before the secret
 * rotated shows `earlierCode`.
 * @param secrets sign its code, the current one first
 */
export async function readReceipt(db: Db, token: string, secrets: readonly [string, ...string[]]) {
  const row = await firstRow(
    db,
    receiptRow,
    sql`
      SELECT p.id::text AS "paymentId", p.order_id::text AS "orderId", p.status, m.name AS "merchantName", o.reference, p.amount,
             p.refunded_amount AS refunded, p.currency, p.card_label AS "cardLabel",
             t.posted_at AS "paidAt", ${ITEMS} AS items, t.id::text AS "transactionId",
             (SELECT count(*)::float8 FROM ledger_transaction c WHERE c.merchant_id = p.merchant_id AND c.payment_id = p.id AND c.kind = 'capture') AS charges,
             (SELECT count(*)::float8 FROM attempt a WHERE a.merchant_id = p.merchant_id AND a.record_id = p.record_id AND a.outcome NOT IN ('held', 'recovered')) AS requests,
             (SELECT coalesce(sum(a.presses), 0)::float8 FROM attempt a WHERE a.merchant_id = p.merchant_id AND a.record_id = p.record_id AND a.outcome <> 'recovered') AS presses
      FROM payment p JOIN merchant m ON m.id = p.merchant_id JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
      LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
      WHERE p.receipt_token = ${token}`,
  )
  if (!row) return null
  const { paymentId, orderId, transactionId, amount, refunded, paidAt, ...shown } = row
  const proven = `${paymentId}|${amount}|${row.currency}|${transactionId}`
  const [current, previous] = secrets
  const ids = {
    paymentId: showId('pay', paymentId),
    orderId: showId('ord', orderId),
    ledgerTransactionId: transactionId && showId('txn', transactionId),
  }
  return {
    ...shown,
    ...ids,
    amount: Number(amount),
    refunded: Number(refunded),
    paidAt: paidAt?.toISOString() ?? null,
    verificationCode: codeOf(proven, current),
    earlierCode: previous === undefined ? null : codeOf(proven, previous),
  }
}

function codeOf(proven: string, secret: string): string {
  return createHmac('sha256', secret).update(proven).digest('hex').slice(0, CODE_DIGITS)
}

function receiptUrl(token: string | null): string | null {
  return token && receiptPath(token)
}
