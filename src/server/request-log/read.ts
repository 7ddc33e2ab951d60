import { z } from 'zod'
import { uuidv7 } from '@/lib/id'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'

const summary = {
  id: z.string(),
  at: z.date(),
  method: z.string(),
  path: z.string(),
  status: z.int(),
  durationMs: z.int(),
  problem: z.string().nullable(),
  outcome: z.enum(['executed', 'replayed', 'joined', 'rejected']).nullable(),
  recordId: z.string().nullable(),
  idempotencyKey: z.string().nullable(),
  apiKeyId: z.string(),
  apiKeyName: z.string(),
  apiKeyHint: z.string(),
  /** The request that asked for the same thing under another idempotency key. */
  sameIntentAs: z.string().nullable(),
}
const requestRow = z.strictObject(summary)
export type RequestRow = z.infer<typeof requestRow>

const requestDetail = z.strictObject({
  ...summary,
  query: z.string().nullable(),
  operation: z.string().nullable(),
  address: z.string().nullable(),
  requestHeaders: z.string(),
  requestBody: z.string().nullable(),
  requestBytes: z.int().nullable(),
  answerHeaders: z.string(),
  answerBody: z.string().nullable(),
})
export type RequestDetail = z.infer<typeof requestDetail>

const COLUMNS: Sql = sql`r.id::text, r.at, r.method, r.path, r.status::int, r.duration_ms AS "durationMs", r.problem, r.outcome,
  r.record_id AS "recordId", r.idempotency_key AS "idempotencyKey", r.api_key_id::text AS "apiKeyId", k.name AS "apiKeyName",
  k.hint AS "apiKeyHint", r.same_intent_as::text AS "sameIntentAs"`

/** `refused`: 400 to 499. `failed`: 500 and above. */
export const STATUS_CLASSES = ['succeeded', 'refused', 'failed'] as const
const OF_CLASS: Record<(typeof STATUS_CLASSES)[number], Sql> = {
  succeeded: sql`status < 400`,
  refused: sql`status >= 400 AND status < 500`,
  failed: sql`status >= 500`,
}

export interface RequestFilter {
  apiKeyId?: string | undefined
  statusClass?: (typeof STATUS_CLASSES)[number] | undefined
  /** The kind of a problem. */
  problem?: string | undefined
  method?: string | undefined
  /** Beginning of the path. */
  path?: string | undefined
  idempotencyKey?: string | undefined
  requestId?: string | undefined
  /** Only requests for something that another key was used for. */
  newKeys?: boolean | undefined
  from?: Date | undefined
  /** Exclusive. */
  until?: Date | undefined
  /** Id of the last request of the page before. */
  before?: string | undefined
  limit: number
}

/** Requests that one page looks through for a method, a path or a problem. 10,000: some tens of milliseconds. */
const SCANNED_MAX = 10_000

/**
 * A merchant's requests, newest first.
 * @returns `resume`: where the search has stopped, when it has looked through as many as it may and there may be more
 */
export async function listRequests(
  db: Db,
  merchantId: string,
  filter: RequestFilter,
): Promise<{ found: RequestRow[]; resume: string | null }> {
  const rest = looked(filter)
  const scan = rest ? SCANNED_MAX : filter.limit
  const scanned = sql`
    SELECT id, at, method, path, status, duration_ms, problem, outcome, record_id, idempotency_key, api_key_id, merchant_id, same_intent_as
    FROM api_request WHERE merchant_id = ${merchantId}::uuid AND ${indexed(filter)} ORDER BY id DESC`
  const found = await rows(
    db,
    requestRow,
    sql`
      SELECT ${COLUMNS} FROM (${scanned} LIMIT ${scan}) r JOIN api_key k ON k.merchant_id = r.merchant_id AND k.id = r.api_key_id
      WHERE ${rest ?? sql`true`} ORDER BY r.id DESC LIMIT ${filter.limit}`,
  )
  if (!rest || found.length >= filter.limit) return { found, resume: null }
  const end = await firstRow(
    db,
    z.strictObject({ id: z.string() }),
    sql`SELECT id::text FROM (${scanned} OFFSET ${SCANNED_MAX - 1} LIMIT 1) r`,
  )
  return { found, resume: end?.id ?? null }
}

/** The conditions that an index serves. */
function indexed({
  apiKeyId,
  statusClass,
  problem,
  idempotencyKey,
  requestId,
  newKeys,
  from,
  until,
  before,
}: RequestFilter): Sql {
  const all: Sql[] = []
  if (requestId) all.push(sql`id = ${requestId}::uuid`)
  if (apiKeyId) all.push(sql`api_key_id = ${apiKeyId}::uuid`)
  if (idempotencyKey) all.push(sql`idempotency_key = ${idempotencyKey}`)
  if (problem || (statusClass && statusClass !== 'succeeded')) all.push(sql`status >= 400`)
  if (newKeys) all.push(sql`same_intent_as IS NOT NULL`)
  if (from) all.push(sql`id >= ${firstIdAt(from)}::uuid`)
  if (until) all.push(sql`id < ${firstIdAt(until)}::uuid`)
  if (before) all.push(sql`id < ${before}::uuid`)
  return conjunction(all)
}

/** The conditions for which rows are looked through. Null: none. */
function looked({ statusClass, problem, method, path }: RequestFilter): Sql | null {
  const all: Sql[] = []
  if (statusClass) all.push(OF_CLASS[statusClass])
  if (problem) all.push(sql`problem = ${problem}`)
  if (method) all.push(sql`method = ${method}`)
  if (path) all.push(sql`starts_with(path, ${path})`)
  return all.length > 0 ? conjunction(all) : null
}

function conjunction(all: readonly Sql[]): Sql {
  return all.reduce((one, next) => sql`${one} AND ${next}`, sql`true`)
}

/** The lowest UUID of version 7 of a moment. */
function firstIdAt(at: Date): string {
  return uuidv7(at.getTime(), new Uint8Array(10))
}

/** One request; null when there is none of this id, or it is another merchant's. */
export function findRequest(db: Db, merchantId: string, id: string): Promise<RequestDetail | null> {
  return firstRow(
    db,
    requestDetail,
    sql`
      SELECT ${COLUMNS}, r.query, r.operation, r.address, r.request_headers AS "requestHeaders", r.request_body AS "requestBody",
        r.request_bytes AS "requestBytes", r.answer_headers AS "answerHeaders", r.answer_body AS "answerBody"
      FROM api_request r JOIN api_key k ON k.merchant_id = r.merchant_id AND k.id = r.api_key_id
      WHERE r.merchant_id = ${merchantId}::uuid AND r.id = ${id}::uuid`,
  )
}

const answerRow = z.strictObject({ id: z.string(), answerBody: z.string().nullable() })

/** The answers of some requests, of those that are in the log, by id. */
export async function answersOf(
  db: Db,
  merchantId: string,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  if (ids.length === 0) return new Map()
  const found = await rows(
    db,
    answerRow,
    sql`SELECT id::text, answer_body AS "answerBody" FROM api_request
      WHERE merchant_id = ${merchantId}::uuid AND id = ANY (${[...ids]}::uuid[])`,
  )
  return new Map(found.map(({ id, answerBody }) => [id, answerBody]))
}

const lossRow = z.strictObject({ count: z.float64(), lastAt: z.date().nullable() })

/** How many requests of a merchant the log has left out in so many days, and when last. */
export async function lostRequests(
  db: Db,
  merchantId: string,
  days: number,
): Promise<{ count: number; lastAt: Date | null }> {
  const row = await firstRow(
    db,
    lossRow,
    sql`SELECT coalesce(sum(count), 0)::float8 AS count, max(at) AS "lastAt" FROM api_request_loss
      WHERE merchant_id = ${merchantId}::uuid AND at > now() - ${days} * interval '1 day'`,
  )
  return row ?? { count: 0, lastAt: null }
}
