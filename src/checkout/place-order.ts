import type { Answer, Foresight, Operation } from '@payonce/idempotency'
import type { Facts } from '@payonce/idempotency/problems'
import { beginForm, type SqlForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import type { Currency } from '@/lib/money'
import type { WouldDo } from '@/payments/would-do'
import { auditParked } from '@/platform/audit'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'
import {
  ITEMS,
  insertOrder,
  itemsOfVersion,
  orderRow as newOrderRow,
  ORDER_COLUMNS,
  ORDER_STATUS,
  ORDER_STATUSES,
  type OrderStatus,
  orderItem,
  type PlacedOrder,
  placedOrder,
  totalOf,
} from './order'

/** The request for an order, parsed. Amounts are in minor units. */
export interface PlaceOrderInput {
  merchantId: string
  currency: Currency
  items: { name: string; quantity: number; unitAmount: number }[]
  reference?: string | undefined
  customerEmail?: string | undefined
  metadata?: Record<string, string> | undefined
  successUrl?: string | undefined
  cancelUrl?: string | undefined
  expiresAt?: string | undefined
  /** Who places it. Volatile: a retry with another API key, or from another address, is the same request. */
  by?: Actor | undefined
}

/** Renders a placed order. The text is stored, so that a replay is the same byte for byte. */
export interface OrderAnswers {
  placed(order: OrderRow): Answer
  resourceFacts(orderId: string): Facts
}

export interface PlaceOrderDeps {
  name: string
  db: Db
  newId: () => string
  answers: OrderAnswers
}

const orderRow = z.strictObject({
  ...placedOrder,
  currency: z.string(),
  version: z.int(),
  status: z.enum(ORDER_STATUSES),
  reference: z.string().nullable(),
  customerEmail: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  successUrl: z.string().nullable(),
  cancelUrl: z.string().nullable(),
  expiresAt: z.date().nullable(),
  items: z.array(orderItem),
})
/** An order with its items, as programs read it. */
export type OrderRow = z.infer<typeof orderRow>

/** The order's id is the claim's `subject_id`. */
const beginOrder = beginForm({ name: 'order', columns: ORDER_COLUMNS, statement: insertOrder })

/** Placing an order once. Nothing outside is asked: an order that is begun is done, and after a crash its row is the whole outcome. */
export function placeOrderOperation({
  name,
  db,
  newId,
  answers,
}: PlaceOrderDeps): Operation<PlaceOrderInput, PlacedOrder, OrderRow | null, SqlForm> {
  return {
    name,
    volatile: ['by'],
    // Its id opens the order's checkout, so nobody may work it out from a key such as "order-17".
    randomSubject: true,
    begin: (input, ids, claim) => {
      const items = input.items.map((item) => ({ ...item, unitAmount: BigInt(item.unitAmount) }))
      return beginOrder(claim, newOrderRow({ ...input, items }, ids.subjectId))
    },
    whyRefused: async () => ({ kind: 'busy' }),
    ask: ({ id, merchantId }) => readOrder(db, merchantId, id),
    find: ({ id, merchantId }) => readOrder(db, merchantId, id),
    doubt: () => null,
    finish: (_, order) =>
      order
        ? { to: 'completed', answer: answers.placed(order), writes: [] }
        : // The database went away between the two commits: the row exists, and is read again.
          { to: 'unknown', answer: null, writes: [], retryInMs: 1_000 },
    recall: async (merchantId, orderId) => readOrder(db, merchantId, orderId),
    resourceFacts: answers.resourceFacts,
    parkWrites: ({ merchantId, recordId }, reason) => [auditParked(merchantId, newId(), recordId, reason)],
  }
}

/**
 * What placing an order would do now. Nothing is in the way of one, and nothing is written.
 * @throws OrderRefused when the items have no valid total
 */
export function foreseeOrder({ currency, items, expiresAt }: PlaceOrderInput, now: Date): Foresight<WouldDo> {
  const minor = totalOf(items.map((item) => ({ ...item, unitAmount: BigInt(item.unitAmount) })))
  return { would: wouldBe({ id: null, status: openUntil(expiresAt, now), version: 1, minor, currency }) }
}

/** An operation of an order that asks no bank and posts nothing. */
export function wouldBe(order: Omit<WouldDo['outcome'], 'resource'>): WouldDo {
  return { bank: null, outcome: { resource: 'order', ...order }, postings: [] }
}

/** The status of an open order. @param expiresAt RFC 3339 */
export function openUntil(expiresAt: string | Date | null | undefined, now: Date): OrderStatus {
  return expiresAt && new Date(expiresAt) <= now ? 'expired' : 'open'
}

/** What no change of an order touches. */
const FIXED_COLUMNS: Sql = sql`o.id::text, o.merchant_id::text AS "merchantId", o.currency, o.reference, o.customer_email AS "customerEmail", o.metadata,
  o.success_url AS "successUrl", o.cancel_url AS "cancelUrl", o.created_at AS "createdAt"`

/** One order of a merchant with its items, or null. */
export function readOrder(db: Db, merchantId: string, orderId: string): Promise<OrderRow | null> {
  return firstRow(
    db,
    orderRow,
    sql`
      SELECT ${FIXED_COLUMNS}, o.version, o.amount, ${ORDER_STATUS} AS status, o.expires_at AS "expiresAt", ${ITEMS} AS items
      FROM orders o WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${orderId}::uuid`,
  )
}

/** An order as one change of it left it: the same after a later change, so that an answer that a crash delayed is the one that was due. */
export function readChangedOrder(db: Db, merchantId: string, changeId: string): Promise<OrderRow | null> {
  return firstRow(
    db,
    orderRow,
    sql`
      SELECT ${FIXED_COLUMNS}, h.version, h.amount, CASE WHEN h.kind <> 'changed' THEN h.kind WHEN h.expires_at <= h.created_at THEN 'expired' ELSE 'open' END AS status, h.expires_at AS "expiresAt",
        ${itemsOfVersion(sql`h.version`)} AS items
      FROM order_change h JOIN orders o ON o.merchant_id = h.merchant_id AND o.id = h.order_id
      WHERE h.merchant_id = ${merchantId}::uuid AND h.id = ${changeId}::uuid`,
  )
}
