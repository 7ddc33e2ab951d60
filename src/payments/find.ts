import { z } from 'zod'
import type { AmountReading } from '@/lib/amount-text'
import type { Pasted, PastedId } from '@/lib/pasted-ids'
import { type Db, joinSql, rows, type Sql, sql } from '@/platform/db'
import { paymentsFound } from './counted'
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
    sql`SELECT 'payment', 'bank', payment_id, payment_id FROM payment_charge WHERE ${own} AND gateway_ref = ${texts}`,
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

/** Payments that a text finds at most, the newest: more are for a narrower text. */
const WITH_TEXT = 200
/** `key=value` is an entry of metadata, and nothing else; `key: value` may be one. */
const METADATA = /^\s*([^\s=:]{1,64})\s*([=:])\s*(\S.*?)\s*$/u

/** Payments of a merchant that have this text among their words or, where it is an entry of metadata, have that entry. */
export async function paymentIdsWith(db: Db, merchantId: string, text: string): Promise<string[]> {
  const [, key, sign, value] = METADATA.exec(text) ?? []
  const sought = [...(key ? [{ metadata: { key, value } }] : []), ...(sign === '=' ? [] : [{ text }])]
  const parts = sought.map(
    (one) => sql`(SELECT id FROM ${paymentsFound(merchantId, one, { limit: WITH_TEXT })})`,
  )
  const found = await rows(db, z.strictObject({ id: z.string() }), joinSql(parts, ' UNION '))
  return found.map(({ id }) => id)
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

const paymentWithWords = z.strictObject({
  id: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  reference: z.string().nullable(),
  createdAt: z.date(),
  email: z.string().nullable(),
  card: z.string().nullable(),
  description: z.string().nullable(),
  /** `key=value` of its metadata, then of its order's. */
  entries: z.array(z.string()),
})
export type PaymentWithWords = z.infer<typeof paymentWithWords>

/** The newest payments of a merchant that have this text among their words, or as the bank's reference; at most `limit`. */
export function findWords(
  db: Db,
  merchantId: string,
  text: string,
  limit: number,
): Promise<PaymentWithWords[]> {
  return newestOf(db, merchantId, [paymentsFound(merchantId, { text }, { limit })], limit)
}

/** The newest payments of exactly one of these amounts, at most `limit`. Currencies in which the merchant has no payment cost nothing. */
export async function findAmounts(
  db: Db,
  merchantId: string,
  amounts: readonly AmountReading[],
  limit: number,
): Promise<PaymentWithWords[]> {
  if (amounts.length === 0) return []
  const used = await rows(
    db,
    z.strictObject({ currency: z.string() }),
    sql`SELECT currency FROM payment_currencies(${merchantId}::uuid)`,
  )
  const found = amounts
    .filter(({ currency }) => used.some((row) => row.currency === currency))
    .map(({ currency, minor }) =>
      paymentsFound(merchantId, { lowest: minor, highest: minor }, { currency, limit }),
    )
  return found.length === 0 ? [] : newestOf(db, merchantId, found, limit)
}

/** Payments of a merchant by their ids, newest first. */
export function paymentsNamed(
  db: Db,
  merchantId: string,
  ids: readonly string[],
): Promise<PaymentWithWords[]> {
  return newestOf(db, merchantId, [sql`unnest(${[...ids]}::uuid[]) AS named (id)`], ids.length)
}

/** @param found sources of rows with an `id` */
function newestOf(db: Db, merchantId: string, found: Sql[], limit: number): Promise<PaymentWithWords[]> {
  const ids = found.map((source) => sql`SELECT id FROM ${source}`)
  return rows(
    db,
    paymentWithWords,
    sql`
      SELECT p.id, p.status, p.amount, p.currency, o.reference, p.created_at AS "createdAt", o.customer_email AS email, p.card_label AS card,
        p.description, ARRAY(SELECT e.key || '=' || e.value FROM (
          SELECT * FROM jsonb_each_text(p.metadata) UNION ALL SELECT * FROM jsonb_each_text(o.metadata)) e WHERE e.value IS NOT NULL) AS entries
      FROM payment p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ANY (ARRAY(${joinSql(ids, ' UNION ALL ')}))
      ORDER BY p.created_at DESC, p.id DESC LIMIT ${limit}`,
  )
}
