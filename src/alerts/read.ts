import { z } from 'zod'
import { cursorOf, type Db, firstRow, rows, type Sql, sql } from '@/platform/db'

export const ALERT_STATES = ['open', 'acknowledged', 'ended'] as const
export type AlertState = (typeof ALERT_STATES)[number]

const alertRow = z.strictObject({
  id: z.string(),
  kind: z.string(),
  subject: z.string(),
  detail: z.string(),
  money: z.boolean(),
  since: z.date(),
  openedAt: z.date(),
  lastSeenAt: z.date(),
  endedAt: z.date().nullable(),
  acknowledgedAt: z.date().nullable(),
  /** The name of an actor. */
  acknowledgedBy: z.string().nullable(),
  note: z.string().nullable(),
  /** Position in the list: `cursorOf` the time of opening. */
  cursor: z.string(),
})
/** An alert as its page shows it. */
export type AlertRow = z.infer<typeof alertRow>

const COLUMNS = sql`id::text, kind, subject, detail, money, since, opened_at AS "openedAt", last_seen_at AS "lastSeenAt", ended_at AS "endedAt",
  acknowledged_at AS "acknowledgedAt", acknowledged_by AS "acknowledgedBy", note, ${cursorOf(sql`opened_at`)} AS cursor`

const CONDITIONS = {
  open: sql`ended_at IS NULL AND acknowledged_at IS NULL`,
  acknowledged: sql`ended_at IS NULL AND acknowledged_at IS NOT NULL`,
  ended: sql`ended_at IS NOT NULL`,
}

export interface AlertFilter {
  state: AlertState
  kind: string | null
  after: { at: string; id: string } | null
  limit: number
}

/** A merchant's alerts of one state, the newest first. */
export function listAlerts(db: Db, merchantId: string, filter: AlertFilter): Promise<AlertRow[]> {
  const { state, kind, after, limit } = filter
  return rows(
    db,
    alertRow,
    sql`
      SELECT ${COLUMNS} FROM alert
      WHERE merchant_id = ${merchantId}::uuid AND ${CONDITIONS[state]} AND (${kind}::text IS NULL OR kind = ${kind}::text)
        AND (${after?.id ?? null}::uuid IS NULL OR (opened_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
      ORDER BY opened_at DESC, alert.id DESC LIMIT ${limit}`,
  )
}

export function findAlert(db: Db, merchantId: string, id: string): Promise<AlertRow | null> {
  return firstRow(
    db,
    alertRow,
    sql`SELECT ${COLUMNS} FROM alert WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid`,
  )
}

const counted = z.strictObject({
  open: z.int(),
  acknowledged: z.int(),
  money: z.int(),
  brokenAcknowledged: z.int(),
})
/**
 * Alerts of a merchant that have not ended. `money`: those of `open` that are about money and no invariant; `brokenAcknowledged`: those of
 * `acknowledged` that are about an invariant.
 */
export type AlertCounts = z.infer<typeof counted>

export async function countAlerts(db: Db, merchantId: string): Promise<AlertCounts> {
  const row = await firstRow(
    db,
    counted,
    sql`
      SELECT count(*) FILTER (WHERE acknowledged_at IS NULL)::float8 AS open, count(acknowledged_at)::float8 AS acknowledged,
        count(*) FILTER (WHERE acknowledged_at IS NULL AND money AND kind <> 'invariant-broken')::float8 AS money,
        count(acknowledged_at) FILTER (WHERE kind = 'invariant-broken')::float8 AS "brokenAcknowledged"
      FROM alert WHERE merchant_id = ${merchantId}::uuid AND ended_at IS NULL`,
  )
  return row ?? { open: 0, acknowledged: 0, money: 0, brokenAcknowledged: 0 }
}

const openKind = z.strictObject({ kind: z.string(), open: z.int() })

/** Open alerts by kind, for the metrics. @param ours condition on `merchant_id`: whose */
export function openByKind(db: Db, ours: Sql): Promise<z.infer<typeof openKind>[]> {
  return rows(
    db,
    openKind,
    sql`SELECT kind, count(*)::float8 AS open FROM alert WHERE ended_at IS NULL AND ${ours} GROUP BY kind ORDER BY kind`,
  )
}
