import { z } from 'zod'
import { type ClaimedSql, type ClaimRows, claimedSql } from '@/idempotency/stores/sql'
import type { Actor } from '@/lib/actor'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { type Db, firstRow, joinSql, sql, type Write } from '@/platform/db'
import { origins, type PaymentStatus } from './payment'
import { askedSince } from './reconciler/unexplained-charge'

const begunPayment = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  orderId: z.string(),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  /** The card's token. */
  method: z.string(),
  /** The key that the bank gets. */
  gatewayKey: z.string(),
  receiptToken: z.string(),
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  createdAt: z.date(),
  /** Time since it was begun, by the database's clock, in milliseconds. */
  ageMs: z.number(),
  /**
   * Time since the bank may first have been asked under `gatewayKey`, in milliseconds: `ageMs`, or more where the database had lost this
   * payment and begun it again.
   */
  keyAgeMs: z.number(),
})
/** A payment as `begin` wrote it: all that is needed to ask the bank and to settle, also after a crash. */
export type BegunPayment = z.infer<typeof begunPayment>

/** The columns of `BegunPayment`, for RETURNING and SELECT. */
const BEGUN_COLUMNS = sql`merchant_id::text AS "merchantId", id::text, order_id::text AS "orderId", amount, currency, method,
  gateway_key AS "gatewayKey", receipt_token AS "receiptToken", description, metadata, created_at AS "createdAt",
  (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS "ageMs",
  (extract(epoch FROM clock_timestamp() - least(asked_since, created_at)) * 1000)::float8 AS "keyAgeMs"`

/** Reads a payment that was begun, after a crash. */
export function recallPayment(db: Db, merchantId: string, id: string): Promise<BegunPayment | null> {
  return firstRow(
    db,
    begunPayment,
    sql`SELECT ${BEGUN_COLUMNS} FROM payment WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid`,
  )
}

/** A new payment, beside the order it pays. */
export interface NewPayment {
  id: string
  recordId: string
  /** The card's token. */
  method: string
  /** The key that the bank gets. */
  gatewayKey: string
  receiptToken: string
  description?: string | undefined
  metadata?: Record<string, string> | undefined
  by?: Actor | undefined
}

/**
 * Begins the payment of an order, from the one row of `payable` (merchant_id, order_id, amount, currency), which exists only under the
 * claim. Returns no row when a live payment holds the order: the partial unique index decides between two keys, tabs or devices.
 */
export function insertPayment(payable: ClaimRows, payment: NewPayment): ClaimedSql {
  const { id, recordId, method, gatewayKey, receiptToken, description = null, metadata = {}, by } = payment
  return claimedSql`
    INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, asked_since, receipt_token, description, metadata, ${ACTOR_COLUMNS})
    SELECT merchant_id, ${id}::uuid, order_id, ${recordId}, amount, currency, ${method}, ${gatewayKey}, ${askedSince(gatewayKey)}, ${receiptToken},
      ${description}, ${JSON.stringify(metadata)}::jsonb, ${actorValues(by)}
    FROM ${payable}
    ON CONFLICT (merchant_id, order_id) WHERE status IN ('sending', 'unknown', 'requires_action', 'succeeded') DO NOTHING
    RETURNING ${BEGUN_COLUMNS}`
}

/**
 * The bank's URL at which the shopper confirms the payment `p`; null unless it is `requires_action`. The status is asked too, since a
 * server of a version before the column moves a payment on without clearing it.
 */
export const ACTION_URL = sql`CASE WHEN p.status = 'requires_action' THEN p.action_url END`

/** Columns that a move writes beside the status. */
export interface PaymentChanges {
  /** The bank's URL at which the shopper confirms; of a move to `requires_action` only. */
  actionUrl?: string
  gatewayRef?: string
  cardLabel?: string
  declineCode?: string
  feeMinor?: bigint
}

/** The write that moves a payment, and clears the URL at which its shopper had to confirm. It touches no row, and so undoes its commit, when the move is not legal. */
export function movePayment(
  payment: Pick<BegunPayment, 'merchantId' | 'id'>,
  to: PaymentStatus,
  settled: PaymentChanges = {},
): Write {
  return {
    name: 'payment',
    rows: 1,
    sql: sql`
      UPDATE payment SET status = ${to}, updated_at = now(), action_url = ${settled.actionUrl ?? null},
        gateway_ref = coalesce(${settled.gatewayRef ?? null}, gateway_ref), card_label = coalesce(${settled.cardLabel ?? null}, card_label),
        decline_code = coalesce(${settled.declineCode ?? null}, decline_code), fee = coalesce(${settled.feeMinor ?? null}::bigint, fee)
      WHERE merchant_id = ${payment.merchantId}::uuid AND id = ${payment.id}::uuid AND status IN (${joinSql(origins(to))})
      RETURNING 1`,
  }
}
