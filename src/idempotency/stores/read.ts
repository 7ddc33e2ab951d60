/** What this file needs of a database: one tagged template that runs a query. */
export interface Reader {
  $queryRaw<T>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>
}

/** How often a key was used, by outcome. `held` counts presses that the page held back: they never were requests. */
export interface AttemptCounts {
  executed: number
  replayed: number
  joined: number
  rejected: number
  recovered: number
  held: number
  /** The outcomes of the first twelve attempts, in their order. */
  strip: string[]
}

export interface RecordSummary extends AttemptCounts {
  id: string
  key: string
  operation: string
  scope: string
  /** Of the record, or `parked`: in doubt, and waiting for a person. */
  state: string
  fence: number
  status: number | null
  problem: string | null
  subjectId: string | null
  createdAt: Date
  completedAt: Date | null
  expiresAt: Date
  lastSeenAt: Date | null
  /** Where this row stands in the list, to the microsecond: a JavaScript date would lose three digits, and rows with them. */
  cursor: string
}

export interface RecordDetail extends RecordSummary {
  fingerprint: string
  fingerprintVersion: number
  leaseUntil: Date
  leaseOver: boolean
  worker: string
  /** Look-ups in a row that brought no answer, and why it waits for a person. */
  tries: number
  parkedAt: Date | null
  parkedReason: string | null
  answer: string | null
}

export interface AttemptRow {
  id: string
  recordId: string
  operation: string
  outcome: string
  presses: number
  status: number
  problem: string | null
  source: string
  requestId: string
  worker: string
  fence: number | null
  at: Date
  durationMs: number
}

export interface RecordFilter {
  state?: string | null
  /** The beginning of a key, or of a record's id. */
  search?: string | null
  subjectId?: string | null
  after?: { at: string; id: string } | null
  limit: number
}

/** A merchant's records, newest first. */
export async function listRecords(
  db: Reader,
  merchantId: string,
  filter: RecordFilter,
): Promise<RecordSummary[]> {
  const { state = null, subjectId = null, after = null } = filter
  const prefix = filter.search ? `${filter.search.replace(/[\\%_]/g, '\\$&')}%` : null
  return db.$queryRaw<RecordSummary[]>`
    WITH page AS (
      SELECT * FROM idempotency_record
      WHERE merchant_id = ${merchantId}::uuid
        AND (${state}::text IS NULL OR CASE WHEN parked_at IS NULL THEN state ELSE 'parked' END = ${state}::text)
        AND (${subjectId}::uuid IS NULL OR subject_id = ${subjectId}::uuid)
        AND (${prefix}::text IS NULL OR key LIKE ${prefix}::text OR id LIKE ${prefix}::text)
        AND (${after?.id ?? null}::text IS NULL
          OR created_at < ${after?.at ?? null}::timestamptz OR (created_at = ${after?.at ?? null}::timestamptz AND id > ${after?.id ?? null}::text))
      ORDER BY created_at DESC, id LIMIT ${filter.limit})
    SELECT r.id, r.key, r.operation, r.scope, CASE WHEN r.parked_at IS NULL THEN r.state ELSE 'parked' END AS state, r.fence, r.status::int, r.problem, r.subject_id AS "subjectId",
      r.created_at AS "createdAt", r.completed_at AS "completedAt", r.expires_at AS "expiresAt",
      to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor, a.*
    FROM page r CROSS JOIN LATERAL (
      SELECT max(at) AS "lastSeenAt",
        count(*) FILTER (WHERE outcome = 'executed')::int AS executed, count(*) FILTER (WHERE outcome = 'replayed')::int AS replayed,
        count(*) FILTER (WHERE outcome = 'joined')::int AS joined, count(*) FILTER (WHERE outcome = 'rejected')::int AS rejected,
        count(*) FILTER (WHERE outcome = 'recovered')::int AS recovered, coalesce(sum(presses) FILTER (WHERE outcome = 'held'), 0)::int AS held,
        coalesce((array_agg(outcome ORDER BY at, id))[1:12], '{}') AS strip
      FROM attempt WHERE merchant_id = ${merchantId}::uuid AND record_id = r.id) a
    ORDER BY r.created_at DESC, r.id`
}

export async function findRecord(
  db: Reader,
  merchantId: string,
  recordId: string,
): Promise<RecordDetail | null> {
  const [row] = await db.$queryRaw<Omit<RecordDetail, keyof AttemptCounts | 'lastSeenAt' | 'cursor'>[]>`
    SELECT id, key, operation, scope, CASE WHEN parked_at IS NULL THEN state ELSE 'parked' END AS state, fence, status::int, problem, subject_id AS "subjectId", created_at AS "createdAt",
      completed_at AS "completedAt", expires_at AS "expiresAt", fingerprint, fingerprint_version::int AS "fingerprintVersion",
      lease_until AS "leaseUntil", lease_until < now() AS "leaseOver", worker, answer, tries,
      parked_at AS "parkedAt", parked_reason AS "parkedReason"
    FROM idempotency_record WHERE merchant_id = ${merchantId}::uuid AND id = ${recordId}`
  if (!row) return null
  const attempts = await attemptsOf(db, merchantId, [recordId], 5_000)
  return { ...row, ...countAttempts(attempts), lastSeenAt: attempts.at(-1)?.at ?? null, cursor: '' }
}

/** How a record stands, for a program that asks for its key. */
export interface RecordStatus {
  state: string
  leaseOver: boolean
  status: number | null
  problem: string | null
  subjectId: string | null
  createdAt: Date
  completedAt: Date | null
  expiresAt: Date
}

export async function findRecordStatus(
  db: Reader,
  merchantId: string,
  recordId: string,
): Promise<RecordStatus | null> {
  const [row] = await db.$queryRaw<RecordStatus[]>`
    SELECT state, lease_until < now() AS "leaseOver", status::int, problem, subject_id::text AS "subjectId", created_at AS "createdAt",
      completed_at AS "completedAt", expires_at AS "expiresAt"
    FROM idempotency_record WHERE merchant_id = ${merchantId}::uuid AND id = ${recordId}`
  return row ?? null
}

/** The attempts of some records, oldest first. */
export async function attemptsOf(
  db: Reader,
  merchantId: string,
  recordIds: string[],
  limit: number,
): Promise<AttemptRow[]> {
  return db.$queryRaw<AttemptRow[]>`
    SELECT id, record_id AS "recordId", operation, outcome, presses, status::int, problem, source, request_id AS "requestId", worker, fence, at,
      duration_ms AS "durationMs"
    FROM attempt WHERE merchant_id = ${merchantId}::uuid AND record_id = ANY(${recordIds}::text[])
    ORDER BY at, id LIMIT ${limit}`
}

export function countAttempts(attempts: readonly { outcome: string; presses: number }[]): AttemptCounts {
  const of = (outcome: string) => attempts.filter((attempt) => attempt.outcome === outcome)
  return {
    executed: of('executed').length,
    replayed: of('replayed').length,
    joined: of('joined').length,
    rejected: of('rejected').length,
    recovered: of('recovered').length,
    held: of('held').reduce((sum, attempt) => sum + attempt.presses, 0),
    strip: attempts.slice(0, 12).map((attempt) => attempt.outcome),
  }
}
