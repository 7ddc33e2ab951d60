import { createHash } from 'node:crypto'
import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import { headersText } from '../core/kept-headers'
import type { StoredOutcome } from '../core/store'
import type { ClaimCall, CommitCall, ReadCall } from './batches'
import type { SetUpsert } from './captured-upsert'
import { CLAIM_ROWS, milliseconds, RECORD_COLUMNS } from './record-sql'
import { type BeginForm, type ColumnType, partsOf, type SqlForm, type WriteForm } from './sql'

/* Statements over many calls. Each value is an array with one element for each call, so the text is the same for any number of them. */

/** One text, with its values made from the calls. */
export interface BatchStatement<Call> {
  /** Name under which the connection keeps its plan: a hash of the text. */
  name: string
  text: string
  values(calls: readonly Call[]): unknown[]
}

/** A value of a statement that is an array over the calls. */
class Cells<Call> {
  constructor(readonly of: (calls: readonly Call[]) => unknown[]) {}
}

/** A column of an input relation: its type, and its value for a call, which is the `index`th of the batch. */
type Input<Call> = readonly [name: string, type: ColumnType, of: (call: Call, index: number) => unknown]

/** The place of a call in its batch: `n` in every input relation. */
const PLACE = ['n', 'int', (_: unknown, index: number) => index] as const

export function readBatch(): BatchStatement<ReadCall> {
  const input = inputOf<ReadCall>('call', [
    ['merchant_id', 'uuid', ({ merchantId }) => merchantId],
    ['id', 'text', ({ id }) => id],
  ])
  return statementOf(sql`
    SELECT ${RECORD_COLUMNS} FROM ${input} JOIN idempotency_record r ON r.merchant_id = call.merchant_id AND r.id = call.id`)
}

/** A claim's answer has its own columns under names with this beginning; the others are the row that `begin` wrote. */
export const CLAIM_PREFIX = 'claim:'

/**
 * Claims with what they begin, as one statement: Prisma's upsert inserts each record as `sending`, and where nothing is begun
 * `keep_claimed` puts it back to `claimed`, in the same commit.
 */
export function claimBatch(
  form: BeginForm,
  upsert: SetUpsert,
  { worker, leaseMs }: { worker: string; leaseMs: number },
): BatchStatement<ClaimCall<SqlForm>> {
  const input = inputOf<ClaimCall<SqlForm>>('call', [
    PLACE,
    ['merchant_id', 'uuid', ({ record }) => record.merchantId],
    ['record_id', 'text', ({ record }) => record.id],
    ['subject_id', 'uuid', ({ record }) => record.subjectId],
    ['claim_token', 'uuid', ({ claim }) => claim.token],
    ['claim_scope', 'text', ({ record }) => record.scope],
    ['claim_operation', 'text', ({ record }) => record.operation],
    ['claim_key', 'text', ({ record }) => record.key],
    ['claim_fingerprint', 'text', ({ record }) => record.fingerprint],
    ['claim_version', 'smallint', ({ record }) => record.fingerprintVersion],
    ['claim_fields', 'text', ({ record }) => record.fields],
    ['claim_retention', 'smallint', ({ record }) => record.retentionDays ?? null],
    ...Object.entries(form.columns).map(
      ([name, type]): Input<ClaimCall<SqlForm>> => [name, type, ({ begin }) => begin.set?.row[name] ?? null],
    ),
  ])
  const taken = upsert(sql`called`, {
    merchant_id: sql`merchant_id`,
    id: sql`record_id`,
    scope: sql`claim_scope`,
    operation: sql`claim_operation`,
    key: sql`claim_key`,
    fingerprint: sql`claim_fingerprint`,
    fingerprint_version: sql`claim_version`,
    fields: sql`claim_fields`,
    state: sql`'sending'`,
    token: sql`claim_token`,
    lease_until: sql`now() + ${milliseconds(leaseMs)}`,
    worker: sql`${worker}::text`,
    subject_id: sql`subject_id`,
    retention_days: sql`claim_retention`,
  })
  const begin = form.statement(CLAIM_ROWS)
  return statementOf(sql`
    WITH called AS (SELECT * FROM ${input}),
    taken AS (${taken}),
    ${CLAIM_ROWS} AS (
      SELECT c.* FROM called c JOIN taken t ON t.merchant_id = c.merchant_id AND t.id = c.record_id AND t.token = c.claim_token),
    ${partsOf(begin)}
    begun AS (${begin.sql})
    SELECT c.n AS "claim:n", t.created_at AS "claim:createdAt", t.expires_at AS "claim:expiresAt",
      CASE WHEN b.id IS NULL THEN keep_claimed(c.merchant_id, c.record_id, c.claim_token) END AS "claim:kept", b.*
    FROM ${CLAIM_ROWS} c JOIN taken t ON t.merchant_id = c.merchant_id AND t.id = c.record_id
    LEFT JOIN begun b ON b.id = c.subject_id::text`)
}

/**
 * Outcomes with their writes, as one statement. A call whose claim was lost changes no record, and so writes nothing; the others return
 * their `n`. A write that touches another number of rows for a call than it declares undoes all of it.
 */
export function commitBatch(
  to: StoredOutcome<SqlForm>['to'],
  forms: readonly WriteForm[],
): BatchStatement<CommitCall<SqlForm>> {
  type Call = CommitCall<SqlForm>
  const input = inputOf<Call>('call', [
    PLACE,
    ['merchant_id', 'uuid', ({ claim }) => claim.merchantId],
    ['id', 'text', ({ claim }) => claim.id],
    ['token', 'uuid', ({ claim }) => claim.token],
    ['fence', 'int', ({ claim }) => claim.fence],
    ['status', 'smallint', ({ next }) => next.answer?.status ?? null],
    ['problem', 'text', ({ next }) => next.answer?.problem ?? null],
    ['answer', 'text', ({ next }) => next.answer?.body ?? null],
    ['headers', 'text', ({ next }) => headersText(next.answer?.headers)],
    ['retry_ms', 'bigint', ({ next }) => (next.to === 'unknown' ? Math.round(next.retryInMs) : null)],
    ['reason', 'text', ({ next }) => (next.to === 'parked' ? next.reason : null)],
    ...forms.flatMap((_, place): Input<Call>[] => [
      [`key${place}`, 'uuid', ({ next }) => next.writes[place]?.set?.key ?? null],
      [`rows${place}`, 'bigint', ({ next }) => next.writes[place]?.rows ?? null],
    ]),
  ])
  const own = raw(forms.map((_, place) => `, call.key${place}, call.rows${place}`).join(''))
  const record = sql`
    UPDATE idempotency_record r SET ${OUTCOME_COLUMNS[to]}, status = call.status, problem = call.problem, answer = call.answer,
      headers = call.headers
    FROM ${input}
    WHERE r.merchant_id = call.merchant_id AND r.id = call.id AND r.token = call.token AND r.fence = call.fence
      AND r.state IN ('claimed', 'sending', 'unknown')
    RETURNING call.n${own}`
  const writes = forms.map(
    (form, place) => sql`${raw(`w${place}`)} AS (${form.statement(rowsOf(form, place))})`,
  )
  const checks = forms.map(({ name }, place) => {
    const [table, key, rows] = [`w${place}`, `key${place}`, `rows${place}`].map((part) => raw(part))
    return sql`, expect_rows(${name}, (SELECT count(*) FROM ${table} WHERE ${table}.key = record.${key}), record.${rows})`
  })
  return statementOf(sql`
    WITH ${join([sql`record AS (${record})`, ...writes])}
    SELECT record.n${concat(checks)} FROM record`)
}

const OUTCOME_COLUMNS: Record<StoredOutcome<SqlForm>['to'], Sql> = {
  completed: sql`state = 'completed', completed_at = now()`,
  tombstone: sql`state = 'tombstone', completed_at = now()`,
  unknown: sql`state = 'unknown', lease_until = now() + call.retry_ms * interval '1 millisecond',
    tries = CASE WHEN call.answer IS NULL THEN r.tries + 1 ELSE 0 END, failures = 0`,
  parked: sql`state = 'unknown', parked_at = now(), parked_reason = call.reason`,
}

/** The rows of one write, of the calls that changed their record: a FROM item named `input`. */
function rowsOf({ columns }: WriteForm, place: number): Sql {
  type Call = CommitCall<SqlForm>
  const cells = (of: (row: Readonly<Record<string, unknown>>, index: number) => unknown) =>
    new Cells<Call>((calls) =>
      calls.flatMap(({ next }, index) => (next.writes[place]?.set?.rows ?? []).map((row) => of(row, index))),
    )
  const all = [
    ['n', 'int', cells((_, index) => index)] as const,
    ...Object.entries(columns).map(([name, type]) => [name, type, cells((row) => row[name])] as const),
  ]
  return sql`(SELECT line.* FROM ${unnested('line', all)} JOIN record ON record.n = line.n) AS input`
}

function inputOf<Call>(alias: string, inputs: readonly Input<Call>[]): Sql {
  return unnested(
    alias,
    inputs.map(([name, type, of]) => [name, type, new Cells<Call>((calls) => calls.map(of))] as const),
  )
}

function unnested<Call>(alias: string, all: readonly (readonly [string, ColumnType, Cells<Call>])[]): Sql {
  const arrays = all.map(([, type, cells]) => sql`${cells}::${raw(type)}[]`)
  return sql`unnest(${join(arrays)}) AS ${raw(`${alias} (${all.map(([name]) => name).join(', ')})`)}`
}

function statementOf<Call>(statement: Sql): BatchStatement<Call> {
  const { text, values } = statement
  return {
    name: createHash('sha256').update(text).digest('base64url'),
    text,
    values: (calls) => values.map((value) => (value instanceof Cells ? value.of(calls) : value)),
  }
}

function concat(parts: Sql[]): Sql {
  return parts.length === 0 ? sql`` : join(parts, '')
}
