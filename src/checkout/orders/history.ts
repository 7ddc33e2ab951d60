import { z } from 'zod'
import { type Db, rows, sql } from '@/platform/db'
import { itemsOfVersion, orderItem } from '../order'

/** Changes that a page shows. 100: more than a person reads. */
const SHOWN = 100

const changeRow = z.strictObject({
  id: z.string(),
  kind: z.enum(['changed', 'cancelled', 'expired']),
  /** The order after it. */
  version: z.int(),
  amount: z.bigint(),
  expiresAt: z.date().nullable(),
  items: z.array(orderItem),
  actor: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  createdAt: z.date(),
})
export type OrderChangeRow = z.infer<typeof changeRow>

/** The changes of an order, newest first. */
export function changesOfOrder(db: Db, merchantId: string, orderId: string): Promise<OrderChangeRow[]> {
  return rows(
    db,
    changeRow,
    sql`
      SELECT h.id::text, h.kind, h.version, h.amount, h.expires_at AS "expiresAt", ${itemsOfVersion(sql`h.version`)} AS items, h.actor, h.address,
        h.request_id AS "requestId", h.created_at AS "createdAt"
      FROM order_change h CROSS JOIN LATERAL (SELECT h.merchant_id, h.order_id AS id) o
      WHERE h.merchant_id = ${merchantId}::uuid AND h.order_id = ${orderId}::uuid
      ORDER BY h.created_at DESC, h.id DESC LIMIT ${SHOWN}`,
  )
}
