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
    WHEN live.refunded = 0 THEN 'paid' WHEN live.refunded < live.amount THEN 'partly-refunded' ELSE 'refunded' END`

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
    SELECT p.status, p.amount, p.refunded_amount - w.under_way AS refunded, w.under_way
    FROM payment p CROSS JOIN LATERAL (SELECT ${REFUNDS_UNDER_WAY} AS under_way) w
    WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})) live ON true`

export interface OrderFilter {
  state?: OrderState | undefined
  /** Part of its reference, of the customer's address or of the name of an item; or the whole id. */
  search?: string | undefined
  /** The order's UUID, where `search` is an id. */
  id?: string | null
  currency?: string | undefined
  /** Of its creation, RFC 3339; the end is exclusive. */
  from?: string | undefined
  until?: string | undefined
}

/** Newest first, after the id of the last order that was looked at; or by amount, which needs a currency, after the last one shown. */
export interface OrderListing extends OrderFilter {
  before?: string | null
  byAmount?: { rising: boolean; after: { amount: bigint; id: string } | null } | null
  limit: number
}

/**
 * A page of orders. `next`: the id behind which the next page begins (newest first), or of the last one shown (by amount); null: there are no more.
 * `whole`: nothing of the period was left out; false: there are more orders than were looked through.
 */
export interface OrderPage {
  orders: OrderSummary[]
  next: string | null
  whole: boolean
}

const page = z.strictObject({
  orders: z.array(summaryRow),
  looked: z.int(),
  last: z.string().nullable(),
})

/**
 * Orders of a merchant, newest first (their ids begin with their time) or by amount. A filtered page looks through 5,000 orders of the period at
 * most. Newest first it may be short, or empty, and have a next one all the same; by amount it is of the newest 5,000.
 * @throws RangeError for an order of amounts without a currency: amounts of two do not compare
 */
export async function listOrders(db: Db, merchantId: string, listing: OrderListing): Promise<OrderPage> {
  const { state, search, currency, before = null, byAmount = null, limit } = listing
  if (byAmount && !currency) throw new RangeError('amounts are compared within one currency')
  const filtered = state !== undefined || search !== undefined || currency !== undefined || byAmount !== null
  const looked = filtered ? LOOKED_THROUGH : limit
  const after = byAmount?.after
  const place = after
    ? sql`(o.amount, o.id) ${byAmount.rising ? sql`>` : sql`<`} (${after.amount}::bigint, ${after.id}::uuid)`
    : sql`true`
  const order = byAmount
    ? byAmount.rising
      ? sql`o.amount, o.id`
      : sql`o.amount DESC, o.id DESC`
    : sql`o.id DESC`
  const found = await firstRow(
    db,
    page,
    sql`
      WITH ${lookedThrough(merchantId, listing, { before, looked })},
      matching AS (
        SELECT ${SUMMARY}, o.merchant_id, o.version, row_number() OVER (ORDER BY ${order}) AS place FROM seen o ${HELD_BY}
        WHERE ${joinSql([...matches(listing), place], ' AND ')}
        ORDER BY ${order} LIMIT ${limit + 1}),
      shown AS (
        SELECT m.*, ${ITEMS} AS items FROM matching m CROSS JOIN LATERAL (SELECT m.merchant_id, m.id, m.version) o)
      SELECT coalesce((SELECT jsonb_agg(to_jsonb(s) - 'merchant_id' - 'version' - 'place' ORDER BY s.place) FROM shown s), '[]') AS orders,
        (SELECT count(*)::int FROM looked) AS looked, (SELECT id::text FROM seen ORDER BY id LIMIT 1) AS last`,
  )
  if (!found) throw new Error('the orders were not read')
  const orders = found.orders.slice(0, limit).map(readSummary)
  const whole = found.looked <= looked
  if (found.orders.length > limit) return { orders, next: orders.at(-1)?.id ?? null, whole }
  return { orders, next: whole || byAmount ? null : found.last, whole }
}

const orderCount = z.strictObject({
  state: z.enum(ORDER_STATES),
  currency: z.string(),
  orders: z.int(),
  /** A sum, as text: a sum of BIGINTs may exceed a BIGINT. */
  amount: z.string(),
})
export type OrderCount = z.infer<typeof orderCount>

/** Orders that are counted. More are "5,000+": each must be looked at. */
export const ORDERS_COUNTED_MAX = LOOKED_THROUGH

/** How many orders there are and their sum, by state and currency. @returns null: the period has more than are looked through */
export async function countOrders(
  db: Db,
  merchantId: string,
  filter: Omit<OrderFilter, 'state'>,
): Promise<OrderCount[] | null> {
  const found = await firstRow(
    db,
    z.strictObject({ looked: z.int(), counts: z.array(orderCount) }),
    sql`
      WITH ${lookedThrough(merchantId, filter, { before: null, looked: LOOKED_THROUGH })},
      counted AS (
        SELECT ${STATE} AS state, o.currency, count(*)::int AS orders, sum(o.amount)::text AS amount
        FROM seen o ${HELD_BY} WHERE ${joinSql(matches(filter), ' AND ')} AND (SELECT count(*) FROM looked) <= ${LOOKED_THROUGH} GROUP BY 1, 2)
      SELECT (SELECT count(*)::int FROM looked) AS looked,
        coalesce((SELECT jsonb_agg(to_jsonb(c) ORDER BY c.orders DESC, c.currency) FROM counted c), '[]') AS counts`,
  )
  return found && found.looked <= LOOKED_THROUGH ? found.counts : null
}

/** One day: an id begins with the time of the process that made it, and a row has the database's. Their clocks differ by less. */
const CLOCKS_DIFFER_MS = 86_400_000

/** The lowest id that begins with this time. */
function idAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** `seen`: the newest `looked` orders of the period; `looked`: one more, where there is one. Ids bound what is read; times decide. */
function lookedThrough(
  merchantId: string,
  { id, from, until }: OrderFilter,
  { before, looked }: { before: string | null; looked: number },
): Sql {
  const bounds = [
    sql`o.merchant_id = ${merchantId}::uuid`,
    ...(before ? [sql`o.id < ${before}::uuid`] : []),
    ...(id ? [sql`o.id = ${id}::uuid`] : []),
    ...(from
      ? [
          sql`o.created_at >= ${from}::timestamptz AND o.id >= ${idAt(Date.parse(from) - CLOCKS_DIFFER_MS)}::uuid`,
        ]
      : []),
    ...(until
      ? [
          sql`o.created_at < ${until}::timestamptz AND o.id < ${idAt(Date.parse(until) + CLOCKS_DIFFER_MS)}::uuid`,
        ]
      : []),
  ]
  return sql`
    looked AS MATERIALIZED (SELECT * FROM orders o WHERE ${joinSql(bounds, ' AND ')} ORDER BY o.id DESC LIMIT ${looked + 1}),
    seen AS (SELECT * FROM looked ORDER BY id DESC LIMIT ${looked})`
}

/** Of the order `o` with the payment that holds it. */
function matches({ state, search, id, currency }: OrderFilter): Sql[] {
  return [
    sql`true`,
    ...(state ? [sql`${STATE} = ${state}`] : []),
    ...(currency ? [sql`o.currency = ${currency}`] : []),
    ...(search && !id ? [hasWords(search)] : []),
  ]
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
