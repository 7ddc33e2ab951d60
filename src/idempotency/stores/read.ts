import { type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import { z } from 'zod'
import { MAY_BE_UNFINISHED } from './record-sql'
import { cursorOf, firstRow, type RowReader, rows } from './rows'

/**
 * Attempts of a key by outcome. `held` counts presses that the page held back: they were never requests. `ambiguous`: ended without an answer
 * of the outside, so it is not known yet what they did; they are logged as rejected.
 */
export const attemptCounts = {
  executed: z.int(),
  replayed: z.int(),
  joined: z.int(),
  rejected: z.int(),
  ambiguous: z.int(),
  recovered: z.int(),
  held: z.int(),
  /** The outcomes of the first twelve attempts, in their order. */
  strip: z.array(z.string()),
}
export interface AttemptCounts extends z.infer<z.ZodObject<typeof attemptCounts>> {}

const standing = {
  id: z.string(),
  key: z.string(),
  operation: z.string(),
  scope: z.string(),
  /** The record's state, or `parked`: in doubt, and waiting for a person. */
  state: z.string(),
  fence: z.int(),
  status: z.int().nullable(),
  problem: z.string().nullable(),
  subjectId: z.string().nullable(),
  createdAt: z.date(),
  completedAt: z.date().nullable(),
  expiresAt: z.date(),
}

const recordSummary = z.strictObject({
  ...standing,
  ...attemptCounts,
  lastSeenAt: z.date().nullable(),
  /** Position in the list: `cursorOf` the time of creation. */
  cursor: z.string(),
})
export type RecordSummary = z.infer<typeof recordSummary>

const recordFacts = z.strictObject({
  ...standing,
  fingerprint: z.string(),
  fingerprintVersion: z.int(),
  /** When the claim that has it now, or had it last, was taken. */
  claimedAt: z.date(),
  leaseUntil: z.date(),
  leaseOver: z.boolean(),
  worker: z.string(),
  /** Look-ups in a row that brought no answer. */
  tries: z.int(),
  parkedAt: z.date().nullable(),
  /** Why it waits for a person. */
  parkedReason: z.string().nullable(),
  answer: z.string().nullable(),
})
/** A record without its attempts. */
export type RecordFacts = z.infer<typeof recordFacts>
export type RecordDetail = RecordSummary & RecordFacts & { attempts: AttemptRow[] }

const attemptRow = z.strictObject({
  id: z.string(),
  recordId: z.string(),
  operation: z.string(),
  outcome: z.string(),
  presses: z.int(),
  status: z.int(),
  problem: z.string().nullable(),
  source: z.string(),
  requestId: z.string(),
  worker: z.string(),
  fence: z.int().nullable(),
  at: z.date(),
  durationMs: z.int(),
  /** When it asked the outside, and when that answered, after `at`; null: it did not, or that was not noted. */
  askedMs: z.int().nullable(),
  answeredMs: z.int().nullable(),
})
export type AttemptRow = z.infer<typeof attemptRow>

export interface RecordFilter {
  state?: string | null
  /** A prefix of the key or of the record's id. */
  search?: string | null
  subjectId?: string | null
  after?: { at: string; id: string } | null
  limit: number
}

/** A merchant's records, newest first. */
export async function listRecords(
  db: RowReader,
  merchantId: string,
  filter: RecordFilter,
): Promise<RecordSummary[]> {
  const { state = null, subjectId = null, after = null } = filter
  const few = state !== null && UNFINISHED.has(state)
  return rows(
    db,
    recordSummary,
    sql`
      WITH page AS (
        SELECT * FROM ${few ? UNFINISHED_RECORDS : sql`idempotency_record`} r
        WHERE merchant_id = ${merchantId}::uuid
          AND (${state}::text IS NULL OR ${SHOWN_STATE} = ${state}::text)
          AND (${subjectId}::uuid IS NULL OR subject_id = ${subjectId}::uuid)
          AND ${state === 'tombstone' && !filter.search && subjectId === null ? expired(merchantId, filter) : sql`true`}
          AND ${filter.search ? beginningWith(merchantId, filter.search, filter, few || subjectId !== null) : sql`true`}
          AND (${after?.id ?? null}::text IS NULL OR created_at < ${after?.at ?? null}::timestamptz OR id > ${after?.id ?? null}::text)
          AND created_at <= ${after?.at ?? 'infinity'}::timestamptz
        ORDER BY created_at DESC, id LIMIT ${filter.limit})
      SELECT ${SUMMARY} FROM page r CROSS JOIN LATERAL ${SUMMARY_COUNTS} a ORDER BY created_at DESC, id`,
  )
}

/** Some records of a merchant, by id. One that is not there is left out. */
export async function recordsOf(
  db: RowReader,
  merchantId: string,
  ids: readonly string[],
): Promise<Map<string, RecordSummary>> {
  const found = await rows(
    db,
    recordSummary,
    sql`
      SELECT ${SUMMARY} FROM idempotency_record r CROSS JOIN LATERAL ${SUMMARY_COUNTS} a
      WHERE merchant_id = ${merchantId}::uuid AND id = ANY (${[...ids]}::text[])`,
  )
  return new Map(found.map((record) => [record.id, record]))
}

/** Whether a record is one of the page of those whose answer has expired: none of the newest is, so the list does not begin there. */
function expired(merchantId: string, { after, limit }: RecordFilter): Sql {
  return sql`id = ANY (ARRAY(SELECT id FROM expired_records(
    ${merchantId}::uuid, ${after?.at ?? 'infinity'}::timestamptz, ${after?.id ?? ''}::text, ${limit}::int)))`
}

/** Whether a record's key or id begins with this text: among a few records, or among all by the keys that are copied. */
function beginningWith(
  merchantId: string,
  text: string,
  { state, after, limit }: RecordFilter,
  few: boolean,
): Sql {
  if (few) return sql`(starts_with(key, ${text}) OR starts_with(id, ${text}))`
  return sql`id = ANY (ARRAY(SELECT id FROM records_beginning_with(
    ${merchantId}::uuid, ${text}::text, ${state ?? null}::text, ${after?.at ?? 'infinity'}::timestamptz, ${after?.id ?? ''}::text, ${limit}::int)))`
}

/** States in which a record may be shown, and of which there are few at a time. */
const UNFINISHED = new Set(['claimed', 'sending', 'unknown', 'parked'])

/**
 * Subquery: all merchants' records without an answer. OFFSET 0: by their own indexes, and neither past a merchant's records from the newest on
 * nor past all that are its.
 */
const UNFINISHED_RECORDS: Sql = sql`(
  SELECT * FROM idempotency_record WHERE state IN ('claimed', 'sending', 'unknown') AND ${MAY_BE_UNFINISHED} OFFSET 0)`

/** A record in doubt that waits for a person has a state of its own to readers. */
const SHOWN_STATE: Sql = sql`CASE WHEN parked_at IS NULL THEN state ELSE 'parked' END`

/** An attempt's outcome as readers get it: a request that ended in doubt did the work, or waited for it, and so was not refused. */
export const SHOWN_OUTCOME: Sql = sql`CASE WHEN outcome = 'rejected' AND problem = 'outcome-unknown' THEN 'ambiguous' ELSE outcome END`

/** Subquery: whether a record waits for a person. */
export function isParked(merchantId: Sql, recordId: Sql): Sql {
  return sql`EXISTS (SELECT FROM idempotency_record r WHERE r.merchant_id = ${merchantId} AND r.id = ${recordId} AND r.parked_at IS NOT NULL)`
}

/** Subquery: the one row of `AttemptCounts` of a record, for lists of records and of what they began (payments). */
export function countsOfAttempts(merchantId: Sql, recordId: Sql, more: Sql = sql``): Sql {
  return sql`(
    SELECT count(*) FILTER (WHERE outcome = 'executed')::float8 AS executed, count(*) FILTER (WHERE outcome = 'replayed')::float8 AS replayed,
      count(*) FILTER (WHERE outcome = 'joined')::float8 AS joined, count(*) FILTER (WHERE ${SHOWN_OUTCOME} = 'rejected')::float8 AS rejected,
      count(*) FILTER (WHERE ${SHOWN_OUTCOME} = 'ambiguous')::float8 AS ambiguous,
      count(*) FILTER (WHERE outcome = 'recovered')::float8 AS recovered, coalesce(sum(presses) FILTER (WHERE outcome = 'held'), 0)::float8 AS held,
      coalesce((array_agg(${SHOWN_OUTCOME} ORDER BY at, id))[1:12], '{}') AS strip${more}
    FROM attempt WHERE merchant_id = ${merchantId} AND record_id = ${recordId})`
}

/**
 * Attempts that a record's page reads. 5,000: a key is retried a few times, a runaway client some hundreds; beyond that the counts are of
 * the first 5,000, and the page stays quick.
 */
const ATTEMPTS_MAX = 5_000

/** A tombstone has not what told of its request; readers get this in its place. The attempts, which are kept for longer, still name the operation. */
const DELETED = sql`'deleted'`
const OPERATION: Sql = sql`coalesce(operation,
  (SELECT x.operation FROM attempt x WHERE x.merchant_id = r.merchant_id AND x.record_id = r.id LIMIT 1), ${DELETED}) AS operation`
const KEY_AND_SCOPE: Sql = sql`coalesce(key, ${DELETED}) AS key, coalesce(scope, ${DELETED}) AS scope`

/** The columns of a summary, and the counts beside them. */
const SUMMARY_COUNTS: Sql = countsOfAttempts(sql`r.merchant_id`, sql`r.id`, sql`, max(at) AS "lastSeenAt"`)
const SUMMARY: Sql = sql`id, ${KEY_AND_SCOPE}, ${OPERATION}, ${SHOWN_STATE} AS state, fence, status::int, problem, subject_id AS "subjectId",
  created_at AS "createdAt", completed_at AS "completedAt", expires_at AS "expiresAt", ${cursorOf(sql`created_at`)} AS cursor, a.*`

export function findRecord(db: RowReader, merchantId: string, recordId: string): Promise<RecordFacts | null> {
  return firstRow(
    db,
    recordFacts,
    sql`
      SELECT id, ${KEY_AND_SCOPE}, ${OPERATION}, ${SHOWN_STATE} AS state, fence, status::int, problem, subject_id AS "subjectId",
        created_at AS "createdAt", completed_at AS "completedAt", expires_at AS "expiresAt", coalesce(fingerprint, ${DELETED}) AS fingerprint,
        fingerprint_version::int AS "fingerprintVersion", coalesce(held_since, created_at) AS "claimedAt", lease_until AS "leaseUntil",
        lease_until < now() AS "leaseOver", coalesce(worker, ${DELETED}) AS worker, answer, coalesce(tries, 0) AS tries, parked_at AS "parkedAt", parked_reason AS "parkedReason"
      FROM idempotency_record r WHERE merchant_id = ${merchantId}::uuid AND id = ${recordId}`,
  )
}

/** A record with its attempts, oldest first. */
export async function recordDetail(
  db: RowReader,
  merchantId: string,
  recordId: string,
): Promise<RecordDetail | null> {
  const facts = await findRecord(db, merchantId, recordId)
  if (!facts) return null
  const attempts = await readAttempts(db, merchantId, sql`= ${recordId}`, ATTEMPTS_MAX)
  return {
    ...facts,
    ...countAttempts(attempts),
    lastSeenAt: attempts.at(-1)?.at ?? null,
    cursor: '',
    attempts,
  }
}

const recordStatus = z.strictObject({
  state: z.string(),
  leaseOver: z.boolean(),
  status: z.int().nullable(),
  problem: z.string().nullable(),
  subjectId: z.string().nullable(),
  createdAt: z.date(),
  completedAt: z.date().nullable(),
  expiresAt: z.date(),
})
/** A record's state, for a program that asks about its key. */
export type RecordStatus = z.infer<typeof recordStatus>

export async function findRecordStatus(
  db: RowReader,
  merchantId: string,
  recordId: string,
): Promise<RecordStatus | null> {
  return firstRow(
    db,
    recordStatus,
    sql`
      SELECT state, lease_until < now() AS "leaseOver", status::int, problem, subject_id::text AS "subjectId", created_at AS "createdAt",
        completed_at AS "completedAt", expires_at AS "expiresAt"
      FROM idempotency_record WHERE merchant_id = ${merchantId}::uuid AND id = ${recordId}`,
  )
}

const doubtCount = z.strictObject({
  /** Records whose outcome is not known yet. */
  inDoubt: z.int(),
  /** Those of them that wait for a person. */
  parked: z.int(),
  /** Age of the longest overdue check of the others, in seconds; 0 when none is overdue. */
  overdueSeconds: z.number(),
  /** Age of the oldest of all, in seconds since its key was claimed; 0 when there is none. */
  oldestSeconds: z.number(),
})
export type DoubtCount = z.infer<typeof doubtCount>

/** Counts the records in doubt. @param ours condition on `merchant_id`: whose */
export async function readDoubt(db: RowReader, ours: Sql = sql`true`): Promise<DoubtCount> {
  const row = await firstRow(
    db,
    doubtCount,
    sql`
      SELECT count(*)::float8 AS "inDoubt", count(parked_at)::float8 AS parked,
        coalesce(greatest(extract(epoch FROM now() - min(lease_until) FILTER (WHERE parked_at IS NULL)), 0), 0)::float8 AS "overdueSeconds",
        coalesce(greatest(extract(epoch FROM now() - min(created_at)), 0), 0)::float8 AS "oldestSeconds"
      FROM idempotency_record WHERE state IN ('sending', 'unknown') AND ${MAY_BE_UNFINISHED} AND ${ours}`,
  )
  return row ?? { inDoubt: 0, parked: 0, overdueSeconds: 0, oldestSeconds: 0 }
}

/** Records that began work on one row, at most: its own, and those of other operations under it. */
const RECORDS_OF_SUBJECT_MAX = 20

/** Attempts of a record, and of the others that work on its subject; oldest first. */
export function attemptsOfSubject(
  db: RowReader,
  merchantId: string,
  { recordId, subjectId }: { recordId: string; subjectId: string },
  limit: number,
): Promise<AttemptRow[]> {
  const records = sql`= ANY (ARRAY(
    SELECT ${recordId}::text UNION (
      SELECT id FROM idempotency_record WHERE merchant_id = ${merchantId}::uuid AND subject_id = ${subjectId}::uuid
      ORDER BY created_at DESC, id LIMIT ${RECORDS_OF_SUBJECT_MAX})))`
  return readAttempts(db, merchantId, records, limit)
}

/** @param records condition on `record_id`, after its name */
function readAttempts(db: RowReader, merchantId: string, records: Sql, limit: number): Promise<AttemptRow[]> {
  return rows(
    db,
    attemptRow,
    sql`
      SELECT id, record_id AS "recordId", operation, ${SHOWN_OUTCOME} AS outcome, presses, status::int, problem, source, request_id AS "requestId", worker,
        fence, at, duration_ms AS "durationMs", asked_ms AS "askedMs", answered_ms AS "answeredMs"
      FROM attempt WHERE merchant_id = ${merchantId}::uuid AND record_id ${records}
      ORDER BY at, id LIMIT ${limit}`,
  )
}

/** The same counts as `countsOfAttempts`, of attempts that were read already. */
export function countAttempts(attempts: readonly { outcome: string; presses: number }[]): AttemptCounts {
  const of = (outcome: string) => attempts.filter((attempt) => attempt.outcome === outcome)
  return {
    executed: of('executed').length,
    replayed: of('replayed').length,
    joined: of('joined').length,
    rejected: of('rejected').length,
    ambiguous: of('ambiguous').length,
    recovered: of('recovered').length,
    held: of('held').reduce((sum, attempt) => sum + attempt.presses, 0),
    strip: attempts.slice(0, 12).map((attempt) => attempt.outcome),
  }
}
