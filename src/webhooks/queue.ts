import { z } from 'zod'
import { uuidv7 } from '@/lib/id'
import { audit, SYSTEM } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import { one } from './endpoint'
import { BODY, DELIVERY_ID } from './from-event'
import type { NextStep } from './schedule'
import type { WebhookAnswer } from './send'

/** Events of one fan-out. 500: some milliseconds, and the next follows at once while there are more. */
export const FAN_OUT_BATCH = 500
/** 60 s: four times the deadline of a request. A worker that was stopped for longer has lost its deliveries to another. */
const LEASE = sql`interval '60 seconds'`
/** An endpoint at which every attempt has failed for so long is disabled. */
const GIVE_UP = sql`interval '5 days'`
/** The log of deliveries is kept for 30 days after they began. */
const KEPT = sql`interval '30 days'`

/**
 * Makes the deliveries of the next events, and moves the cursor past them, in one statement. Any number of workers may call it: one of them
 * has the cursor. Events of transactions that still run are left, and so are all that began after the oldest of these.
 * A database that was restored counts its transactions anew: its events are all taken as ended, and the cursor then begins at zero; what
 * was fanned out before has its delivery, or is too old.
 * While there is nothing to pass the cursor is not locked, so that an idle worker writes nothing.
 * @returns the events that were passed
 */
export async function fanOut(db: Db, batch = FAN_OUT_BATCH): Promise<number> {
  const found = await firstRow(
    db,
    z.strictObject({ passed: z.bigint(), restored: z.boolean().nullable() }),
    sql`
      WITH at AS MATERIALIZED (
        SELECT c.xid, c.event_id, h.horizon, c.xid > h.horizon AS restored
        FROM webhook_cursor c, (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) h
        WHERE c.one AND (c.xid > h.horizon OR EXISTS (
          SELECT FROM outbox_event n WHERE n.xid >= c.xid AND n.xid < h.horizon AND (n.xid > c.xid OR n.id > c.event_id)))
        FOR UPDATE OF c SKIP LOCKED),
      next AS MATERIALIZED (
        SELECT o.* FROM outbox_event o
        WHERE o.xid >= (SELECT xid FROM at) AND o.xid < (SELECT CASE WHEN restored THEN 9223372036854775807 ELSE horizon END FROM at)
          AND (o.xid > (SELECT xid FROM at) OR o.id > (SELECT event_id FROM at))
        ORDER BY o.xid, o.id LIMIT ${batch}),
      made AS (
        INSERT INTO webhook_delivery (merchant_id, id, endpoint_id, event_id, event_type, body)
        SELECT o.merchant_id, ${DELIVERY_ID}, e.id, o.id, o.type, o.body
        FROM (SELECT merchant_id, id, type, created_at, ${BODY} AS body FROM next) o JOIN webhook_endpoint e ON e.merchant_id = o.merchant_id
        WHERE e.state IN ('enabled', 'paused') AND (cardinality(e.event_types) = 0 OR o.type = ANY (e.event_types))
          AND o.created_at >= e.created_at AND o.created_at > now() - ${KEPT}
        ON CONFLICT (merchant_id, endpoint_id, event_id) DO NOTHING),
      moved AS (
        UPDATE webhook_cursor SET xid = l.xid, event_id = l.id FROM (SELECT xid, id FROM next ORDER BY xid DESC, id DESC LIMIT 1) l WHERE one)
      SELECT (SELECT count(*) FROM next) AS passed, (SELECT restored FROM at) AS restored`,
  )
  if (found?.restored && found.passed === 0n)
    await db.$executeRaw(sql`
      UPDATE webhook_cursor SET xid = 0, event_id = '00000000-0000-0000-0000-000000000000'
      WHERE xid > pg_snapshot_xmin(pg_current_snapshot())::text::bigint`)
  return Number(found?.passed ?? 0)
}

const claimedRow = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  endpointId: z.string(),
  eventId: z.string(),
  body: z.string(),
  fence: z.int(),
  tries: z.int(),
  url: z.string(),
  failing: z.boolean(),
  /** Every attempt at the endpoint has failed for so long that it is disabled when this one fails too. */
  overdue: z.boolean(),
  /** Encrypted, the newest first. */
  secrets: z.array(z.string()),
})
export type ClaimedDelivery = z.infer<typeof claimedRow>

/** How many deliveries of each endpoint may be claimed: those that are named, and `otherwise` of each other one. */
export interface Room {
  byEndpoint: ReadonlyMap<string, number>
  otherwise: number
  total: number
}

/**
 * Takes due deliveries, each for one worker until its lease ends.
 * @param ours condition on `merchant_id`: of this installation's mode
 */
export function claim(db: Db, ours: Sql, room: Room): Promise<ClaimedDelivery[]> {
  const [ids, rooms] = [[...room.byEndpoint.keys()], [...room.byEndpoint.values()]]
  return rows(
    db,
    claimedRow,
    sql`
      WITH open AS MATERIALIZED (
        SELECT e.merchant_id, e.id, e.url, e.failing_since, coalesce(r.room, ${room.otherwise}::int) AS room
        FROM (SELECT * FROM webhook_endpoint WHERE ${ours} AND state = 'enabled' AND (not_before IS NULL OR not_before <= now())) e
        LEFT JOIN unnest(${ids}::uuid[], ${rooms}::int[]) AS r (id, room) ON r.id = e.id
        ORDER BY random()),
      due AS MATERIALIZED (
        SELECT q.merchant_id, q.id, o.url, o.failing_since IS NOT NULL AS failing,
          coalesce(o.failing_since < now() - ${GIVE_UP}, false) AS overdue
        FROM open o CROSS JOIN LATERAL (
          SELECT d.merchant_id, d.id FROM webhook_delivery d
          WHERE d.merchant_id = o.merchant_id AND d.endpoint_id = o.id AND d.state = 'pending' AND d.next_at <= now()
            AND (d.lease_until IS NULL OR d.lease_until <= now())
          ORDER BY d.next_at LIMIT o.room FOR UPDATE SKIP LOCKED) q
        WHERE o.room > 0 LIMIT ${room.total}::int)
      UPDATE webhook_delivery d SET lease_until = now() + ${LEASE}, fence = d.fence + 1
      FROM due WHERE d.merchant_id = due.merchant_id AND d.id = due.id
      RETURNING d.merchant_id::text AS "merchantId", d.id::text, d.endpoint_id::text AS "endpointId", d.event_id::text AS "eventId", d.body,
        d.fence, d.tries, due.url, due.failing, due.overdue,
        ARRAY(SELECT s.secret FROM webhook_secret s WHERE s.merchant_id = d.merchant_id AND s.endpoint_id = d.endpoint_id
          AND (s.valid_until IS NULL OR s.valid_until > now()) ORDER BY s.valid_until DESC NULLS FIRST) AS secrets`,
  )
}

/** The outcome of one attempt. */
export interface Attempted {
  claimed: ClaimedDelivery
  at: Date
  ms: number
  answer: WebhookAnswer
  decision: NextStep
}

/** Writes the outcomes of attempts and their log. One that has lost its lease to another worker, or was sent again, is dropped. */
export async function settle(db: Db, attempts: readonly Attempted[]): Promise<void> {
  const outcomes = attempts.map(({ claimed, at, ms, answer, decision }) => ({
    merchant: claimed.merchantId,
    id: claimed.id,
    fence: claimed.fence,
    state: decision.state,
    wait: Math.round(decision.waitMs),
    at,
    ms: Math.round(ms),
    status: answer.status,
    error: answer.status === null ? answer.error.slice(0, 300) : null,
    answer: answer.status === null ? null : answer.text,
  }))
  await db.$executeRaw(sql`
    WITH outcome AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb) AS r (
        merchant uuid, id uuid, fence int, state text, wait bigint, at timestamptz, ms int, status int, error text, answer text)),
    moved AS (
      UPDATE webhook_delivery d SET state = r.state, tries = d.tries + 1, attempts = d.attempts + 1, lease_until = NULL,
        next_at = now() + r.wait * interval '1 millisecond', ended_at = CASE WHEN r.state = 'pending' THEN NULL ELSE now() END
      FROM outcome r WHERE d.merchant_id = r.merchant AND d.id = r.id AND d.fence = r.fence AND d.state = 'pending'
      RETURNING d.merchant_id, d.id, d.attempts)
    INSERT INTO webhook_attempt (merchant_id, delivery_id, number, at, duration_ms, status, error, answer)
    SELECT m.merchant_id, m.id, m.attempts, r.at, r.ms, r.status, r.error, r.answer
    FROM moved m JOIN outcome r ON r.merchant = m.merchant_id AND r.id = m.id`)
}

type Endpoint = Pick<ClaimedDelivery, 'merchantId' | 'endpointId'>

/** The endpoint has answered with success: what was counted against it is over. */
export async function noteSuccess(db: Db, endpoint: Endpoint): Promise<void> {
  await db.$executeRaw(sql`
    UPDATE webhook_endpoint SET failing_since = NULL, not_before = NULL WHERE ${isOf(endpoint)} AND failing_since IS NOT NULL`)
}

/** @param throttleMs how long nothing is sent to it; 0: no change */
export async function noteFailure(db: Db, endpoint: Endpoint, throttleMs: number): Promise<void> {
  await db.$executeRaw(sql`
    UPDATE webhook_endpoint SET failing_since = coalesce(failing_since, now()),
      not_before = CASE WHEN ${throttleMs}::float8 > 0 THEN now() + ${throttleMs}::float8 * interval '1 millisecond' ELSE not_before END
    WHERE ${isOf(endpoint)} AND (failing_since IS NULL OR ${throttleMs}::float8 > 0)`)
}

/**
 * Disables an endpoint, with an entry of the audit log.
 * @param why `gone`: it answered 410. `failing`: only where every attempt has failed for 5 days
 * @returns false when it was not enabled any more, or has not failed for so long
 */
export async function disable(db: Db, endpoint: Endpoint, why: 'gone' | 'failing'): Promise<boolean> {
  const long = why === 'failing' ? sql`failing_since < now() - ${GIVE_UP}` : sql`true`
  const row = sql`
    UPDATE webhook_endpoint SET state = 'disabled', reason = ${REASONS[why]}, updated_at = now()
    WHERE ${isOf(endpoint)} AND state IN ('enabled', 'paused') AND ${long} RETURNING 1`
  const { merchantId, endpointId: subject } = endpoint
  const entry = audit({
    merchantId,
    id: uuidv7(),
    by: SYSTEM,
    action: 'webhook.disabled',
    subject,
    detail: REASONS[why],
  })
  return (await commit(db, [one('webhook-endpoint', row), entry])).committed
}

const REASONS = {
  gone: 'The endpoint answered 410 Gone.',
  failing: 'Every attempt has failed for 5 days.',
}

function isOf({ merchantId, endpointId }: Endpoint): Sql {
  return sql`merchant_id = ${merchantId}::uuid AND id = ${endpointId}::uuid`
}

/** Removes deliveries of more than 30 days ago with their attempts, and endpoints that were deleted once their log is gone. @returns the rows */
export async function forgetDeliveries(db: Db, batch: number): Promise<number> {
  const removed = await db.$executeRaw(sql`
    DELETE FROM webhook_delivery WHERE (merchant_id, id) IN (
      SELECT merchant_id, id FROM webhook_delivery WHERE created_at < now() - ${KEPT} ORDER BY created_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`)
  await db.$executeRaw(sql`
    DELETE FROM webhook_endpoint e WHERE e.state = 'deleted' AND e.updated_at < now() - ${KEPT}
      AND NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.merchant_id = e.merchant_id AND d.endpoint_id = e.id)`)
  return removed
}

/** Brings forward what waits for an instant in the future, by `step`: how far the database's clock was put back. */
export function deliveriesForward(step: Sql): Sql {
  return sql`
    WITH endpoint AS (UPDATE webhook_endpoint SET not_before = not_before - ${step} WHERE not_before > now())
    UPDATE webhook_delivery SET next_at = next_at - ${step}, lease_until = lease_until - ${step}
    WHERE state = 'pending' AND (next_at > now() OR lease_until > now())`
}

const backlogRow = z.strictObject({
  pending: z.bigint(),
  /** Of the oldest delivery that is due, at an endpoint that is enabled. */
  oldestSeconds: z.number(),
  unsent: z.bigint(),
  failing: z.bigint(),
  disabled: z.bigint(),
})

/** What the relay has before it, over all merchants. `unsent`: events that are not fanned out yet, 10,000 at most. */
export async function readBacklog(db: Db): Promise<z.infer<typeof backlogRow>> {
  const found = await firstRow(
    db,
    backlogRow,
    sql`
      SELECT coalesce(sum(q.pending), 0)::bigint AS pending, coalesce(max(q.oldest), 0)::float8 AS "oldestSeconds",
        (SELECT count(*) FROM (SELECT FROM outbox_event o, webhook_cursor c WHERE o.xid > c.xid LIMIT 10000) u) AS unsent,
        count(*) FILTER (WHERE e.failing_since IS NOT NULL AND e.state = 'enabled') AS failing,
        count(*) FILTER (WHERE e.state = 'disabled') AS disabled
      FROM webhook_endpoint e LEFT JOIN LATERAL (
        SELECT count(*) AS pending, extract(epoch FROM now() - min(d.next_at) FILTER (WHERE d.next_at <= now() AND e.state = 'enabled')) AS oldest
        FROM webhook_delivery d WHERE d.merchant_id = e.merchant_id AND d.endpoint_id = e.id AND d.state = 'pending') q ON true
      WHERE e.state <> 'deleted'`,
  )
  if (!found) throw new Error('the backlog of webhooks was not read')
  return found
}
