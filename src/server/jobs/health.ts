import { z } from 'zod'
import { type Db, firstRow, rows, sql } from '@/platform/db'

const jobHealth = z.strictObject({
  job: z.string(),
  runs: z.bigint(),
  failures: z.bigint(),
  handled: z.bigint(),
  lastFinishedAt: z.date().nullable(),
  /** Duration of the last turn, in milliseconds. */
  lastMs: z.int().nullable(),
  lastError: z.string().nullable(),
})
/** A job's record of its turns, over all workers. */
export type JobHealth = z.infer<typeof jobHealth>

/** Outcome of one turn: rows dealt with, or the error that ended it; `ms` is its duration. */
export type Turn = { handled: number; ms: number } | { error: unknown; ms: number }

/** Adds one turn to the job's record. The error text is cut at 500 characters: it is for a person, not for a program. */
export async function noteTurn(db: Db, job: string, turn: Turn): Promise<void> {
  const error = 'error' in turn ? String(turn.error).slice(0, 500) : null
  const [handled, failures] = 'error' in turn ? [0, 1] : [turn.handled, 0]
  await db.$executeRaw(sql`
    INSERT INTO job_health AS h (job, runs, failures, handled, last_started_at, last_finished_at, last_ms, last_error, failing_since)
    VALUES (${job}, 1, ${failures}, ${handled}, now() - ${turn.ms} * interval '1 millisecond', now(), ${Math.round(turn.ms)}::int, ${error},
      CASE WHEN ${failures} > 0 THEN now() END)
    ON CONFLICT (job) DO UPDATE SET runs = h.runs + 1, failures = h.failures + excluded.failures, handled = h.handled + excluded.handled,
      last_started_at = excluded.last_started_at, last_finished_at = excluded.last_finished_at, last_ms = excluded.last_ms,
      last_error = coalesce(excluded.last_error, h.last_error),
      failing_since = CASE WHEN excluded.failing_since IS NOT NULL THEN coalesce(h.failing_since, excluded.failing_since) END`)
}

/** Turns that have ended, of all jobs and all workers. A count, as a clock that is put back shows no new instant for a while. */
export async function turnsEnded(db: Db): Promise<bigint> {
  const row = await firstRow(
    db,
    z.strictObject({ runs: z.bigint() }),
    sql`SELECT coalesce(sum(runs), 0)::bigint AS runs FROM job_health`,
  )
  return row?.runs ?? 0n
}

/** Time since a turn of any job, of any worker, has ended, in ms by the database's clock; null: none ever has. */
export async function silentForMs(db: Db): Promise<number | null> {
  const row = await firstRow(
    db,
    z.strictObject({ ms: z.number().nullable() }),
    sql`SELECT (extract(epoch FROM now() - max(last_finished_at)) * 1000)::float8 AS ms FROM job_health`,
  )
  return row?.ms ?? null
}

const silence = z.strictObject({ worker: z.date().nullable(), alerts: z.date().nullable() })

/**
 * When a turn of any job, and one of the job that looks for alerts, has ended last, if that is longer ago than `ms`, by the database's clock.
 * Null: it is not, or none has ever ended.
 */
export async function readSilence(db: Db, ms: number): Promise<z.infer<typeof silence>> {
  const row = await firstRow(
    db,
    silence,
    sql`
      SELECT CASE WHEN worker < now() - ${ms}::float8 * interval '1 millisecond' THEN worker END AS worker,
        CASE WHEN alerts < now() - ${ms}::float8 * interval '1 millisecond' THEN alerts END AS alerts
      FROM (
        SELECT max(last_finished_at) AS worker, max(last_finished_at) FILTER (WHERE job = 'alerts') AS alerts FROM job_health) last`,
  )
  return row ?? { worker: null, alerts: null }
}

export function readHealth(db: Db): Promise<JobHealth[]> {
  return rows(
    db,
    jobHealth,
    sql`
      SELECT job, runs, failures, handled, last_finished_at AS "lastFinishedAt",
        last_ms AS "lastMs", last_error AS "lastError"
      FROM job_health ORDER BY job`,
  )
}
