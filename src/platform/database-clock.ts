import { z } from 'zod'
import { firstRow, type RowReader, type Sql, sql } from './db'

/** A step back that is smaller is within what the job itself is late, in ms. */
const STEP_MS = 2_000
/** A minute: no transaction of the product lasts as long, so what was begun before the step is committed by then. */
const SETTLES = sql`interval '1 minute'`

const noted = z.strictObject({
  /** How far the clock was put back since it was noted last, in ms; 0: it was not. */
  putBackMs: z.number(),
  /** It was put back within the last minute: rows with instants of before may still be committed. */
  settling: z.boolean(),
})

/** Notes the time of the database's clock, and compares it with the time noted before. */
export async function noteClock(db: RowReader): Promise<z.infer<typeof noted>> {
  const clock = await firstRow(db, noted, NOTE)
  if (!clock) throw new Error('the row of database_clock is missing')
  return clock
}

const NOTE: Sql = sql`
  WITH before AS MATERIALIZED (
    SELECT extract(epoch FROM now() - seen_at) * -1000 AS ahead_ms FROM database_clock FOR UPDATE),
  after AS (
    UPDATE database_clock SET seen_at = now(), put_back_at = CASE WHEN ahead_ms > ${STEP_MS} THEN now() ELSE put_back_at END
    FROM before RETURNING put_back_at)
  SELECT CASE WHEN ahead_ms > ${STEP_MS} THEN ahead_ms ELSE 0 END::float8 AS "putBackMs",
    coalesce(put_back_at BETWEEN now() - ${SETTLES} AND now(), false) AS settling
  FROM before, after`
