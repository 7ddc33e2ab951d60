import { z } from 'zod'
import type { Mode } from '@/lib/mode'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'
import { insertEventsFrom } from '@/platform/outbox'
import { ALERT_KINDS, type AlertKind, KINDS } from './kinds'

/** Alerts of one kind and merchant that are looked at, the oldest first. 200: enough for a person, and a flood stays bounded. */
const FACTS_MAX = 200
/** How often `last_seen_at` of an open alert is written anew, in ms. */
const SEEN_MS = 60_000

/** A job of this version, so that one which does not run is missed. */
export interface Expected {
  name: string
  everyMs: number
}

/** Whose facts are looked at. */
export interface Watched {
  served: Mode
  /** Condition on `merchant_id`: of this installation's mode. */
  ours: Sql
  /** The jobs that a worker of this version runs. */
  jobs: readonly Expected[]
}

const raised = z.strictObject({ opened: z.int(), ended: z.int() })
/** Alerts that one look has opened and ended. */
export type Raised = z.infer<typeof raised>

/**
 * Reads the facts and opens an alert for each that has none, and ends those whose fact is no more: in one statement, with the events for
 * webhooks. Any number of processes may call it; a fact has one open alert.
 * @param kinds those that are opened and ended; a process that cannot know all facts leaves the others alone
 */
export async function raiseAlerts(
  db: Db,
  { served, ours, jobs }: Watched,
  kinds: { open: readonly AlertKind[]; end: readonly AlertKind[] } = {
    open: OPENED_BY_JOB,
    end: ALERT_KINDS,
  },
): Promise<Raised> {
  const facts = sql`alert_facts(${served}, ${jobs.map(({ name }) => name)}::text[], ${jobs.map(({ everyMs }) => everyMs)}::bigint[])`
  const row = await firstRow(
    db,
    raised,
    sql`
      WITH fact AS MATERIALIZED (
        SELECT * FROM (
          SELECT f.*, row_number() OVER (PARTITION BY merchant_id, kind ORDER BY since, subject) AS nth FROM ${facts} f) numbered
        WHERE nth <= ${FACTS_MAX}::int),
      ended AS (
        UPDATE alert a SET ended_at = now()
        WHERE a.ended_at IS NULL AND a.kind = ANY (${kinds.end}::text[]) AND ${ours}
          AND NOT EXISTS (SELECT FROM fact f WHERE ${SAME})
        RETURNING a.*),
      seen AS (
        UPDATE alert a SET last_seen_at = now(), detail = f.detail FROM fact f
        WHERE a.ended_at IS NULL AND ${SAME}
          AND (a.detail <> f.detail OR a.last_seen_at < now() - ${SEEN_MS}::float8 * interval '1 millisecond')),
      opened AS (
        INSERT INTO alert (merchant_id, id, kind, subject, detail, money, since)
        SELECT f.merchant_id, ${NEW_ID}, f.kind, f.subject, f.detail, f.kind = ANY (${MONEY}::text[]), f.since FROM fact f
        WHERE f.kind = ANY (${kinds.open}::text[]) AND NOT EXISTS (SELECT FROM alert a WHERE a.ended_at IS NULL AND ${SAME})
        ON CONFLICT (merchant_id, kind, subject) WHERE ended_at IS NULL DO NOTHING
        RETURNING *),
      told AS (${insertEventsFrom(sql`(${eventsOf('alert.opened', sql`opened`)} UNION ALL ${eventsOf('alert.ended', sql`ended`)})`)})
      SELECT (SELECT count(*)::float8 FROM opened) AS opened, (SELECT count(*)::float8 FROM ended) AS ended`,
  )
  return row ?? { opened: 0, ended: 0 }
}

/** Of the alert `a` and the fact `f`. */
const SAME: Sql = sql`(a.merchant_id, a.kind, a.subject) = (f.merchant_id, f.kind, f.subject)`

const MONEY = ALERT_KINDS.filter((kind) => KINDS[kind].money)

/** A worker that raises it lives: only the web process can say it. */
const OPENED_BY_JOB = ALERT_KINDS.filter((kind) => kind !== 'worker-dead')

/** A UUID version 7 (RFC 9562): the milliseconds of now, then what a random UUID has behind its version. */
const NEW_ID: Sql = sql`(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
  || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid`

/** Rows of events, as `insertEventsFrom` takes them. */
function eventsOf(type: string, alerts: Sql): Sql {
  return sql`SELECT merchant_id, ${NEW_ID} AS id, ${type} AS type, id AS subject_id, json_build_object(
    'alert', 'alr_' || replace(id::text, '-', ''), 'kind', kind, 'subject', subject, 'detail', detail, 'money', money,
    'since', to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text AS payload FROM ${alerts}`
}

/** Removes alerts that ended more than a year ago; the database keeps younger ones. @returns how many */
export function forgetAlerts(db: Db, batch: number): Promise<number> {
  return db.$executeRaw(sql`
    DELETE FROM alert WHERE (merchant_id, id) IN (
      SELECT merchant_id, id FROM alert WHERE ended_at < now() - interval '366 days' ORDER BY ended_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`)
}
