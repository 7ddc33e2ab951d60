import type { Operation } from '@/idempotency/core/operation'
import type { Answer } from '@/idempotency/core/record'
import type { Facts } from '@/idempotency/problems'
import type { SqlForm } from '@/idempotency/stores/sql'
import type { Currency } from '@/lib/money'
import { auditParked } from '@/platform/audit'
import { type Db, sql } from '@/platform/db'
import { insertOrder, type PlacedOrder } from './order'

/** An order to be placed, parsed: what the answer shows again. Amounts are in minor units. */
export interface PlaceOrderInput {
  merchantId: string
  currency: Currency
  items: { name: string; quantity: number; unitAmount: number }[]
  reference?: string | undefined
  customerEmail?: string | undefined
  metadata?: Record<string, string> | undefined
}

/** How a door says that an order was placed: the stored answer, word for word. */
export interface OrderAnswers {
  placed(order: OrderRow): Answer
  pointer(orderId: string): Facts
}

export interface PlaceOrderDeps {
  name: string
  db: Db
  newId: () => string
  answers: OrderAnswers
}

/** An order as it is read. */
export interface OrderRow extends PlacedOrder {
  currency: string
  status: string
  reference: string | null
  customerEmail: string | null
  metadata: Record<string, string>
  items: { name: string; quantity: number; unitAmount: number }[]
}

/** Placing an order once. Nobody outside is asked: once it is begun it is done, so a crash leaves nothing to find out but the row. */
export function placeOrderOperation({
  name,
  db,
  newId,
  answers,
}: PlaceOrderDeps): Operation<PlaceOrderInput, PlacedOrder, OrderRow | null, SqlForm> {
  return {
    name,
    volatile: [],
    begin: (input, ids, claim) => {
      const items = input.items.map((item) => ({ ...item, unitAmount: BigInt(item.unitAmount) }))
      return insertOrder({ ...input, items }, ids.subjectId, claim)
    },
    refused: async () => ({ kind: 'busy' }),
    ask: ({ id, merchantId }) => readOrder(db, merchantId, id),
    find: ({ id, merchantId }) => readOrder(db, merchantId, id),
    doubt: () => null,
    finish: (_, order) =>
      order
        ? { to: 'completed', answer: answers.placed(order), writes: [] }
        : // The database went away between the two commits: the row is there, and is read again.
          { to: 'unknown', answer: null, writes: [], retryInMs: 1_000 },
    recall: async (merchantId, orderId) => readOrder(db, merchantId, orderId),
    pointer: answers.pointer,
    parked: ({ merchantId, recordId }, reason) => [auditParked(merchantId, newId(), recordId, reason)],
  }
}

/** One order of a merchant with its items, or null. */
export async function readOrder(db: Db, merchantId: string, orderId: string): Promise<OrderRow | null> {
  const [row] = await db.$queryRaw<OrderRow[]>(sql`
    SELECT o.id::text, o.merchant_id::text AS "merchantId", o.amount, o.currency, o.status, o.reference, o.customer_email AS "customerEmail", o.metadata, o.created_at AS "createdAt",
      (SELECT coalesce(json_agg(json_build_object('name', i.name, 'quantity', i.quantity, 'unitAmount', i.unit_amount) ORDER BY i.position), '[]')
       FROM order_item i WHERE i.merchant_id = o.merchant_id AND i.order_id = o.id) AS items
    FROM orders o WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${orderId}::uuid`)
  return row ?? null
}
