import { z } from 'zod'
import { isParked } from '@/idempotency/stores/read'
import { showId } from '@/lib/id'
import { LIVE, PAYMENT_OPERATIONS, PAYMENT_STATUSES, type PaymentStatus } from '@/payments/payment'
import {
  BANK_COUNT,
  type BankList,
  bankCount,
  SURPLUS_SUMS,
  surplusSums,
} from '@/payments/reconciler/bank-count'
import { REFUNDS_UNDER_WAY } from '@/payments/refund-store'
import { ACTION_URL } from '@/payments/store'
import { type Db, firstRow, joinSql, sql } from '@/platform/db'
import { brand, CHOSEN, SHOWN_NAME } from './brand'
import { confirmUrl } from './confirm-url'
import { ITEMS, itemsOfVersion, ORDER_STATUS, ORDER_STATUSES, orderItem } from './order'
import { receiptCode } from './receipt-code'
import { receiptPath } from './receipt-path'
import { returnLink } from './return-url'

const checkoutRow = z.strictObject({
  reference: z.string().nullable(),
  merchantName: z.string(),
  brand: brand.nullable(),
  mode: z.string(),
  currency: z.string(),
  amount: z.bigint(),
  version: z.int(),
  status: z.enum(ORDER_STATUSES),
  customerEmail: z.string().nullable(),
  items: z.array(orderItem),
  liveStatus: z.enum(LIVE).nullable(),
  leaseOver: z.boolean().nullable(),
  receiptToken: z.string().nullable(),
  paidAt: z.date().nullable(),
  actionUrl: z.string().nullable(),
  cancelUrl: z.string().nullable(),
})

/** An order as the checkout page shows it, with the payment that holds it. Null: there is no such order, or it is one of the sample shop. */
export async function readCheckout(db: Db, orderId: string) {
  const row = await firstRow(
    db,
    checkoutRow,
    sql`
      SELECT o.reference, ${SHOWN_NAME} AS "merchantName", chosen.brand, m.mode, o.currency, o.amount, o.version, ${ORDER_STATUS} AS status,
             o.customer_email AS "customerEmail", ${ITEMS} AS items,
             p.status AS "liveStatus", r.lease_until < now() AS "leaseOver", p.receipt_token AS "receiptToken", t.posted_at AS "paidAt",
             ${ACTION_URL} AS "actionUrl", o.cancel_url AS "cancelUrl"
      FROM orders o JOIN merchant m ON m.id = o.merchant_id AND m.mode <> 'sample' ${CHOSEN}
      LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})
      LEFT JOIN idempotency_record r ON p.status = 'sending' AND r.merchant_id = p.merchant_id AND r.id = p.record_id
      LEFT JOIN ledger_transaction t ON p.status = 'succeeded' AND t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
      WHERE o.id = ${orderId}::uuid`,
  )
  if (!row) return null
  const {
    mode,
    liveStatus,
    leaseOver,
    receiptToken,
    paidAt,
    actionUrl,
    amount,
    cancelUrl,
    brand: chosen,
    ...rest
  } = row
  const shown = { ...rest, ...(chosen ? { brand: chosen } : {}) }
  const urls = {
    receiptUrl: receiptUrl(receiptToken),
    actionUrl: actionUrl && confirmUrl(actionUrl, orderId),
  }
  // Its server has died, or its bank is silent: nobody knows until the resolver has asked.
  const status = liveStatus === 'sending' && leaseOver ? 'unknown' : liveStatus
  const payment = status && { status, ...urls, paidAt: paidAt?.toISOString() ?? null }
  const id = showId('ord', orderId)
  // While a payment may still charge, nobody is led away as if there were none.
  const back = payment ? null : returnLink(cancelUrl, id)
  return { ...shown, id, amount: Number(amount), testMode: mode === 'test', cancelUrl: back, payment }
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
  // The page asks for none of these two: only a program authorises.
  if (status === 'authorised') return 'checking'
  if (status === 'voided') return 'not_charged'
  return status === 'unknown' ? 'checking' : status
}

const receiptRow = z.strictObject({
  paymentId: z.string(),
  orderId: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  merchantName: z.string(),
  brand: brand.nullable(),
  /** What the card statement shows, in the merchant's word. */
  statementWords: z.string().nullable(),
  reference: z.string().nullable(),
  amount: z.bigint(),
  /** What was reserved beyond the amount, and released when a part was captured. */
  released: z.bigint(),
  /** Of refunds that have not failed, those under way included. */
  refunded: z.bigint(),
  refundUnderWay: z.bigint(),
  currency: z.string(),
  cardLabel: z.string().nullable(),
  paidAt: z.date().nullable(),
  /** The last change of the payment: until it has ended, the last time that the bank was asked. */
  changedAt: z.date(),
  items: z.array(orderItem),
  /** It was begun by the checkout page rather than by a program. */
  fromPage: z.boolean(),
  parked: z.boolean(),
  requests: z.int(),
  /** Presses that the page held back. */
  held: z.int(),
  ...bankCount,
  ...surplusSums,
  transactionId: z.string().nullable(),
  successUrl: z.string().nullable(),
})

/**
 * The receipt, with its proof: requests, charges at the bank, and the posting in the ledger. A receipt that was printed before the secret
 * rotated shows `earlierCode`.
 * @param secrets sign its code, the current one first
 * @param list our copy of the bank's list, in which charges are counted; null: it was never read
 */
export async function readReceipt(
  db: Db,
  token: string,
  secrets: readonly [string, ...string[]],
  list: BankList | null,
) {
  const row = await firstRow(
    db,
    receiptRow,
    sql`
      SELECT p.id::text AS "paymentId", p.order_id::text AS "orderId", p.status, ${SHOWN_NAME} AS "merchantName", chosen.brand,
             chosen.statement_words AS "statementWords", o.reference, p.amount,
             coalesce(p.authorised_amount - p.amount, 0) AS released, p.refunded_amount AS refunded, ${REFUNDS_UNDER_WAY} AS "refundUnderWay", p.currency, p.card_label AS "cardLabel",
             t.posted_at AS "paidAt", p.updated_at AS "changedAt", ${itemsOfVersion(sql`coalesce(p.order_version, o.version)`)} AS items, t.id::text AS "transactionId", o.success_url AS "successUrl",
             EXISTS (SELECT FROM idempotency_record r
               WHERE r.merchant_id = p.merchant_id AND r.id = p.record_id AND r.operation = ${PAYMENT_OPERATIONS.pay}) AS "fromPage",
             ${isParked(sql`p.merchant_id`, sql`p.record_id`)} AS parked, bank.*, surplus.*,
             (SELECT count(*)::float8 FROM attempt a WHERE a.merchant_id = p.merchant_id AND a.record_id = p.record_id AND a.outcome NOT IN ('held', 'recovered')) AS requests,
             (SELECT coalesce(sum(a.presses), 0)::float8 FROM attempt a WHERE a.merchant_id = p.merchant_id AND a.record_id = p.record_id AND a.outcome = 'held') AS held
      FROM payment p JOIN merchant m ON m.id = p.merchant_id JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id ${CHOSEN}
      LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
      CROSS JOIN LATERAL ${BANK_COUNT} bank CROSS JOIN LATERAL ${SURPLUS_SUMS} surplus
      WHERE p.receipt_token = ${token} AND m.sample_removed_at IS NULL`,
  )
  if (!row) return null
  const { paymentId, orderId, transactionId, amount, refunded, paidAt, changedAt, ...shown } = row
  const listIsWhole = list !== null && list.wholeUntil >= (paidAt ?? changedAt)
  const proven = { paymentId, amount, currency: row.currency, transactionId }
  const [current, previous] = secrets
  const ids = {
    paymentId: showId('pay', paymentId),
    orderId: showId('ord', orderId),
    ledgerTransactionId: transactionId && showId('txn', transactionId),
  }
  return {
    ...shown,
    ...ids,
    successUrl: row.status === 'succeeded' ? returnLink(row.successUrl, ids.orderId) : null,
    amount: Number(amount),
    released: Number(row.released),
    refunded: Number(refunded),
    refundUnderWay: Number(row.refundUnderWay),
    surplusRefundedAmount: Number(row.surplusRefundedAmount),
    surplusDueAmount: Number(row.surplusDueAmount),
    surplusParkedAmount: Number(row.surplusParkedAmount),
    listIsWhole,
    listReadAt: list?.readAt.toISOString() ?? null,
    paidAt: paidAt?.toISOString() ?? null,
    verificationCode: receiptCode(proven, current),
    earlierCode: previous === undefined ? null : receiptCode(proven, previous),
  }
}

function receiptUrl(token: string | null): string | null {
  return token && receiptPath(token)
}
