import { type ClaimedSql, type ClaimRows, claimedSql, writeForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import { type Db, firstRow, rows, type Sql, sql, type Write } from '@/platform/db'

/** What is done with an authorised payment. `expiry`: the worker voids it, since its time has passed. */
export type EndKind = 'capture' | 'void' | 'expiry'

/** `sending`: the bank is being asked. `unknown`: it was asked, and we do not know yet. The others are final, and true of the payment. */
export type EndStatus = 'sending' | 'unknown' | 'captured' | 'released'

const begunEnd = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  kind: z.enum(['capture', 'void', 'expiry']),
  /** Time since it was begun, by the database's clock, in milliseconds. */
  ageMs: z.number(),
  paymentId: z.string(),
  orderId: z.string(),
  /** What is authorised, in minor units of `currency`. */
  amount: z.bigint(),
  /** What is to be captured of it; null: the whole, or nothing (a void). */
  wanted: z.bigint().nullable(),
  currency: z.string(),
  method: z.string(),
  cardLabel: z.string().nullable(),
  /** The key under which the bank authorised it. */
  gatewayKey: z.string(),
  /** The merchant's own account at the bank; null: the installation's gateway. */
  gatewayAccount: z.string().nullable(),
  receiptToken: z.string(),
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  createdAt: z.date(),
  /** The bank's reference of the authorisation. */
  gatewayRef: z.string(),
  captureBefore: z.date(),
})
/** A capture or void as `begin` wrote it, with its payment: all that is needed to ask the bank and to settle, also after a crash. */
export type BegunEnd = z.infer<typeof begunEnd>

/** The columns of `BegunEnd`: of the end `e`, its payment and its authorisation. */
const BEGUN_END: Sql = sql`e.merchant_id::text AS "merchantId", e.id::text, e.kind,
  (extract(epoch FROM clock_timestamp() - e.created_at) * 1000)::float8 AS "ageMs", e.payment_id::text AS "paymentId", p.order_id::text AS "orderId",
  p.amount, e.amount AS wanted, p.currency, p.method, p.card_label AS "cardLabel", p.gateway_key AS "gatewayKey", p.gateway_account AS "gatewayAccount",
  p.receipt_token AS "receiptToken", p.description, p.metadata, p.created_at AS "createdAt", a.gateway_ref AS "gatewayRef", a.capture_before AS "captureBefore"`
const ITS_PAYMENT: Sql = sql`JOIN payment p ON p.merchant_id = e.merchant_id AND p.id = e.payment_id
  JOIN authorisation a ON a.merchant_id = e.merchant_id AND a.payment_id = e.payment_id`

/** Selects an end that this statement has written. */
export function begunEndOf(written: ClaimRows): ClaimedSql {
  return claimedSql`SELECT ${BEGUN_END} FROM ${written} e ${ITS_PAYMENT}`
}

/** Reads a capture or void that was begun, after a crash. */
export function recallEnd(db: Db, merchantId: string, id: string): Promise<BegunEnd | null> {
  return firstRow(
    db,
    begunEnd,
    sql`SELECT ${BEGUN_END} FROM authorisation_end e ${ITS_PAYMENT} WHERE e.merchant_id = ${merchantId}::uuid AND e.id = ${id}::uuid`,
  )
}

/** The write of what the bank has reserved for a payment. */
export function insertAuthorisation(
  { merchantId, id }: { merchantId: string; id: string },
  { ref, captureBefore }: { ref: string; captureBefore: Date },
): Write {
  return newAuthorisation(id, {
    merchant_id: merchantId,
    payment_id: id,
    gateway_ref: ref,
    capture_before: captureBefore.toISOString(),
  })
}

const newAuthorisation = writeForm({
  name: 'authorisation',
  columns: { merchant_id: 'uuid', payment_id: 'uuid', gateway_ref: 'text', capture_before: 'text' },
  statement: (input) => sql`
    INSERT INTO authorisation (merchant_id, payment_id, gateway_ref, capture_before)
    SELECT merchant_id, payment_id, gateway_ref, capture_before::timestamptz FROM ${input} RETURNING payment_id AS key`,
})

/** The write that moves a capture or void. It touches no row, and so undoes its commit, when that has ended. */
export function moveEnd(
  { merchantId, id }: Pick<BegunEnd, 'merchantId' | 'id'>,
  to: Exclude<EndStatus, 'sending'>,
): Write {
  return updateEnd(id, { merchant_id: merchantId, id, status: to })
}

const updateEnd = writeForm({
  name: 'authorisation-end',
  columns: { merchant_id: 'uuid', id: 'uuid', status: 'text' },
  statement: (input) => sql`
    UPDATE authorisation_end e SET status = input.status, updated_at = now() FROM ${input}
    WHERE e.merchant_id = input.merchant_id AND e.id = input.id AND e.status IN ('sending', 'unknown')
    RETURNING e.id AS key`,
})

const dueRow = z.strictObject({ merchantId: z.string(), paymentId: z.string() })

/**
 * Authorisations for which nobody has asked anything, and that the worker ends: those whose time has passed, the oldest first; and those whose
 * charge stands in the bank's list already, or has moved money: a database that was restored has forgotten their capture, or somebody captured
 * them at the bank itself. Stripe's list is in the order of the authorisations, and is not read that far back; its movements are.
 */
export function dueAuthorisations(db: Db, limit: number): Promise<z.infer<typeof dueRow>[]> {
  return rows(
    db,
    dueRow,
    sql`
      SELECT a.merchant_id::text AS "merchantId", a.payment_id::text AS "paymentId" FROM (
        (SELECT merchant_id, payment_id, capture_before FROM authorisation WHERE ended_at IS NULL AND capture_before <= now() ORDER BY capture_before LIMIT ${limit})
        UNION
        (SELECT a.merchant_id, a.payment_id, a.capture_before FROM open_charge c
          JOIN authorisation a ON a.gateway_ref = c.gateway_ref AND a.ended_at IS NULL LIMIT ${limit})
        UNION
        (SELECT a.merchant_id, a.payment_id, a.capture_before FROM bank_movement m
          JOIN authorisation a ON a.gateway_ref = m.subject_ref AND a.ended_at IS NULL
          WHERE m.state = 'open' AND m.kind = 'charge' LIMIT ${limit})) a
      WHERE NOT EXISTS (SELECT FROM authorisation_end e WHERE e.merchant_id = a.merchant_id AND e.payment_id = a.payment_id)
      ORDER BY a.capture_before LIMIT ${limit}`,
  )
}
