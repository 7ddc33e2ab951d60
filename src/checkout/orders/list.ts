import { z } from 'zod'
import { LIVE, PAYMENT_STATUSES } from '@/payments/payment'
import { REFUNDS_UNDER_WAY } from '@/payments/refund-store'
import { type Db, firstRow, joinSql, type Sql, sql } from '@/platform/db'
import { ITEMS, ORDER_STATUS, orderItem } from '../order'

/**
 * How an order stands, by the payment that holds it: nobody pays it (`open`), a payment is under way or its outcome is not known (`in-progress`),
 * or it is paid, and how much of that was given back for good (a refund that is under way is none yet), or it has ended without a payment.
 */
export const ORDER_STATES = [
  'open',
  'in-progress',
  'paid',
  'partly-refunded',
  'refunded',
  'cancelled',
  'expired',
] as const
export type OrderState = (typeof ORDER_STATES)[number]

const STATE: Sql = sql`
  CASE WHEN live.status IS NULL THEN ${ORDER_STATUS} WHEN live.status <> 'succeeded' THEN 'in-progress'
    WHEN live.refunded = 0 THEN 'paid' WHEN live.refunded < o.amount THEN 'partly-refunded' ELSE 'refunded' END`

/** Orders that are looked through for one page of a filtered list. 5,000: some tens of milliseconds, at any number of orders. */
const LOOKED_THROUGH = 5_000

const summary = {
  id: z.string(),
  reference: z.string().nullable(),
  customerEmail: z.string().nullable(),
  amount: z.string(),
  currency: z.string(),
  state: z.enum(ORDER_STATES),
  paymentStatus: z.enum(PAYMENT_STATUSES).nullable(),
  refunded: z.string(),
  refundUnderWay: z.string(),
  createdAt: z.string(),
  items: z.array(orderItem),
}
const summaryRow = z.strictObject(summary)

/** An order of a list. `paymentStatus`: of the payment that holds it; null: none does. Amounts in minor units of `currency`. */
export interface OrderSummary
  extends Omit<z.infer<typeof summaryRow>, 'amount' | 'refunded' | 'refundUnderWay' | 'createdAt'> {
  amount: bigint
  /** Given back for good. */
  refunded: bigint
  refundUnderWay: bigint
  createdAt: Date
}

function readSummary<Row extends z.infer<typeof summaryRow>>({
  amount,
  refunded,
  refundUnderWay,
  createdAt,
  ...row
}: Row) {
  return {
    ...row,
    amount: BigInt(amount),
    refunded: BigInt(refunded),
    refundUnderWay: BigInt(refundUnderWay),
    createdAt: new Date(createdAt),
  }
}

/** The columns of `summary` but for the items, of the order `o`. Amounts and times as texts: JSON has neither integers of 64 bits nor times. */
const SUMMARY: Sql = sql`
  o.id, o.reference, o.customer_email AS "customerEmail", o.amount::text AS amount, o.currency, ${STATE} AS state, live.status AS "paymentStatus",
  coalesce(live.refunded, 0)::text AS refunded, coalesce(live.under_way, 0)::text AS "refundUnderWay", to_json(o.created_at)#>>'{}' AS "createdAt"`

/** The payment that holds the order `o`: at most one. */
const HELD_BY: Sql = sql`
  LEFT JOIN LATERAL (
    SELECT p.status, p.refunded_amount - w.under_way AS refunded, w.under_way
    FROM payment p CROSS JOIN LATERAL (SELECT ${REFUNDS_UNDER_WAY} AS under_way) w
    WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})) live ON true`

export interface OrderFilter {
  state?: OrderState | undefined
  /** Part of its reference, of the customer's address or of the name of an item; or the whole id. */
  search?: string | undefined
  /** The order's UUID, where `search` is an id. */
  id?: string | null
}

/** A page of orders, newest first. `next`: the id behind which the next page begins; null: there are no more. */
export interface OrderPage {
  orders: OrderSummary[]
  next: string | null
}

const page = z.strictObject({
  orders: z.array(summaryRow),
  looked: z.int(),
  last: z.string().nullable(),
})

/**
 * Orders of a merchant, newest first: their ids begin with their time. A filtered page looks through 5,000 orders at most, so it may be short, or
 * empty, and have a next one all the same.
 * @param before id of the last order that was looked at
 */
export async function listOrders(
  db: Db,
  merchantId: string,
  { state, search, id, before, limit }: OrderFilter & { before: string | null; limit: number },
): Promise<OrderPage> {
  const filtered = state !== undefined || search !== undefined
  const looked = filtered ? LOOKED_THROUGH : limit
  const found = await firstRow(
    db,
    page,
    sql`
      WITH looked AS MATERIALIZED (
        SELECT * FROM orders o WHERE o.merchant_id = ${merchantId}::uuid AND ${before ? sql`o.id < ${before}::uuid` : sql`true`}
          AND ${id ? sql`o.id = ${id}::uuid` : sql`true`}
        ORDER BY o.id DESC LIMIT ${looked + 1}),
      seen AS (SELECT * FROM looked ORDER BY id DESC LIMIT ${looked}),
      matching AS (
        SELECT ${SUMMARY}, o.merchant_id, o.version FROM seen o ${HELD_BY}
        WHERE ${state ? sql`${STATE} = ${state}` : sql`true`} AND ${search && !id ? hasWords(search) : sql`true`}
        ORDER BY o.id DESC LIMIT ${limit + 1}),
      shown AS (
        SELECT m.*, ${ITEMS} AS items FROM matching m CROSS JOIN LATERAL (SELECT m.merchant_id, m.id, m.version) o)
      SELECT coalesce((SELECT jsonb_agg(to_jsonb(s) - 'merchant_id' - 'version' ORDER BY s.id DESC) FROM shown s), '[]') AS orders,
        (SELECT count(*)::int FROM looked) AS looked, (SELECT id::text FROM seen ORDER BY id LIMIT 1) AS last`,
  )
  if (!found) throw new Error('the orders were not read')
  const orders = found.orders.slice(0, limit).map(readSummary)
  if (found.orders.length > limit) return { orders, next: orders.at(-1)?.id ?? null }
  return { orders, next: found.looked > looked ? found.last : null }
}

/** Of the order `o`. Without regard to case; every character stands for itself. */
function hasWords(text: string): Sql {
  return sql`(position(lower(${text}) IN lower(concat_ws(' ', o.reference, o.customer_email))) > 0 OR EXISTS (
    SELECT FROM order_item i WHERE i.merchant_id = o.merchant_id AND i.order_id = o.id AND i.order_version = o.version AND position(lower(${text}) IN lower(i.name)) > 0))`
}

const detail = z.strictObject({
  ...summary,
  version: z.int(),
  metadata: z.record(z.string(), z.string()),
  successUrl: z.string().nullable(),
  cancelUrl: z.string().nullable(),
  expiresAt: z.date().nullable(),
  actor: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
})

/** One order of a merchant as its page shows it, or null. */
export async function orderDetail(db: Db, merchantId: string, id: string) {
  const found = await firstRow(
    db,
    detail,
    sql`
      SELECT ${SUMMARY}, ${ITEMS} AS items, o.version, o.metadata, o.success_url AS "successUrl", o.cancel_url AS "cancelUrl", o.expires_at AS "expiresAt", o.actor, o.address,
        o.request_id AS "requestId"
      FROM orders o ${HELD_BY} WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id}::uuid`,
  )
  return found && readSummary(found)
}
