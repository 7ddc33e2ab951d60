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
    INSERT INTO job_health AS h (job, runs, failures, handled, last_started_at, last_finished_at, last_ms, last_error)
    VALUES (${job}, 1, ${failures}, ${handled}, now() - ${turn.ms} * interval '1 millisecond', now(), ${Math.round(turn.ms)}::int, ${error})
    ON CONFLICT (job) DO UPDATE SET runs = h.runs + 1, failures = h.failures + excluded.failures, handled = h.handled + excluded.handled,
      last_started_at = excluded.last_started_at, last_finished_at = excluded.last_finished_at, last_ms = excluded.last_ms,
      last_error = coalesce(excluded.last_error, h.last_error)`)
}

/** When a turn of any job, of any worker, has ended last; null: none has. */
export async function lastTurn(db: Db): Promise<Date | null> {
  const row = await firstRow(
    db,
    z.strictObject({ at: z.date().nullable() }),
    sql`SELECT max(last_finished_at) AS at FROM job_health`,
  )
  return row?.at ?? null
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
