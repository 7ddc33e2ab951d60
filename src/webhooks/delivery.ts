import { z } from 'zod'
import { showId, uuidv7 } from '@/lib/id'
import { type Acted, act } from '@/platform/act'
import { cursorOf, type Db, firstRow, joinSql, rows, sql } from '@/platform/db'
import { type Change, entryOf, one } from './endpoint'
import { BODY, DELIVERY_ID } from './from-event'

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const
/** How far back events can be sent again, in days: as long as the log of deliveries is kept, which knows what arrived. */
export const REPLAY_DAYS = 30
/** Events of one replay. 10,000: some seconds of a worker. */
const REPLAY_MAX = 10_000

const deliveryRow = z.strictObject({
  id: z.string(),
  endpointId: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int(),
  nextAt: z.date(),
  createdAt: z.date(),
  endedAt: z.date().nullable(),
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  /** Position in a page. */
  cursor: z.string(),
})
export type DeliveryRow = z.infer<typeof deliveryRow>

const attemptRow = z.strictObject({
  number: z.int(),
  at: z.date(),
  durationMs: z.int(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  answer: z.string().nullable(),
})
export type DeliveryAttempt = z.infer<typeof attemptRow>

export interface DeliveryFilter {
  endpointId: string
  state?: (typeof DELIVERY_STATES)[number] | undefined
  after: { at: string; id: string } | null
  limit: number
}

const SELECTED = sql`
  SELECT d.id::text, d.endpoint_id::text AS "endpointId", d.event_id::text AS "eventId", d.event_type AS "eventType", d.state, d.attempts,
    d.next_at AS "nextAt", d.created_at AS "createdAt", d.ended_at AS "endedAt", a.status AS "lastStatus", a.error AS "lastError",
    ${cursorOf(sql`d.created_at`)} AS cursor
  FROM webhook_delivery d LEFT JOIN webhook_attempt a ON a.merchant_id = d.merchant_id AND a.delivery_id = d.id AND a.number = d.attempts`

/** Deliveries to an endpoint, newest first. */
export function listDeliveries(db: Db, merchantId: string, filter: DeliveryFilter): Promise<DeliveryRow[]> {
  const { endpointId, state, after, limit } = filter
  const conditions = [
    sql`d.merchant_id = ${merchantId}::uuid AND d.endpoint_id = ${endpointId}::uuid`,
    ...(state ? [sql`d.state = ${state}`] : []),
    ...(after ? [sql`(d.created_at, d.id) < (${after.at}::timestamptz, ${after.id}::uuid)`] : []),
  ]
  return rows(
    db,
    deliveryRow,
    sql`${SELECTED} WHERE ${joinSql(conditions, ' AND ')} ORDER BY d.created_at DESC, d.id DESC LIMIT ${limit}`,
  )
}

/** A delivery with what is sent and its attempts, oldest first; null when there is none of this id. */
export async function findDelivery(
  db: Db,
  merchantId: string,
  id: string,
): Promise<(DeliveryRow & { body: string; log: DeliveryAttempt[] }) | null> {
  const row = await firstRow(
    db,
    deliveryRow,
    sql`${SELECTED} WHERE d.merchant_id = ${merchantId}::uuid AND d.id = ${id}::uuid`,
  )
  if (!row) return null
  const of = sql`merchant_id = ${merchantId}::uuid`
  const [sent, log] = await Promise.all([
    firstRow(
      db,
      z.strictObject({ body: z.string() }),
      sql`SELECT body FROM webhook_delivery WHERE ${of} AND id = ${id}::uuid`,
    ),
    rows(
      db,
      attemptRow,
      sql`SELECT number, at, duration_ms AS "durationMs", status, error, answer FROM webhook_attempt
        WHERE ${of} AND delivery_id = ${id}::uuid ORDER BY number LIMIT 100`,
    ),
  ])
  return { ...row, body: sent?.body ?? '', log }
}

/** Sends an event of its own to the endpoint. `refused`: the endpoint is not enabled, or there is none. */
export function sendTest(db: Db, change: Change, now: Date): Promise<Acted> {
  const { merchantId, endpointId, actId } = change
  const type = 'webhook.test'
  const data = { endpoint: showId('whe', endpointId) }
  const body = JSON.stringify({ type, timestamp: now.toISOString(), data })
  const row = sql`
    INSERT INTO webhook_delivery (merchant_id, id, endpoint_id, event_id, event_type, body)
    SELECT merchant_id, ${actId}::uuid, id, ${actId}::uuid, ${type}, ${body}
    FROM webhook_endpoint WHERE merchant_id = ${merchantId}::uuid AND id = ${endpointId}::uuid AND state = 'enabled' RETURNING 1`
  return act(db, entryOf(change, 'webhook.test-sent', ''), [one('webhook-delivery', row)])
}

/** Sends a delivery again, from the start of the schedule. `refused`: there is none, or its endpoint was deleted. */
export function resendDelivery(db: Db, change: Change, deliveryId: string): Promise<Acted> {
  const row = sql`
    UPDATE webhook_delivery d SET ${AGAIN} FROM webhook_endpoint e
    WHERE d.merchant_id = ${change.merchantId}::uuid AND d.id = ${deliveryId}::uuid AND e.merchant_id = d.merchant_id AND e.id = d.endpoint_id
      AND e.state <> 'deleted' RETURNING 1`
  return act(db, entryOf(change, 'webhook.resent', showId('whd', deliveryId)), [one('webhook-delivery', row)])
}

/**
 * Sends again what has not arrived at an endpoint since then: failed deliveries, and events that were never sent to it, as while it was
 * disabled; at most 10,000 of each, oldest first. What has arrived is left alone. `refused`: there is no such endpoint.
 */
export function replaySince(db: Db, change: Change, since: Date): Promise<Acted> {
  const { merchantId, endpointId } = change
  const failed = sql`
    UPDATE webhook_delivery d SET ${AGAIN} WHERE d.merchant_id = ${merchantId}::uuid AND d.id IN (
      SELECT id FROM webhook_delivery WHERE merchant_id = ${merchantId}::uuid AND endpoint_id = ${endpointId}::uuid
        AND created_at >= ${since} AND state = 'failed' ORDER BY created_at, id LIMIT ${REPLAY_MAX})`
  const missing = sql`
    INSERT INTO webhook_delivery (merchant_id, id, endpoint_id, event_id, event_type, body)
    SELECT merchant_id, ${DELIVERY_ID}, ${endpointId}::uuid, id, type, ${BODY} FROM outbox_event o
    WHERE merchant_id = ${merchantId}::uuid AND id >= ${firstIdOf(since)}::uuid AND created_at >= ${since}
      AND EXISTS (SELECT FROM webhook_endpoint e WHERE e.merchant_id = o.merchant_id AND e.id = ${endpointId}::uuid AND e.state <> 'deleted'
        AND (cardinality(e.event_types) = 0 OR o.type = ANY (e.event_types)))
      AND NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.merchant_id = o.merchant_id AND d.endpoint_id = ${endpointId}::uuid AND d.event_id = o.id)
    ORDER BY id LIMIT ${REPLAY_MAX} ON CONFLICT (merchant_id, endpoint_id, event_id) DO NOTHING`
  const row = sql`UPDATE webhook_endpoint SET updated_at = now() WHERE merchant_id = ${merchantId}::uuid AND id = ${endpointId}::uuid AND state <> 'deleted' RETURNING 1`
  const entry = entryOf(change, 'webhook.replayed', `since ${since.toISOString()}`)
  return act(db, entry, [one('webhook-endpoint', row)], [failed, missing])
}

/** A worker that is sending it just now is too late with its outcome. */
const AGAIN = sql`state = 'pending', tries = 0, next_at = now(), lease_until = NULL, ended_at = NULL, fence = d.fence + 1`

/** The smallest id of that instant. A minute before: ids have the application's clock, rows the database's. */
function firstIdOf(since: Date): string {
  return uuidv7(Math.max(0, since.getTime() - 60_000), new Uint8Array(10))
}
