import { z } from 'zod'
import {
  type AttemptRow,
  attemptCounts,
  attemptsOf,
  countAttempts,
  countsOfAttempts,
  findRecord,
  isParked,
  listRecords,
  type RecordDetail,
} from '@/idempotency/stores/read'
import { type JournalTransaction, transactionsOfPayment } from '@/ledger/read'
import { cursorOf, type Db, firstRow, joinSql, rows, type Sql, sql } from '@/platform/db'
import { paymentsThatAre, paymentsWithText } from './counted'
import { DISPUTED, type DisputeRow, listDisputes } from './movements/dispute-store'
import { PAYMENT_STATUSES } from './payment'
import { BANK_COUNT, bankCount, type SurplusFact, surplusOf } from './reconciler/bank-count'
import { type RefundRequestRow, refundRequestsOf } from './refund-request'
import { listRefunds, REFUNDS_UNDER_WAY, type RefundRow } from './refund-store'

const paymentFacts = {
  id: z.string(),
  orderId: z.string(),
  recordId: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  /** In minor units of `currency`, as all amounts here. */
  amount: z.bigint(),
  /** The sum of its refunds that have not failed, those under way included. */
  refundedAmount: z.bigint(),
  refundUnderWay: z.bigint(),
  currency: z.string(),
  method: z.string(),
  cardLabel: z.string().nullable(),
  declineCode: z.string().nullable(),
  /** Of the order, as `customerEmail`. */
  reference: z.string().nullable(),
  customerEmail: z.string().nullable(),
  /** Its outcome is not known, and nobody asks any more: it waits for a person. */
  parked: z.boolean(),
  ...bankCount,
  /** What the bank holds of it in disputes, and what was lost in them. */
  disputeHeld: z.bigint(),
  disputeLost: z.bigint(),
  createdAt: z.date(),
  updatedAt: z.date(),
  /** Position in the list: `cursorOf` the time of creation. */
  cursor: z.string(),
}

const paymentSummary = z.strictObject({ ...paymentFacts, ...attemptCounts })
export type PaymentSummary = z.infer<typeof paymentSummary>

const foundPayment = z.strictObject({
  ...paymentFacts,
  gatewayKey: z.string(),
  gatewayRef: z.string().nullable(),
  /** Who began it (`Actor`); null: it was written by a version before the column. */
  actor: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  fee: z.bigint().nullable(),
  orderStatus: z.string(),
  /** The earliest time at which the bank may have been asked. */
  askedAt: z.date(),
})
export type PaymentFacts = PaymentSummary & z.infer<typeof foundPayment>

const paymentEvent = z.strictObject({ id: z.string(), type: z.string(), createdAt: z.date() })
export type PaymentEvent = z.infer<typeof paymentEvent>

export interface PaymentDetail {
  payment: PaymentFacts
  attempts: AttemptRow[]
  record: RecordDetail | null
  transactions: JournalTransaction[]
  events: PaymentEvent[]
  /** Refunds, newest first; the newest 50. */
  refunds: RefundRow[]
  /** Requests for a refund of it, newest first. */
  refundRequests: RefundRequestRow[]
  /** Charges at the bank beyond the payment, oldest first. */
  surplus: SurplusFact[]
  /** Disputes of its charge, newest first; the newest 20. */
  disputes: DisputeRow[]
  /** Other payments of the same order, newest first: an earlier decline, a later try. */
  siblings: PaymentSummary[]
}

export interface PaymentFilter {
  statuses?: readonly string[]
  currency?: string | null
  /** Part of the order's reference, the customer's e-mail or the card's label; or the whole of the bank's reference. */
  text?: string | null
  /** Id of a payment or of an order: then `text` does not count. */
  id?: string | null
  from?: string | null
  until?: string | null
  after?: { at: string; id: string } | null
  limit: number
}

/** Attempts of a timeline. 500: more than a person scrolls through. The page's counts are of these. */
const ATTEMPTS_SHOWN = 500
/** A payment has one event for its end, two for each surplus charge and one for each refund: 100 are more than a person reads. */
const EVENTS_SHOWN = 100

/** A merchant's payments, newest first, each with its attempts by outcome. Keyset: `after` is the last row of the page before. */
export function listPayments(db: Db, merchantId: string, filter: PaymentFilter): Promise<PaymentSummary[]> {
  const conditions = [sql`p.merchant_id = ${merchantId}::uuid`, ...where(filter)]
  const { statuses, currency, text, id, from, until, after, limit } = filter
  // Few may be of a state or a currency, or have a text, and the newest of them long ago.
  if ((statuses?.length || currency || text) && !id) {
    const bounds = { statuses, currency, from, until, after, limit }
    const wanted = text ? paymentsWithText(merchantId, text, bounds) : paymentsThatAre(merchantId, bounds)
    conditions.push(sql`p.id = ANY (ARRAY(SELECT id FROM ${wanted}))`)
  }
  return summaries(
    db,
    sql`SELECT p.*, o.reference, o.customer_email
      FROM payment p JOIN orders o ON (o.merchant_id, o.id) = (p.merchant_id, p.order_id)
      WHERE ${joinSql(conditions, ' AND ')}
      ORDER BY p.created_at DESC, p.id DESC LIMIT ${filter.limit}`,
  )
}

/** One payment with everything that explains it; null when this merchant has none with this id. */
export async function paymentDetail(
  db: Db,
  merchantId: string,
  paymentId: string,
): Promise<PaymentDetail | null> {
  const facts = await findPayment(db, merchantId, paymentId)
  if (!facts) return null
  const records = await listRecords(db, merchantId, { subjectId: paymentId, limit: 20 })
  const recordIds = [...new Set([facts.recordId, ...records.map((record) => record.id)])]
  const [attempts, record, transactions, events, refunds, refundRequests, surplus, disputes, siblings] =
    await Promise.all([
      attemptsOf(db, merchantId, recordIds, ATTEMPTS_SHOWN),
      findRecord(db, merchantId, facts.recordId),
      transactionsOfPayment(db, merchantId, paymentId),
      eventsOf(db, merchantId, paymentId),
      listRefunds(db, merchantId, { paymentId, after: null, limit: 50 }),
      refundRequestsOf(db, merchantId, paymentId),
      surplusOf(db, merchantId, paymentId),
      listDisputes(db, merchantId, { paymentId, limit: 20 }),
      listPayments(db, merchantId, { id: facts.orderId, limit: 20 }),
    ])
  return {
    payment: { ...facts, ...countAttempts(attempts) },
    attempts,
    record,
    transactions,
    events,
    refunds,
    refundRequests,
    surplus,
    disputes,
    siblings: siblings.filter((sibling) => sibling.id !== paymentId),
  }
}

function where(filter: PaymentFilter): Sql[] {
  const { statuses = [], currency, id, from, until, after } = filter
  return [
    ...(statuses.length > 0 ? [sql`p.status IN (${joinSql([...statuses])})`] : []),
    ...(currency ? [sql`p.currency = ${currency}`] : []),
    ...(id ? [sql`(p.id = ${id}::uuid OR p.order_id = ${id}::uuid)`] : []),
    ...(from ? [sql`p.created_at >= ${from}::timestamptz`] : []),
    ...(until ? [sql`p.created_at < ${until}::timestamptz`] : []),
    ...(after ? [sql`(p.created_at, p.id) < (${after.at}::timestamptz, ${after.id}::uuid)`] : []),
  ]
}

function summaries(db: Db, page: Sql): Promise<PaymentSummary[]> {
  return rows(
    db,
    paymentSummary,
    sql`
      WITH page AS (${page})
      SELECT p.id, p.order_id AS "orderId", p.record_id AS "recordId", p.status, p.amount, p.refunded_amount AS "refundedAmount",
        p.currency, p.method, p.card_label AS "cardLabel", p.decline_code AS "declineCode", p.reference, p.customer_email AS "customerEmail",
        p.created_at AS "createdAt", p.updated_at AS "updatedAt", ${cursorOf(sql`p.created_at`)} AS cursor, ${STANDING}, a.*, bank.*, disputed.*
      FROM page p CROSS JOIN LATERAL ${countsOfAttempts(sql`p.merchant_id`, sql`p.record_id`)} a CROSS JOIN LATERAL ${BANK_COUNT} bank
        CROSS JOIN LATERAL ${DISPUTED} disputed
      ORDER BY p.created_at DESC, p.id DESC`,
  )
}

/** Columns of the payment `p` that other tables decide: the refunds that have not ended, and whether its record waits for a person. */
const STANDING: Sql = sql`${REFUNDS_UNDER_WAY} AS "refundUnderWay", ${isParked(sql`p.merchant_id`, sql`p.record_id`)} AS parked`

async function findPayment(db: Db, merchantId: string, paymentId: string) {
  return firstRow(
    db,
    foundPayment,
    sql`
      SELECT p.id, p.order_id AS "orderId", p.record_id AS "recordId", p.status, p.amount, p.refunded_amount AS "refundedAmount",
        p.currency, p.method, p.card_label AS "cardLabel", p.decline_code AS "declineCode", p.created_at AS "createdAt",
        p.updated_at AS "updatedAt", p.gateway_key AS "gatewayKey", p.gateway_ref AS "gatewayRef", p.fee,
        p.actor, p.address, p.request_id AS "requestId", o.reference,
        o.customer_email AS "customerEmail", o.status AS "orderStatus", '' AS cursor, least(p.asked_since, p.created_at) AS "askedAt",
        ${STANDING}, bank.*, disputed.*
      FROM payment p
      JOIN orders o ON (o.merchant_id, o.id) = (p.merchant_id, p.order_id)
      CROSS JOIN LATERAL ${BANK_COUNT} bank
      CROSS JOIN LATERAL ${DISPUTED} disputed
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid`,
  )
}

function eventsOf(db: Db, merchantId: string, subjectId: string): Promise<PaymentEvent[]> {
  return rows(
    db,
    paymentEvent,
    sql`
      SELECT id, type, created_at AS "createdAt" FROM outbox_event
      WHERE merchant_id = ${merchantId}::uuid AND subject_id IS NOT NULL AND subject_id = ANY (ARRAY(
        SELECT ${subjectId}::uuid
        UNION ALL SELECT id FROM refund WHERE merchant_id = ${merchantId}::uuid AND payment_id = ${subjectId}::uuid))
      ORDER BY created_at, id LIMIT ${EVENTS_SHOWN}`,
  )
}
