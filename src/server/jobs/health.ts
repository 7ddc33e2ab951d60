import { type Db, sql } from '@/platform/db'

/** How a job is doing, over all workers. */
export interface JobHealth {
  job: string
  runs: bigint
  failures: bigint
  handled: bigint
  lastFinishedAt: Date | null
  lastMs: number | null
  lastError: string | null
}

/** What became of one turn. */
export type Turn = { handled: number; ms: number } | { error: unknown; ms: number }

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

export function readHealth(db: Db): Promise<JobHealth[]> {
  return db.$queryRaw<JobHealth[]>(sql`
    SELECT job, runs, failures, handled, last_finished_at AS "lastFinishedAt", last_ms AS "lastMs", last_error AS "lastError" FROM job_health ORDER BY job`)
}

export interface DoubtCount {
  /** Records whose outcome is not known yet, and those of them that wait for a person. */
  inDoubt: number
  parked: number
  /** How long the longest overdue of them has been waiting to be looked at, in seconds; 0 when none is. */
  overdueSeconds: number
}

export async function readDoubt(db: Db): Promise<DoubtCount> {
  const [row] = await db.$queryRaw<DoubtCount[]>(sql`
    SELECT count(*)::int AS "inDoubt", count(parked_at)::int AS parked,
      coalesce(greatest(extract(epoch FROM now() - min(lease_until) FILTER (WHERE parked_at IS NULL)), 0), 0)::float8 AS "overdueSeconds"
    FROM idempotency_record WHERE state IN ('sending', 'unknown')`)
  return row ?? { inDoubt: 0, parked: 0, overdueSeconds: 0 }
}
