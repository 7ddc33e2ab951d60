import { writeForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import { isParked } from '@/idempotency/stores/read'
import { cursorOf, type Db, firstRow, rows, type Sql, sql, type Write } from '@/platform/db'

export const REFUND_STATUSES = ['sending', 'unknown', 'succeeded', 'failed'] as const
/** `sending`: the bank is being asked. `unknown`: it was asked, and we do not know yet. The other two are final. */
export type RefundStatus = (typeof REFUND_STATUSES)[number]

/** A refund as a list shows it: `returned` succeeded, and weeks later the card’s bank gave the money back to us. */
export const SHOWN_REFUND_STATUSES = [...REFUND_STATUSES, 'returned'] as const
export type ShownRefundStatus = (typeof SHOWN_REFUND_STATUSES)[number]

const refundFacts = {
  merchantId: z.string(),
  id: z.string(),
  paymentId: z.string(),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  reason: z.string().nullable(),
  createdAt: z.date(),
}

const begunRefund = z.strictObject({
  ...refundFacts,
  /** The charge that is given back, by the bank's own reference. */
  chargeRef: z.string(),
  /** The key that the bank gets. */
  gatewayKey: z.string(),
  /** The merchant's own account at the bank, where the payment is; null: the installation's gateway. */
  gatewayAccount: z.string().nullable(),
  /** Time since it was begun, by the database's clock, in milliseconds. */
  ageMs: z.number(),
})
/** A refund as `begin` wrote it: all that is needed to ask the bank and to settle, also after a crash. */
export type BegunRefund = z.infer<typeof begunRefund>

/** The columns of `BegunRefund`, for RETURNING and SELECT. */
export const BEGUN_REFUND: Sql = sql`merchant_id::text AS "merchantId", id::text, payment_id::text AS "paymentId", amount, currency, reason,
  charge_ref AS "chargeRef", gateway_key AS "gatewayKey",
  (SELECT p.gateway_account FROM payment p WHERE p.merchant_id = refund.merchant_id AND p.id = refund.payment_id) AS "gatewayAccount", created_at AS "createdAt",
  (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS "ageMs"`

/** Subquery: what the refunds of the payment `p` that have not ended add up to; part of its `refunded_amount`, since it is taken already. */
export const REFUNDS_UNDER_WAY: Sql = sql`(
  SELECT coalesce(sum(r.amount), 0)::bigint FROM refund r
  WHERE r.merchant_id = p.merchant_id AND r.payment_id = p.id AND r.status IN ('sending', 'unknown'))`

/** Reads a refund that was begun, after a crash. */
export function recallRefund(db: Db, merchantId: string, id: string): Promise<BegunRefund | null> {
  return firstRow(
    db,
    begunRefund,
    sql`SELECT ${BEGUN_REFUND} FROM refund WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid`,
  )
}

/** Columns that a move writes beside the status. */
export interface RefundChanges {
  gatewayRef?: string
  transactionId?: string
}

/** Statuses from which each may be reached. The database keeps the same rule (trigger refund_move_is_legal). */
const ORIGINS: Record<Exclude<RefundStatus, 'sending'>, RefundStatus[]> = {
  unknown: ['sending', 'unknown'],
  succeeded: ['sending', 'unknown'],
  failed: ['sending', 'unknown'],
}

/** The write that moves a refund. It touches no row, and so undoes its commit, when the move is not legal. */
export function moveRefund(
  { merchantId, id }: Pick<BegunRefund, 'merchantId' | 'id'>,
  to: keyof typeof ORIGINS,
  settled: RefundChanges = {},
): Write {
  return updateRefund(id, {
    merchant_id: merchantId,
    id,
    status: to,
    origins: ORIGINS[to].join(','),
    gateway_ref: settled.gatewayRef ?? null,
    transaction_id: settled.transactionId ?? null,
  })
}

const updateRefund = writeForm({
  name: 'refund',
  columns: {
    merchant_id: 'uuid',
    id: 'uuid',
    status: 'text',
    // The statuses from which it may move, with commas between them.
    origins: 'text',
    gateway_ref: 'text',
    transaction_id: 'uuid',
  },
  statement: (rows) => sql`
    UPDATE refund SET status = input.status, updated_at = now(), gateway_ref = input.gateway_ref, transaction_id = input.transaction_id
    FROM ${rows}
    WHERE refund.merchant_id = input.merchant_id AND refund.id = input.id AND refund.status = ANY (string_to_array(input.origins, ','))
    RETURNING refund.id AS key`,
})

const refundRow = z.strictObject({
  ...refundFacts,
  status: z.enum(SHOWN_REFUND_STATUSES),
  recordId: z.string(),
  /** Its outcome is not known, and nobody asks any more: it waits for a person. */
  parked: z.boolean(),
  /** Who began it (`Actor`); null: it was written by a version before the column. */
  actor: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  /** Position in the list: `cursorOf` the time of creation. */
  cursor: z.string(),
})
/** A refund as a list shows it. */
export type RefundRow = z.infer<typeof refundRow>

/** Refunds of a payment, newest first. Keyset: `after` is the last row of the page before. */
export function listRefunds(
  db: Db,
  merchantId: string,
  page: { paymentId: string; after: { at: string; id: string } | null; limit: number },
): Promise<RefundRow[]> {
  const { after } = page
  return rows(
    db,
    refundRow,
    sql`
      SELECT merchant_id::text AS "merchantId", id::text, payment_id::text AS "paymentId", amount, currency, reason,
        CASE WHEN returned_at IS NULL THEN status ELSE 'returned' END AS status, record_id AS "recordId", ${isParked(sql`refund.merchant_id`, sql`refund.record_id`)} AS parked,
        actor, address, request_id AS "requestId", created_at AS "createdAt", ${cursorOf(sql`created_at`)} AS cursor
      FROM refund WHERE merchant_id = ${merchantId}::uuid AND payment_id = ${page.paymentId}::uuid
        AND (${after?.id ?? null}::uuid IS NULL OR (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
      ORDER BY created_at DESC, id DESC LIMIT ${page.limit}`,
  )
}
