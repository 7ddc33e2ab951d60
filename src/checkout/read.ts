import { createHmac } from 'node:crypto'
import { showId } from '@/lib/id'
import { LIVE, type PaymentStatus } from '@/payments/payment'
import { ACTION_URL } from '@/payments/store'
import { type Db, joinSql, type Sql, sql } from '@/platform/db'
import { confirmUrl } from './confirm-url'
import { receiptPath } from './receipt-path'

interface ItemRow {
  name: string
  quantity: number
  unitAmount: number
}

/** The order's lines as one JSON value, so that an order is one read. Amounts fit, since an order's total does. */
const ITEMS: Sql = sql`(
  SELECT coalesce(json_agg(json_build_object('name', i.name, 'quantity', i.quantity, 'unitAmount', i.unit_amount) ORDER BY i.position), '[]')
  FROM order_item i WHERE i.merchant_id = o.merchant_id AND i.order_id = o.id)`

interface CheckoutRow {
  reference: string | null
  merchantName: string
  mode: string
  currency: string
  amount: bigint
  version: number
  status: 'open' | 'paid'
  customerEmail: string | null
  items: ItemRow[]
  liveStatus: 'sending' | 'unknown' | 'requires_action' | 'succeeded' | null
  receiptToken: string | null
  paidAt: Date | null
  actionUrl: string | null
}

/** What the checkout page shows of an order, and of the payment that holds it. Null: there is no such order. */
export async function readCheckout(db: Db, orderId: string) {
  const [row] = await db.$queryRaw<CheckoutRow[]>(sql`
    SELECT o.reference, m.name AS "merchantName", m.mode, o.currency, o.amount, o.version, o.status, o.customer_email AS "customerEmail", ${ITEMS} AS items,
           p.status AS "liveStatus", p.receipt_token AS "receiptToken", t.posted_at AS "paidAt", ${ACTION_URL} AS "actionUrl"
    FROM orders o JOIN merchant m ON m.id = o.merchant_id
    LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})
    LEFT JOIN ledger_transaction t ON p.status = 'succeeded' AND t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
    WHERE o.id = ${orderId}::uuid`)
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

interface StateRow {
  state: PaymentStatus | null
  leaseOver: boolean
  receiptToken: string | null
  declineCode: string | null
  actionUrl: string | null
}

/** How an attempt stands, for a page that has lost its answer. Another attempt that paid the order counts: it is paid. */
export async function readAttemptState(
  db: Db,
  of: { merchantId: string; orderId: string; recordId: string },
) {
  const rows = await db.$queryRaw<StateRow[]>(sql`
    SELECT p.status AS state, r.lease_until < now() AS "leaseOver", p.receipt_token AS "receiptToken", p.decline_code AS "declineCode",
      ${ACTION_URL} AS "actionUrl"
    FROM payment p JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id
    WHERE p.merchant_id = ${of.merchantId}::uuid AND p.order_id = ${of.orderId}::uuid AND (p.record_id = ${of.recordId} OR p.status = 'succeeded')
    ORDER BY p.status = 'succeeded' DESC, p.created_at DESC LIMIT 1`)
  const row = rows[0]
  const state: KeyAttemptState = row?.state ? shownState(row.state, row.leaseOver) : 'none'
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

interface ReceiptRow {
  paymentId: string
  orderId: string
  status: PaymentStatus
  merchantName: string
  reference: string | null
  amount: bigint
  refunded: bigint
  currency: string
  cardLabel: string | null
  paidAt: Date | null
  items: ItemRow[]
  requests: number
  presses: number
  charges: number
  transactionId: string | null
}

/** The receipt, with the proof that there was one charge: what was asked, what was charged, and where it is in the ledger. */
export async function readReceipt(db: Db, token: string, secret: string) {
  const [row] = await db.$queryRaw<ReceiptRow[]>(sql`
    SELECT p.id::text AS "paymentId", p.order_id::text AS "orderId", p.status, m.name AS "merchantName", o.reference, p.amount, p.refunded_amount AS refunded,
           p.currency, p.card_label AS "cardLabel",
           t.posted_at AS "paidAt", ${ITEMS} AS items, t.id::text AS "transactionId",
           (SELECT count(*)::int FROM ledger_transaction c WHERE c.merchant_id = p.merchant_id AND c.payment_id = p.id AND c.kind = 'capture') AS charges,
           (SELECT count(*)::int FROM attempt a WHERE a.merchant_id = p.merchant_id AND a.record_id = p.record_id AND a.outcome NOT IN ('held', 'recovered')) AS requests,
           (SELECT coalesce(sum(a.presses), 0)::int FROM attempt a WHERE a.merchant_id = p.merchant_id AND a.record_id = p.record_id AND a.outcome <> 'recovered') AS presses
    FROM payment p JOIN merchant m ON m.id = p.merchant_id JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
    LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
    WHERE p.receipt_token = ${token}`)
  if (!row) return null
  const { paymentId, orderId, transactionId, amount, refunded, paidAt, ...shown } = row
  const verificationCode = createHmac('sha256', secret)
    .update(`${paymentId}|${amount}|${row.currency}|${transactionId}`)
    .digest('hex')
    .slice(0, 12)
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
    verificationCode,
  }
}

function receiptUrl(token: string | null): string | null {
  return token && receiptPath(token)
}
