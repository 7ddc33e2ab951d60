import { type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import { z } from 'zod'
import { type RecordSummary, recordsOf } from './read'
import { type RowReader, rows } from './rows'

/**
 * Keys that deserve a look. `hot`: those with the most requests. `mismatches`: those that were sent again with another payload. `late`: those
 * that were sent again more than an hour after their answer, or when it had been deleted.
 */
export const VIEWS = ['hot', 'mismatches', 'late'] as const
export type View = (typeof VIEWS)[number]

/** A key with the requests for which it is listed. */
export interface Explored {
  record: RecordSummary
  /** Requests of that kind among those that were looked through. */
  requests: number
  /** The last of them, and the id that its answer carried. */
  lastAt: Date
  requestId: string
}

/** Newest requests of a merchant that are looked through. 20,000: some tens of milliseconds, however many there are. */
export const SCANNED_MAX = 20_000
const LISTED_MAX = 50
/** 1 hour: a client that retries does so within minutes. Later ones come from a queue, a job that was started again, or a person. */
const LATE: Sql = sql`interval '1 hour'`

const foundRow = z.strictObject({
  recordId: z.string(),
  requests: z.float64(),
  lastAt: z.date(),
  requestId: z.string(),
})

/**
 * The keys of one view. `hot` begins with the key that has the most requests, the others with the newest request.
 * Hot and late keys are those among the merchant's newest `SCANNED_MAX` requests; refused ones are found however old they are.
 */
export async function explore(db: RowReader, merchantId: string, view: View): Promise<Explored[]> {
  const found = await rows(db, foundRow, QUERIES[view](sql`${merchantId}::uuid`))
  const records = await recordsOf(
    db,
    merchantId,
    found.map(({ recordId }) => recordId),
  )
  return found.flatMap(({ recordId, ...about }) => {
    const record = records.get(recordId)
    return record ? [{ record, ...about }] : []
  })
}

/** By record: how many of the rows are its, and the last of them. */
const GROUPED: Sql = sql`record_id AS "recordId", count(*)::float8 AS requests, max(at) AS "lastAt",
  (array_agg(request_id ORDER BY at DESC))[1] AS "requestId"`

/**
 * The same of replays alone, with the execution where it is among the newest: most keys are ruled out by it. The others' records are looked up
 * one by one (OFFSET 0), not all of the table.
 */
const GROUPED_REPLAYS: Sql = sql`record_id AS "recordId", count(*) FILTER (WHERE outcome = 'replayed')::float8 AS requests,
  max(at) FILTER (WHERE outcome = 'replayed') AS "lastAt",
  (array_agg(request_id ORDER BY at DESC) FILTER (WHERE outcome = 'replayed'))[1] AS "requestId",
  coalesce(max(at) FILTER (WHERE outcome = 'executed'), '-infinity') AS "executedAt"`

/** Presses that a page held back were no requests, and the worker's own are nobody's. */
function newest(merchantId: Sql): Sql {
  return sql`(
    SELECT record_id, at, outcome, request_id FROM attempt WHERE merchant_id = ${merchantId} ORDER BY at DESC LIMIT ${SCANNED_MAX})`
}

const QUERIES: Record<View, (merchantId: Sql) => Sql> = {
  hot: (merchantId) => sql`
    SELECT ${GROUPED} FROM ${newest(merchantId)} a WHERE outcome NOT IN ('held', 'recovered')
    GROUP BY record_id HAVING count(*) > 1 ORDER BY 2 DESC, 3 DESC LIMIT ${LISTED_MAX}`,
  mismatches: (merchantId) => sql`
    SELECT ${GROUPED} FROM (
      SELECT record_id, at, request_id FROM attempt WHERE merchant_id = ${merchantId} AND problem = 'key-reused'
      ORDER BY at DESC LIMIT ${SCANNED_MAX}) a
    GROUP BY record_id ORDER BY 3 DESC LIMIT ${LISTED_MAX}`,
  late: (merchantId) => sql`
    SELECT * FROM (
      SELECT a."recordId", a.requests, a."lastAt", a."requestId" FROM (
          SELECT ${GROUPED_REPLAYS} FROM ${newest(merchantId)} n GROUP BY record_id) a
        CROSS JOIN LATERAL (
          SELECT completed_at FROM idempotency_record r WHERE r.merchant_id = ${merchantId} AND r.id = a."recordId" OFFSET 0) r
      WHERE a.requests > 0 AND a."lastAt" > a."executedAt" + ${LATE} AND a."lastAt" > r.completed_at + ${LATE}
      UNION ALL
      SELECT ${GROUPED} FROM (
        SELECT record_id, at, request_id FROM attempt WHERE merchant_id = ${merchantId} AND problem = 'answer-expired'
        ORDER BY at DESC LIMIT ${SCANNED_MAX}) e
      GROUP BY record_id) found
    ORDER BY "lastAt" DESC LIMIT ${LISTED_MAX}`,
}
