import { z } from 'zod'
import { uuidv7 } from '@/lib/id'
import { LIVE } from '@/payments/payment'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { SYSTEM } from '@/platform/audit'
import { type Db, joinSql, rows, type Sql, sql } from '@/platform/db'
import { insertEventsFrom } from '@/platform/outbox'
import { orderPayload } from './change'

const dueRow = z.strictObject({ at: z.string(), merchantId: z.string(), orderId: z.string() })

/**
 * Marks orders whose time has passed, and tells of it. Nothing depends on it: no payment of such an order begins (`IS_OPEN`), marked or not. One
 * that a payment holds is passed over until that has ended.
 * @returns how many were dealt with; of those that are paid, cancelled or have another time by now, only the note is forgotten
 */
export async function expireOrders(db: Db, batch: number): Promise<number> {
  const due = await rows(
    db,
    dueRow,
    sql`
      SELECT e.at::text, e.merchant_id::text AS "merchantId", e.order_id::text AS "orderId"
      FROM order_expiry e JOIN orders o ON o.merchant_id = e.merchant_id AND o.id = e.order_id
      WHERE e.at <= now() AND (o.status <> 'open' OR o.expires_at IS DISTINCT FROM e.at OR NOT EXISTS (
        SELECT FROM payment p WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})))
      ORDER BY e.at LIMIT ${batch}`,
  )
  if (due.length === 0) return 0
  await db.$executeRaw(marked(due))
  return due.length
}

/** The order's row is locked before its payments are looked at, as for every change (`change.ts`). */
function marked(due: z.infer<typeof dueRow>[]): Sql {
  const list = due.map(
    (row) =>
      sql`(${row.at}::timestamptz, ${row.merchantId}::uuid, ${row.orderId}::uuid, ${uuidv7()}::uuid, ${uuidv7()}::uuid)`,
  )
  return sql`
    WITH due (at, merchant_id, order_id, change_id, event_id) AS (VALUES ${joinSql(list)}),
    late AS (
      SELECT o.merchant_id, o.id, d.change_id, d.event_id
      FROM due d JOIN orders o ON o.merchant_id = d.merchant_id AND o.id = d.order_id
      WHERE o.status = 'open' AND o.expires_at <= now() FOR NO KEY UPDATE OF o SKIP LOCKED),
    ended AS (
      UPDATE orders o SET status = 'expired', updated_at = now() FROM late l
      WHERE o.merchant_id = l.merchant_id AND o.id = l.id AND order_is_free(l.merchant_id, l.id)
      RETURNING o.merchant_id, o.id, o.version, o.amount, o.currency, o.expires_at, l.change_id, l.event_id),
    noted AS (
      INSERT INTO order_change (merchant_id, id, order_id, kind, version, amount, expires_at, ${ACTOR_COLUMNS})
      SELECT merchant_id, change_id, id, 'expired', version, amount, expires_at, ${actorValues(SYSTEM)} FROM ended),
    told AS (${insertEventsFrom(sql`(
      SELECT merchant_id, event_id AS id, 'order.expired' AS type, id AS subject_id, ${orderPayload('expired')} AS payload FROM ended)`)})
    DELETE FROM order_expiry e USING due d JOIN orders o ON o.merchant_id = d.merchant_id AND o.id = d.order_id
    WHERE e.at = d.at AND e.merchant_id = d.merchant_id AND e.order_id = d.order_id
      AND (o.status <> 'open' OR o.expires_at IS DISTINCT FROM e.at OR EXISTS (SELECT FROM ended x WHERE x.merchant_id = o.merchant_id AND x.id = o.id))`
}
