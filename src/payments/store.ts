import { type ClaimedSql, type ClaimRows, claimedSql, type RowOf, writeForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { ACTOR_COLUMNS, ACTOR_TYPES, actorRow } from '@/platform/actor-columns'
import { type Db, firstRow, type Sql, sql, type Write } from '@/platform/db'
import { origins, type PaymentStatus } from './payment'
import { askedSince } from './reconciler/unexplained-charge'
import { currentAccount } from './stripe/account-store'

const begunPayment = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  orderId: z.string(),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  /** The card's token. */
  method: z.string(),
  /** `manual`: the bank only reserves the amount; null: it charges at once. */
  captureMode: z.literal('manual').nullable(),
  /** The key that the bank gets. */
  gatewayKey: z.string(),
  /** The merchant's own account at the bank at which it was begun; null: the installation's gateway. */
  gatewayAccount: z.string().nullable(),
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
const BEGUN_COLUMNS = sql`merchant_id::text AS "merchantId", id::text, order_id::text AS "orderId", amount, currency, method, capture_mode AS "captureMode",
  gateway_key AS "gatewayKey", gateway_account AS "gatewayAccount", receipt_token AS "receiptToken", description, metadata, created_at AS "createdAt",
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

/** A new payment, beside its ids and the order it pays. */
export interface NewPayment {
  /** The card's token. */
  method: string
  captureMode: 'manual' | null
  /** The key that the bank gets. */
  gatewayKey: string
  receiptToken: string
  description?: string | undefined
  metadata?: Record<string, string> | undefined
  by?: Actor | undefined
}

/** The columns of a new payment in the claim's rows; `paymentRow` are their values. */
export const PAYMENT_COLUMNS = {
  method: 'text',
  capture_mode: 'text',
  gateway_key: 'text',
  receipt_token: 'text',
  description: 'text',
  metadata: 'jsonb',
  ...ACTOR_TYPES,
} as const

export function paymentRow(payment: NewPayment): RowOf<typeof PAYMENT_COLUMNS> {
  const { method, captureMode, gatewayKey, receiptToken, description = null, metadata = {}, by } = payment
  return {
    method,
    capture_mode: captureMode,
    gateway_key: gatewayKey,
    receipt_token: receiptToken,
    description,
    metadata: JSON.stringify(metadata),
    ...actorRow(by),
  }
}

/**
 * Begins the payments of orders, one for each row of `payable`: a claim's row with `PAYMENT_COLUMNS`, order_id, order_version, amount and currency, which
 * exists only under the claim. Writes no row where a live payment holds the order: the database decides between two keys, tabs or devices.
 * A trigger writes no row for a held order (0046). ON CONFLICT stays for the index that decided before; its ids and its receipt's token are
 * this key's alone, so no other unique index has a row of theirs.
 */
export function insertPayment(payable: ClaimRows): ClaimedSql {
  return claimedSql`
    INSERT INTO payment (merchant_id, id, order_id, order_version, record_id, amount, currency, method, capture_mode, gateway_key, gateway_account, asked_since, receipt_token, description, metadata,
      ${ACTOR_COLUMNS})
    SELECT merchant_id, subject_id, order_id, order_version, record_id, amount, currency, method, capture_mode, gateway_key, ${currentAccount(sql`payable.merchant_id`)},
      ${askedSince(sql`payable.gateway_key`, currentAccount(sql`payable.merchant_id`))},
      receipt_token, description, metadata, ${ACTOR_COLUMNS}
    FROM ${payable} AS payable
    ON CONFLICT DO NOTHING
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
  /** Of a move to `succeeded` alone: less than the whole was charged, in minor units. */
  partMinor?: bigint | undefined
}

/** The write that moves a payment, and clears the URL at which its shopper had to confirm. It touches no row, and so undoes its commit, when the move is not legal. */
export function movePayment(
  payment: Pick<BegunPayment, 'merchantId' | 'id'>,
  to: PaymentStatus,
  settled: PaymentChanges = {},
): Write {
  const columns = {
    merchant_id: payment.merchantId,
    id: payment.id,
    status: to,
    origins: origins(to).join(','),
    action_url: settled.actionUrl ?? null,
    gateway_ref: settled.gatewayRef ?? null,
    card_label: settled.cardLabel ?? null,
    decline_code: settled.declineCode ?? null,
    fee: settled.feeMinor ?? null,
  }
  return settled.partMinor === undefined
    ? updatePayment(payment.id, columns)
    : updateCharged(payment.id, { ...columns, part: settled.partMinor })
}

const MOVE_COLUMNS = {
  merchant_id: 'uuid',
  id: 'uuid',
  status: 'text',
  // The statuses from which it may move, with commas between them.
  origins: 'text',
  action_url: 'text',
  gateway_ref: 'text',
  card_label: 'text',
  decline_code: 'text',
  fee: 'bigint',
} as const

const updatePayment = writeForm({
  name: 'payment',
  columns: MOVE_COLUMNS,
  statement: (rows) => moved(rows, sql``),
})

/** The same of a payment of which a part was charged: what was reserved is kept beside it (0083). */
const updateCharged = writeForm({
  name: 'payment-part',
  columns: { ...MOVE_COLUMNS, part: 'bigint' },
  statement: (rows) => moved(rows, sql`, amount = input.part, authorised_amount = payment.amount`),
})

/** A charge that another payment has is refused at once, before the other writes of its batch are done in vain: `charge_of_none` (0096). */
function moved(rows: Sql, more: Sql): Sql {
  return sql`
    UPDATE payment SET status = input.status, updated_at = now(), action_url = input.action_url,
      gateway_ref = CASE WHEN payment.gateway_ref IS NULL THEN charge_of_none(input.gateway_ref) ELSE coalesce(input.gateway_ref, payment.gateway_ref) END,
      card_label = coalesce(input.card_label, payment.card_label), decline_code = coalesce(input.decline_code, payment.decline_code),
      fee = coalesce(input.fee, payment.fee)${more}
    FROM ${rows}
    WHERE payment.merchant_id = input.merchant_id AND payment.id = input.id
      AND payment.status = ANY (string_to_array(input.origins, ','))
    RETURNING payment.id AS key`
}
