import type { Problem } from '@payonce/idempotency/problems'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { formatMoney } from '@/lib/money'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { audit, changesBetween } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, rows, type Sql, sql, type Write } from '@/platform/db'
import { REFUND_STATUSES } from './refund-store'
import { REFUNDABLE, whyNotRefundable } from './refundable'

export const REQUEST_STATUSES = ['open', 'approved', 'rejected', 'withdrawn', 'expired'] as const

const requestRow = z.strictObject({
  id: z.string(),
  paymentId: z.string(),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  reason: z.string(),
  /** `expired`: open for longer than 72 hours, by the database's clock. */
  status: z.enum(REQUEST_STATUSES),
  actor: z.string(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  createdAt: z.date(),
  expiresAt: z.date(),
  decidedActor: z.string().nullable(),
  decidedAddress: z.string().nullable(),
  decidedRequestId: z.string().nullable(),
  decidedAt: z.date().nullable(),
  /** The refund of an approved request. */
  refundId: z.string().nullable(),
  refundStatus: z.enum(REFUND_STATUSES).nullable(),
})
/** A refund request: one admin asks, another decides. */
export type RefundRequestRow = z.infer<typeof requestRow>

/** Requests of a payment, newest first. 20: more than anybody makes of one payment. */
export function refundRequestsOf(db: Db, merchantId: string, paymentId: string): Promise<RefundRequestRow[]> {
  return select(
    db,
    merchantId,
    sql`r.payment_id = ${paymentId}::uuid ORDER BY r.created_at DESC, r.id DESC LIMIT 20`,
  )
}

/** Requests that wait for a decision, the oldest first. 50: a page that a person reads. */
export function openRefundRequests(db: Db, merchantId: string): Promise<RefundRequestRow[]> {
  return select(
    db,
    merchantId,
    sql`r.status = 'open' AND r.expires_at > now() ORDER BY r.expires_at, r.id LIMIT 50`,
  )
}

/** One request; null when this merchant has none with this id. */
export async function findRefundRequest(
  db: Db,
  merchantId: string,
  id: string,
): Promise<RefundRequestRow | null> {
  const [found] = await select(db, merchantId, sql`r.id = ${id}::uuid`)
  return found ?? null
}

function select(db: Db, merchantId: string, which: Sql): Promise<RefundRequestRow[]> {
  return rows(
    db,
    requestRow,
    sql`
      SELECT r.id::text, r.payment_id::text AS "paymentId", r.amount, r.currency, r.reason,
        CASE WHEN r.status = 'open' AND r.expires_at <= now() THEN 'expired' ELSE r.status END AS status,
        r.actor, r.address, r.request_id AS "requestId", r.created_at AS "createdAt", r.expires_at AS "expiresAt",
        r.decided_actor AS "decidedActor", r.decided_address AS "decidedAddress", r.decided_request_id AS "decidedRequestId",
        r.decided_at AS "decidedAt", f.id::text AS "refundId", f.status AS "refundStatus"
      FROM refund_request r
      LEFT JOIN operator_refund o ON (o.merchant_id, o.refund_request_id) = (r.merchant_id, r.id)
      LEFT JOIN refund f ON (f.merchant_id, f.id) = (o.merchant_id, o.refund_id)
      WHERE r.merchant_id = ${merchantId}::uuid AND ${which}`,
  )
}

export interface NewRefundRequest {
  merchantId: string
  /** Made by the page, so that a repeat is the same request. */
  id: string
  paymentId: string
  /** In minor units of the payment's currency. */
  amount: number
  reason: string
}

/**
 * Asks for a refund that another admin must approve. No money moves, and none is set aside: what is left of the payment is counted again at
 * the approval. A payment has one open request: two would be approved one after the other by mistake.
 * @returns the problem; null: the request is there, also by an earlier try
 */
export async function requestRefund(
  db: Db,
  request: NewRefundRequest,
  by: Actor,
  newId: () => string,
): Promise<Problem | null> {
  const { merchantId, id, paymentId, amount, reason } = request
  const open = sql`r.payment_id = p.id AND r.status = 'open' AND r.expires_at > now()`
  const row: Write = {
    name: 'refund-request',
    rows: 1,
    sql: sql`
      INSERT INTO refund_request (merchant_id, id, payment_id, amount, currency, reason, ${ACTOR_COLUMNS})
      SELECT p.merchant_id, ${id}::uuid, p.id, ${amount}::bigint, p.currency, ${reason}, ${actorValues(by)} FROM payment p
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid AND p.status = 'succeeded'
        AND ${amount}::bigint BETWEEN 1 AND ${REFUNDABLE}
        AND NOT EXISTS (SELECT FROM refund_request r WHERE r.merchant_id = p.merchant_id AND ${open})
      ON CONFLICT DO NOTHING RETURNING 1`,
  }
  const detail = `${amount} minor units of payment ${paymentId}: ${reason}`
  const entry = audit({ merchantId, id: newId(), by, action: 'refund-request.made', subject: id, detail })
  // Requests of one payment, one after the other: the second finds the first.
  const lock = sql`SELECT FROM payment WHERE merchant_id = ${merchantId}::uuid AND id = ${paymentId}::uuid FOR NO KEY UPDATE`
  const { committed } = await commit(db, [row, entry], [lock])
  return committed ? null : whyNotRequested(db, request, by)
}

async function whyNotRequested(db: Db, request: NewRefundRequest, by: Actor): Promise<Problem | null> {
  const { merchantId, id, paymentId, amount, reason } = request
  const made = await findRefundRequest(db, merchantId, id)
  if (made) {
    const same = made.paymentId === paymentId && made.amount === BigInt(amount) && made.reason === reason
    if (same && made.actor === by.name) return null
    return { kind: 'key-reused', detail: 'This request was made with another content. Reload the page.' }
  }
  const requests = await refundRequestsOf(db, merchantId, paymentId)
  if (requests.some(({ status }) => status === 'open'))
    return refused('Another request for this payment waits for its approval.')
  return (await whyNotRefundable(db, request)).problem
}

/**
 * Ends an open request without a refund: the one who asked withdraws it, another rejects it. A repeat by the same person changes nothing.
 * @returns the problem; null: it has ended this way, also by an earlier try
 */
export async function endRefundRequest(
  db: Db,
  { merchantId, id }: { merchantId: string; id: string },
  to: 'rejected' | 'withdrawn',
  by: Actor,
  newId: () => string,
): Promise<Problem | null> {
  const row: Write = {
    name: 'refund-request',
    rows: 1,
    sql: sql`
      UPDATE refund_request SET status = ${to}, ${decidedBy(by)}
      WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid AND status = 'open' AND expires_at > now()
        AND (actor = ${by.name}) = ${to === 'withdrawn'} RETURNING 1`,
  }
  const entry = audit({
    merchantId,
    id: newId(),
    by,
    action: `refund-request.${to}`,
    subject: id,
    detail: '',
    changes: changesBetween({ status: 'open' }, { status: to }),
  })
  if ((await commit(db, [row, entry])).committed) return null
  const found = await findRefundRequest(db, merchantId, id)
  if (!found) return NO_REQUEST
  if (found.status === to && found.decidedActor === by.name) return null
  return whyNotOpen(found) ?? mayNotEnd(to)
}

function mayNotEnd(to: 'rejected' | 'withdrawn'): Problem {
  const detail =
    to === 'withdrawn'
      ? 'Only the one who made this request can withdraw it. You can reject it.'
      : 'This is your own request: withdraw it, or leave it to another admin.'
  return { kind: 'forbidden', detail }
}

/** The columns of a decision, for an UPDATE. */
export function decidedBy(by: Actor): Sql {
  return sql`decided_actor = ${by.name}, decided_address = ${by.address}, decided_request_id = ${by.requestId}, decided_at = now()`
}

export const NO_REQUEST: Problem = { kind: 'not-found', detail: 'There is no such refund request.' }

/** The problem of a request that has ended; null while it is open. */
export function whyNotOpen({ status }: Pick<RefundRequestRow, 'status'>): Problem | null {
  switch (status) {
    case 'open':
      return null
    case 'expired':
      return refused('This request has expired: it was open for 72 hours. Make a new one.')
    default:
      return refused(`This request was already ${status}. Reload the page to see by whom.`)
  }
}

/** For the one who reads the refusal of an approval. */
export function noLongerFits(amount: bigint, refundable: bigint, currency: string): Problem {
  const left = `Only ${formatMoney(refundable, currency)} of the payment is left, and the request is for ${formatMoney(amount, currency)}.`
  return refused(
    `${left} The rest was refunded meanwhile, or the bank has taken it in a dispute. Reject this request.`,
  )
}

function refused(detail: string): Problem {
  return { kind: 'not-refundable', detail }
}
