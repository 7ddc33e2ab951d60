import { z } from 'zod'
import {
  type AttemptRow,
  attemptCounts,
  attemptsOfSubject,
  countAttempts,
  countsOfAttempts,
  findRecord,
  isParked,
  type RecordFacts,
} from '@/idempotency/stores/read'
import { type JournalTransaction, transactionsOfPayment } from '@/ledger/read'
import { cursorOf, type Db, firstRow, joinSql, rows, type Sql, sql } from '@/platform/db'
import { authorisationOf, type PaymentAuthorisation } from './authorisation-read'
import { hasWords, isSought, paymentsByAmount, paymentsFound, paymentsThatAre, type Sought } from './counted'
import { DISPUTED, type DisputeRow, HAS_DISPUTES, listDisputes } from './movements/dispute-store'
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
  /** What the bank kept; null: not charged, or the bank has not said. */
  fee: z.bigint().nullable(),
  /** Of the charge at the bank. */
  gatewayRef: z.string().nullable(),
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
  /** Who began it (`Actor`); null: it was written by a version before the column. */
  actor: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  orderStatus: z.string(),
  /** The earliest time at which the bank may have been asked. */
  askedAt: z.date(),
  /** It has rows of these, which most payments have not: its page reads no others. */
  hasRefunds: z.boolean(),
  hasRefundRequests: z.boolean(),
  hasDisputes: z.boolean(),
  hasAuthorisation: z.boolean(),
  /** What the bank had reserved, where less of it was captured; null: the amount. */
  authorisedAmount: z.bigint().nullable(),
  hasSiblings: z.boolean(),
  /** How two admins ended it (`Ending`); null: the bank's answer did, or nothing has yet. */
  declared: z.enum(['charged', 'not-charged', 'return']).nullable(),
  receiptToken: z.string(),
  description: z.string().nullable(),
  /** The merchant's own pairs: of the payment, and of its order. */
  metadata: z.record(z.string(), z.string()),
  orderMetadata: z.record(z.string(), z.string()),
  /** What was bought, as the order lists it. */
  items: z.array(z.strictObject({ name: z.string(), quantity: z.int(), unitAmount: z.int() })),
})
export type PaymentFacts = PaymentSummary & z.infer<typeof foundPayment>

const paymentEvent = z.strictObject({
  id: z.string(),
  type: z.string(),
  createdAt: z.date(),
  /** Its webhooks, by what became of them. */
  delivered: z.int(),
  failed: z.int(),
  pending: z.int(),
  /** The end of the last one that has ended. */
  sentAt: z.date().nullable(),
})
export type PaymentEvent = z.infer<typeof paymentEvent>

export interface PaymentDetail {
  payment: PaymentFacts
  attempts: AttemptRow[]
  record: RecordFacts | null
  transactions: JournalTransaction[]
  events: PaymentEvent[]
  /** Refunds, newest first; the newest 50. */
  refunds: RefundRow[]
  /** Requests for a refund of it, newest first. */
  refundRequests: RefundRequestRow[]
  /** Charges at the bank beyond the payment, oldest first. */
  surplus: SurplusFact[]
  /** Null: the bank was never asked to reserve the amount first, or has not done so. */
  authorisation: PaymentAuthorisation | null
  /** Disputes of its charge, newest first; the newest 20. */
  disputes: DisputeRow[]
  /** Other payments of the same order, newest first: an earlier decline, a later try. */
  siblings: PaymentSummary[]
}

/** Which payments: all conditions at once. */
export interface PaymentFilter extends Sought {
  statuses?: readonly string[] | undefined
  currency?: string | null | undefined
  /** Id of a payment or of an order: then words and amounts do not count. */
  id?: string | null
  /** RFC 3339; the end is exclusive. */
  from?: string | null | undefined
  until?: string | null | undefined
}

/** One page of a list: newest first, or in the order of amounts, of one currency. */
export interface PaymentListing extends PaymentFilter {
  after?: { at: string; id: string } | null
  byAmount?: { rising: boolean; after: { amount: bigint; id: string } | null } | null
  limit: number
}

/** Attempts of a timeline. 500: more than a person scrolls through. The page's counts are of these. */
const ATTEMPTS_SHOWN = 500
/** A payment has one event for its end, two for each surplus charge and one for each refund: 100 are more than a person reads. */
const EVENTS_SHOWN = 100

/**
 * A merchant's payments, newest first, each with its attempts by outcome. Keyset: `after` is the last row of the page before.
 * @throws RangeError for an order or a bound of amounts without a currency: amounts of two do not compare
 */
export function listPayments(db: Db, merchantId: string, filter: PaymentListing): Promise<PaymentSummary[]> {
  const { byAmount, after, limit } = filter
  const order = byAmount ? amountOrder(byAmount.rising) : NEWEST
  const conditions = [sql`p.merchant_id = ${merchantId}::uuid`, ...where(filter)]
  if (after && !byAmount)
    conditions.push(sql`(p.created_at, p.id) < (${after.at}::timestamptz, ${after.id}::uuid)`)
  const ids = candidates(merchantId, filter)
  if (ids) conditions.push(sql`p.id = ANY (ARRAY(SELECT id FROM ${ids}))`)
  return summaries(
    db,
    sql`SELECT p.*, o.reference, o.customer_email
      FROM payment p JOIN orders o ON (o.merchant_id, o.id) = (p.merchant_id, p.order_id)
      WHERE ${joinSql(conditions, ' AND ')} ORDER BY ${order} LIMIT ${limit}`,
    order,
  )
}

const NEWEST = sql`p.created_at DESC, p.id DESC`
const amountOrder = (rising: boolean) => (rising ? sql`p.amount, p.id` : sql`p.amount DESC, p.id DESC`)

/** Rows with the ids among which a page is: few may be of a state or a currency, or have a text, and the newest of them long ago. */
function candidates(merchantId: string, filter: PaymentListing): Sql | null {
  const { statuses, currency, id, from, until, after, byAmount, limit } = filter
  if (id) return null
  if (!currency && (byAmount || filter.lowest != null || filter.highest != null))
    throw new RangeError('amounts are compared within one currency')
  const bounds = { statuses, currency, from, until, limit }
  if (byAmount) return paymentsByAmount(merchantId, filter, { ...bounds, ...byAmount })
  if (isSought(filter)) return paymentsFound(merchantId, filter, { ...bounds, after })
  return statuses?.length || currency ? paymentsThatAre(merchantId, { ...bounds, after }) : null
}

const countRow = z.strictObject({
  status: z.enum(PAYMENT_STATUSES),
  currency: z.string(),
  payments: z.int(),
  /** A sum, as text: a sum of BIGINTs may exceed a BIGINT. */
  amount: z.string(),
})
export type PaymentCount = z.infer<typeof countRow>

/** Payments that a search by words or amounts counts. More are "1,000+": each must be looked at. */
export const COUNTED_MAX = 1_000

/**
 * How many payments are listed, and their sum, by state and currency. By hours where only a state, a currency and a time are asked for: exact,
 * whatever their number. Otherwise counted one by one.
 * @returns null: there are more than `COUNTED_MAX`
 */
export async function countPayments(
  db: Db,
  merchantId: string,
  filter: Omit<PaymentFilter, 'statuses'>,
): Promise<PaymentCount[] | null> {
  const { currency = null, from, until, id } = filter
  if (!id && !isSought(filter)) {
    return rows(
      db,
      countRow,
      sql`
        SELECT status, currency, sum(payments)::float8 AS payments, sum(amount)::text AS amount
        FROM payment_counts(${merchantId}::uuid, ${from ?? '-infinity'}::timestamptz, ${until ?? 'infinity'}::timestamptz)
        WHERE ${currency}::text IS NULL OR currency = ${currency} GROUP BY status, currency ORDER BY payments DESC, currency`,
    )
  }
  const limit = COUNTED_MAX + 1
  // In the order of their index, amounts are counted without a look at the others.
  const byAmount = hasWords(filter) ? null : { rising: true, after: null }
  const ids = candidates(merchantId, { ...filter, byAmount, limit })
  const conditions = [sql`p.merchant_id = ${merchantId}::uuid`, ...where(filter)]
  if (ids) conditions.push(sql`p.id = ANY (ARRAY(SELECT id FROM ${ids}))`)
  const counts = await rows(
    db,
    countRow,
    sql`
      SELECT p.status, p.currency, count(*)::int AS payments, sum(p.amount)::text AS amount
      FROM payment p WHERE ${joinSql(conditions, ' AND ')} GROUP BY 1, 2 ORDER BY payments DESC, currency`,
  )
  return counts.reduce((sum, { payments }) => sum + payments, 0) > COUNTED_MAX ? null : counts
}

/** One payment with everything that explains it; null when this merchant has none with this id. */
export async function paymentDetail(
  db: Db,
  merchantId: string,
  paymentId: string,
): Promise<PaymentDetail | null> {
  const facts = await findPayment(db, merchantId, paymentId)
  if (!facts) return null
  const { recordId, orderId } = facts
  const hasSurplus = facts.surplusRefunded + facts.surplusDue + facts.surplusParked > 0
  const [
    attempts,
    record,
    transactions,
    events,
    refunds,
    refundRequests,
    surplus,
    authorisation,
    disputes,
    siblings,
  ] = await Promise.all([
    attemptsOfSubject(db, merchantId, { recordId, subjectId: paymentId }, ATTEMPTS_SHOWN),
    findRecord(db, merchantId, recordId),
    transactionsOfPayment(db, merchantId, paymentId),
    eventsOf(db, merchantId, paymentId),
    facts.hasRefunds ? listRefunds(db, merchantId, { paymentId, after: null, limit: 50 }) : [],
    facts.hasRefundRequests ? refundRequestsOf(db, merchantId, paymentId) : [],
    hasSurplus ? surplusOf(db, merchantId, paymentId) : [],
    facts.hasAuthorisation ? authorisationOf(db, merchantId, paymentId) : null,
    facts.hasDisputes ? listDisputes(db, merchantId, { paymentId, limit: 20 }) : [],
    facts.hasSiblings ? listPayments(db, merchantId, { id: orderId, limit: 20 }) : [],
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
    authorisation,
    disputes,
    siblings: siblings.filter((sibling) => sibling.id !== paymentId),
  }
}

function where(filter: PaymentFilter): Sql[] {
  const { statuses = [], currency, id, from, until } = filter
  return [
    ...(statuses.length > 0 ? [sql`p.status IN (${joinSql([...statuses])})`] : []),
    ...(currency ? [sql`p.currency = ${currency}`] : []),
    ...(id ? [sql`(p.id = ${id}::uuid OR p.order_id = ${id}::uuid)`] : []),
    ...(from ? [sql`p.created_at >= ${from}::timestamptz`] : []),
    ...(until ? [sql`p.created_at < ${until}::timestamptz`] : []),
  ]
}

function summaries(db: Db, page: Sql, order: Sql): Promise<PaymentSummary[]> {
  return rows(
    db,
    paymentSummary,
    sql`
      WITH page AS (${page})
      SELECT p.id, p.order_id AS "orderId", p.record_id AS "recordId", p.status, p.amount, p.refunded_amount AS "refundedAmount",
        p.currency, p.fee, p.gateway_ref AS "gatewayRef", p.method, p.card_label AS "cardLabel", p.decline_code AS "declineCode", p.reference, p.customer_email AS "customerEmail",
        p.created_at AS "createdAt", p.updated_at AS "updatedAt", ${cursorOf(sql`p.created_at`)} AS cursor, ${STANDING}, a.*, bank.*, disputed.*
      FROM page p CROSS JOIN LATERAL ${countsOfAttempts(sql`p.merchant_id`, sql`p.record_id`)} a CROSS JOIN LATERAL ${BANK_COUNT} bank
        CROSS JOIN LATERAL ${DISPUTED} disputed
      ORDER BY ${order}`,
  )
}

/** Columns of the payment `p` that other tables decide: the refunds that have not ended, and whether its record waits for a person. */
const STANDING: Sql = sql`${REFUNDS_UNDER_WAY} AS "refundUnderWay", ${isParked(sql`p.merchant_id`, sql`p.record_id`)} AS parked`

/** Subquery: how two admins ended the payment `p`; null: the bank's answer did, or nothing has yet. */
const DECLARED: Sql = sql`(
  SELECT r.ending FROM resolution r
  WHERE r.merchant_id = p.merchant_id AND r.kind = 'payment' AND r.subject = p.id::text AND r.status = 'confirmed' LIMIT 1)`

async function findPayment(db: Db, merchantId: string, paymentId: string) {
  return firstRow(
    db,
    foundPayment,
    sql`
      SELECT p.id, p.order_id AS "orderId", p.record_id AS "recordId", p.status, p.amount, p.refunded_amount AS "refundedAmount",
        p.currency, p.method, p.card_label AS "cardLabel", p.decline_code AS "declineCode", p.created_at AS "createdAt",
        p.updated_at AS "updatedAt", p.gateway_key AS "gatewayKey", p.gateway_ref AS "gatewayRef", p.fee,
        p.actor, p.address, p.request_id AS "requestId", p.authorised_amount AS "authorisedAmount", o.reference,
        o.customer_email AS "customerEmail", o.status AS "orderStatus", '' AS cursor, least(p.asked_since, p.created_at) AS "askedAt",
        EXISTS (SELECT FROM refund x WHERE x.merchant_id = p.merchant_id AND x.payment_id = p.id) AS "hasRefunds",
        EXISTS (SELECT FROM refund_request x WHERE x.merchant_id = p.merchant_id AND x.payment_id = p.id) AS "hasRefundRequests",
        EXISTS (SELECT FROM authorisation x WHERE x.merchant_id = p.merchant_id AND x.payment_id = p.id) AS "hasAuthorisation",
        ${HAS_DISPUTES} AS "hasDisputes",
        EXISTS (SELECT FROM payment x WHERE x.merchant_id = p.merchant_id AND x.order_id = p.order_id AND x.id <> p.id) AS "hasSiblings",
        ${STANDING}, ${DECLARED} AS declared, p.receipt_token AS "receiptToken", p.description, p.metadata, o.metadata AS "orderMetadata",
        (SELECT coalesce(json_agg(json_build_object('name', i.name, 'quantity', i.quantity, 'unitAmount', i.unit_amount) ORDER BY i.position), '[]')
          FROM order_item i WHERE i.merchant_id = o.merchant_id AND i.order_id = o.id AND i.order_version = coalesce(p.order_version, o.version)) AS items, bank.*, disputed.*
      FROM payment p
      JOIN orders o ON (o.merchant_id, o.id) = (p.merchant_id, p.order_id)
      CROSS JOIN LATERAL ${BANK_COUNT} bank
      CROSS JOIN LATERAL ${DISPUTED} disputed
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid`,
  )
}

const referenced = z.strictObject({ id: z.string(), reference: z.string() })

/** The order's reference of each of these payments that has one, by the payment's id. */
export async function referencesOf(
  db: Db,
  merchantId: string,
  paymentIds: readonly (string | null)[],
): Promise<Map<string, string>> {
  const ids = [...new Set(paymentIds.filter((id) => id !== null))]
  if (ids.length === 0) return new Map()
  const found = await rows(
    db,
    referenced,
    sql`
      SELECT p.id, o.reference FROM payment p JOIN orders o ON (o.merchant_id, o.id) = (p.merchant_id, p.order_id)
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ANY (${ids}::uuid[]) AND o.reference IS NOT NULL`,
  )
  return new Map(found.map(({ id, reference }) => [id, reference]))
}

function eventsOf(db: Db, merchantId: string, subjectId: string): Promise<PaymentEvent[]> {
  return rows(
    db,
    paymentEvent,
    sql`
      SELECT e.id, e.type, e.created_at AS "createdAt", sent.*
      FROM outbox_event e CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE d.state = 'delivered')::float8 AS delivered, count(*) FILTER (WHERE d.state = 'failed')::float8 AS failed,
          count(*) FILTER (WHERE d.state = 'pending')::float8 AS pending, max(d.ended_at) AS "sentAt"
        FROM webhook_endpoint w JOIN webhook_delivery d ON (d.merchant_id, d.endpoint_id, d.event_id) = (w.merchant_id, w.id, e.id)
        WHERE w.merchant_id = e.merchant_id) sent
      WHERE e.merchant_id = ${merchantId}::uuid AND e.subject_id IS NOT NULL AND e.subject_id = ANY (ARRAY(
        SELECT ${subjectId}::uuid
        UNION ALL SELECT id FROM refund WHERE merchant_id = ${merchantId}::uuid AND payment_id = ${subjectId}::uuid))
      ORDER BY e.created_at, e.id LIMIT ${EVENTS_SHOWN}`,
  )
}
