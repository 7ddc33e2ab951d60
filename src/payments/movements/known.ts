import { z } from 'zod'
import { type Db, rows, type Sql, sql } from '@/platform/db'
import type { BankMovement } from '../gateway'
import { PAYMENT_STATUSES } from '../payment'
import { REFUND_STATUSES } from '../refund-store'
import type { Known } from './judge'

const uuid = z.string().nullable()
/** In minor units, as text: JSON's numbers lose the last digits of large amounts. */
const minor = z.string()
const knownRow = z.strictObject({
  ref: z.string(),
  payment: z
    .strictObject({
      merchantId: z.string(),
      id: z.string(),
      status: z.enum(PAYMENT_STATUSES),
      gatewayRef: z.string().nullable(),
      amount: minor,
      clearing: minor,
      refundable: minor,
      captureId: uuid,
      declared: z.boolean(),
    })
    .nullable(),
  refund: z
    .strictObject({
      id: z.string(),
      status: z.enum(REFUND_STATUSES),
      amount: minor,
      transactionId: uuid,
      declared: z.boolean(),
    })
    .nullable(),
  surplus: z
    .strictObject({
      merchantId: z.string(),
      paymentId: z.string(),
      amount: minor,
      transactionId: z.string(),
      reversalId: uuid,
    })
    .nullable(),
  earlier: z
    .strictObject({ merchantId: z.string(), transactionId: z.string(), paymentId: uuid, refundId: uuid })
    .nullable(),
  strayReturned: z.boolean(),
})

/**
 * What our database has of each movement, by its reference. One statement for a page.
 * @param account.ownersOnly only what is the owner's: the account is theirs alone, and may name any key
 */
export async function knownOf(
  db: Db,
  { gateway, owner, ownersOnly }: { gateway: string; owner: string; ownersOnly: boolean },
  movements: readonly BankMovement[],
): Promise<Map<string, Known>> {
  if (movements.length === 0) return new Map()
  const input = JSON.stringify(
    movements.map(({ ref, kind, subjectRef, chargeRef, key }) => ({ ref, kind, subjectRef, chargeRef, key })),
  )
  const ours = ownersOnly ? sql`merchant_id = ${owner}::uuid` : sql`true`
  const oursToo = ownersOnly ? sql`c.merchant_id = ${owner}::uuid` : sql`true`
  const found = await rows(
    db,
    knownRow,
    sql`
      SELECT m.ref, to_jsonb(p) AS payment, to_jsonb(f) AS refund, to_jsonb(s) AS surplus, to_jsonb(b) AS earlier,
        EXISTS (SELECT FROM stray_return t WHERE t.gateway_ref = m."chargeRef" AND t.merchant_id = ${owner}::uuid AND t.status = 'returned') AS "strayReturned"
      FROM jsonb_to_recordset(${input}::jsonb) AS m (ref text, kind text, "subjectRef" text, "chargeRef" text, key text)
      LEFT JOIN LATERAL (
        SELECT own.merchant_id AS "merchantId", own.id, own.status, own.gateway_ref AS "gatewayRef", own.amount::text,
          (own.amount - own.refunded_amount)::text AS refundable, t.id AS "captureId", ${isDeclared('payment', sql`own`)} AS declared, coalesce((
            SELECT sum(e.amount) FROM entry e JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id)
            WHERE (e.merchant_id, e.transaction_id) = (t.merchant_id, t.id) AND a.code = 'gateway_clearing'), 0)::text AS clearing
        FROM (
          SELECT * FROM payment WHERE gateway_key = m.key AND m.kind = 'charge' AND ${ours}
          UNION ALL SELECT p.* FROM payment_charge c JOIN payment p ON (p.merchant_id, p.id) = (c.merchant_id, c.payment_id)
            WHERE c.gateway_ref = m."chargeRef" AND ${oursToo}) own
        LEFT JOIN ledger_transaction t ON (t.merchant_id, t.payment_id) = (own.merchant_id, own.id) AND t.kind = 'capture' LIMIT 1) p ON true
      LEFT JOIN LATERAL (
        SELECT id, status, amount::text, transaction_id AS "transactionId", ${isDeclared('refund', sql`own`)} AS declared FROM (
          SELECT * FROM refund WHERE gateway_ref = m."subjectRef" AND ${ours}
          UNION ALL SELECT * FROM refund WHERE gateway_key = m.key AND ${ours}) own
        WHERE m.kind IN ('refund', 'refund_failure') LIMIT 1) f ON true
      LEFT JOIN LATERAL (
        SELECT c.merchant_id AS "merchantId", c.payment_id AS "paymentId", c.amount::text, c.transaction_id AS "transactionId", r.id AS "reversalId"
        FROM (SELECT * FROM surplus_charge WHERE ${ours}) c LEFT JOIN ledger_transaction r ON (r.merchant_id, r.reverses) = (c.merchant_id, c.transaction_id)
        WHERE c.gateway_ref = m."chargeRef") s ON true
      LEFT JOIN LATERAL (
        SELECT merchant_id AS "merchantId", transaction_id AS "transactionId", payment_id AS "paymentId", refund_id AS "refundId"
        FROM bank_movement WHERE gateway = ${gateway} AND ref <> m.ref AND transaction_id IS NOT NULL
          AND subject_ref = CASE m.kind WHEN 'refund_failure' THEN m."subjectRef" ELSE m."chargeRef" END
          AND kind = CASE m.kind WHEN 'refund_failure' THEN 'refund' ELSE 'charge' END LIMIT 1) b ON true`,
  )
  return new Map(found.map((row) => [row.ref, knownFrom(row, owner)]))
}

/** SQL: two admins have declared how this payment or refund ended. */
function isDeclared(kind: 'payment' | 'refund', row: Sql): Sql {
  return sql`EXISTS (
    SELECT FROM resolution r WHERE r.merchant_id = ${row}.merchant_id AND r.kind = ${kind} AND r.subject = ${row}.id::text AND r.status = 'confirmed')`
}

function knownFrom(
  { payment, refund, surplus, earlier, strayReturned }: z.infer<typeof knownRow>,
  owner: string,
): Known {
  return {
    owner,
    earlier,
    strayReturned,
    payment: payment && {
      ...payment,
      amount: BigInt(payment.amount),
      clearing: BigInt(payment.clearing),
      refundable: BigInt(payment.refundable),
    },
    refund: refund && { ...refund, amount: BigInt(refund.amount) },
    surplus: surplus && { ...surplus, amount: BigInt(surplus.amount) },
  }
}
