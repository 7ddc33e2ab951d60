import { z } from 'zod'
import type { Pasted, PastedId } from '@/lib/pasted-ids'
import { type Db, joinSql, rows, type Sql, sql } from '@/platform/db'
import { PAYMENT_STATUSES } from './payment'

const foundPayment = z.strictObject({
  /** The payment, or the order of it. */
  kind: z.enum(['payment', 'refund', 'order']),
  /** Of what was found. */
  id: z.string(),
  /** What of it was pasted. */
  by: z.enum(['id', 'receipt', 'bank']),
  /** Null: an order that nobody has tried to pay. */
  paymentId: z.string().nullable(),
  status: z.enum(PAYMENT_STATUSES).nullable(),
  /** In minor units of `currency`: of the payment, the refund or the order. */
  amount: z.bigint(),
  currency: z.string(),
  reference: z.string().nullable(),
  createdAt: z.date(),
})
export type FoundPayment = z.infer<typeof foundPayment>

/** A shortened id of 4 digits names thousands: nobody looks through more than these. */
const OF_ONE_SHAPE = 5

/**
 * Payments, refunds and orders of a merchant that a pasted text names: by id, by the link or token of a receipt, by the bank's reference of a
 * charge or a refund. Every look-up is by an index.
 */
export function findPasted(db: Db, merchantId: string, pasted: Pasted): Promise<FoundPayment[]> {
  const own = sql`merchant_id = ${merchantId}::uuid`
  const texts = sql`ANY (${pasted.texts}::text[])`
  const found = [
    ...byId('payment', 'pay', pasted.ids, own, sql`id, id`),
    ...byId('refund', 'ref', pasted.ids, own, sql`id, payment_id`),
    ...byId('orders', 'ord', pasted.ids, own, sql`id, NULL::uuid`),
    sql`SELECT 'payment', 'receipt', id, id FROM payment WHERE ${own} AND receipt_token = ${texts}`,
    sql`SELECT 'payment', 'bank', id, id FROM payment WHERE ${own} AND gateway_ref = ${texts}`,
    sql`SELECT 'payment', 'bank', payment_id, payment_id FROM surplus_charge WHERE ${own} AND gateway_ref = ${texts}`,
    sql`SELECT 'refund', 'bank', id, payment_id FROM refund WHERE ${own} AND gateway_ref = ${texts}`,
  ]
  return rows(
    db,
    foundPayment,
    sql`
      WITH found (kind, "by", id, payment_id) AS (${joinSql(found, ' UNION ALL ')}), one AS (
        SELECT DISTINCT ON (kind, id) * FROM found ORDER BY kind, id, "by")
      SELECT one.kind, one.id, one."by", p.id AS "paymentId", p.status, coalesce(r.amount, o.amount) AS amount,
        coalesce(r.currency, o.currency) AS currency, o.reference, coalesce(r.created_at, p.created_at, o.created_at) AS "createdAt"
      FROM one
      LEFT JOIN refund r ON one.kind = 'refund' AND r.merchant_id = ${merchantId}::uuid AND r.id = one.id
      LEFT JOIN LATERAL (
        SELECT * FROM payment WHERE ${own} AND (payment.id = one.payment_id OR one.kind = 'order' AND payment.order_id = one.id)
        ORDER BY created_at DESC LIMIT 1) p ON true
      JOIN orders o ON o.merchant_id = ${merchantId}::uuid AND o.id = coalesce(p.order_id, one.id)
      ORDER BY "createdAt" DESC, one.kind LIMIT ${3 * OF_ONE_SHAPE}`,
  )
}

/** One SELECT for each pasted id that may name such a row. */
function byId(
  table: 'payment' | 'refund' | 'orders',
  prefix: 'pay' | 'ref' | 'ord',
  ids: PastedId[],
  own: Sql,
  columns: Sql,
): Sql[] {
  const from = { payment: sql`payment`, refund: sql`refund`, orders: sql`orders` }[table]
  const kind = table === 'orders' ? 'order' : table
  return ids
    .filter((id) => id.prefix === null || id.prefix === prefix)
    .map(
      ({ from: first, until, tail }) =>
        sql`(SELECT ${kind}::text, 'id', ${columns} FROM ${from}
          WHERE ${own} AND id BETWEEN ${first}::uuid AND ${until}::uuid AND (${tail} = '' OR right(id::text, ${tail.length}) = ${tail})
          LIMIT ${OF_ONE_SHAPE})`,
    )
}
