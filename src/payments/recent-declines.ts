import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'

/** Payments of a merchant that have ended lately, and how many of them were declined. */
export interface RecentEnds {
  ended: number
  declined: number
}

/** 10 minutes: card testing lasts for hours, and a lunch-time's mistyped numbers are over by then. */
const WINDOW_MINUTES = 10
/** The newest payments that are read. 1,000 rows of one index: about a millisecond, however busy the shop is. */
const ROWS_MAX = 1_000

/** Counted from the payments themselves, so that every process sees the same, also after a restart. */
export async function recentEnds(db: Db, merchantId: string): Promise<RecentEnds> {
  const row = await firstRow(
    db,
    z.strictObject({ ended: z.int(), declined: z.int() }),
    sql`
      SELECT count(*) FILTER (WHERE status IN ('succeeded', 'declined'))::int AS ended,
        count(*) FILTER (WHERE status = 'declined')::int AS declined
      FROM (
        SELECT status FROM payment
        WHERE merchant_id = ${merchantId}::uuid AND created_at > now() - ${WINDOW_MINUTES} * interval '1 minute'
        ORDER BY created_at DESC, id DESC LIMIT ${ROWS_MAX}
      ) AS recent`,
  )
  return row ?? { ended: 0, declined: 0 }
}
