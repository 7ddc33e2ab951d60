import { join, type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import { headersText } from '../core/kept-headers'
import type { Answer, Claim } from '../core/record'
import type { NewRecord, StoredOutcome } from '../core/store'
import {
  CLAIM_COLUMNS,
  claimRows,
  namesOf,
  partsOf,
  type SqlBegin,
  type SqlForm,
  type SqlWrite,
  valuesOf,
  writesInOneStatement,
} from './sql'

/** The new holder of a record, as each take-over writes it. */
export interface Taker {
  token: string
  /** Name of the process. */
  worker: string
  /** Duration of the lease, an SQL interval. */
  lease: Sql
}

/** An SQL interval of `ms` milliseconds. */
export function milliseconds(ms: number): Sql {
  return sql`${ms} * interval '1 millisecond'`
}

/** The condition of every later write: token and fence of this claim are still in the row. */
export function whereClaimedBy(claim: Claim): Sql {
  return sql`merchant_id = ${claim.merchantId}::uuid AND id = ${claim.id} AND token = ${claim.token}::uuid AND fence = ${claim.fence}`
}

/** One record. `leaseOver` is judged by the database's clock. */
export function readRecord(merchantId: string, id: string): Sql {
  return sql`
    SELECT ${RECORD_COLUMNS} FROM idempotency_record r WHERE r.merchant_id = ${merchantId}::uuid AND r.id = ${id}`
}

/** The columns of an `IdempotencyRow`, of the record `r`. */
export const RECORD_COLUMNS = sql`
  r.merchant_id AS "merchantId", r.id, r.fingerprint, r.fingerprint_version AS "fingerprintVersion", r.fields, r.state, r.fence,
  r.lease_until < now() AS "leaseOver", r.subject_id AS "subjectId", r.status, r.problem, r.answer, r.headers,
  r.created_at AS "createdAt", r.completed_at AS "completedAt", r.expires_at AS "expiresAt"`

/** The claim whose answer was lost, if it was made. */
export function findClaim(claim: Claim): Sql {
  return sql`
    SELECT token::text, fence, state, created_at AS "createdAt", expires_at AS "expiresAt"
    FROM idempotency_record WHERE ${whereClaimedBy(claim)}`
}

/** Whether an outcome was stored whose answer was lost. No row: the claim was lost. Its last commit under this claim shows in the record. */
export function findCommit(claim: Claim, next: StoredOutcome<SqlForm>): Sql {
  const stored = {
    completed: sql`state = 'completed'`,
    tombstone: sql`state = 'tombstone'`,
    // The take-over of a record in doubt counts a failure; only a commit sets the count back.
    unknown: sql`state = 'unknown' AND failures = 0`,
    parked: sql`parked_at IS NOT NULL`,
  }
  return sql`SELECT ${stored[next.to]} AS stored FROM idempotency_record WHERE ${whereClaimedBy(claim)}`
}

/** The rows from which a `begin` selects: one while the claim holds, else none. */
export const CLAIM_ROWS = claimRows('claim')

/**
 * Executes `begin` under the claim, and starts the lease. Where `begin` touches no row the record stays
 * `claimed`.
 */
export function beginRecord(claim: Claim, subjectId: string, begin: SqlBegin, lease: Sql): Sql {
  const columns = { ...CLAIM_COLUMNS, ...begin.set?.form.columns }
  const row = { merchant_id: claim.merchantId, record_id: claim.id, subject_id: subjectId, ...begin.set?.row }
  return sql`
    WITH claim AS (
      SELECT input.* FROM ${valuesOf(columns, [row])} AS input (${namesOf(columns)})
      WHERE EXISTS (SELECT FROM idempotency_record WHERE ${whereClaimedBy(claim)})),
    ${partsOf(begin)}
    begun AS (${begin.sql}),
    sending AS (
      UPDATE idempotency_record SET lease_until = now() + ${lease},
        (state, subject_id) = (SELECT 'sending', ${subjectId}::uuid FROM begun UNION ALL SELECT 'claimed', NULL WHERE NOT EXISTS (SELECT FROM begun))
      WHERE ${whereClaimedBy(claim)})
    SELECT * FROM begun`
}

/**
 * Takes over an expired `claimed` record. The new request may differ from the first, which has begun nothing.
 */
export function takeOverRecord(
  claim: Claim,
  { fingerprint, fingerprintVersion, fields }: NewRecord,
  { worker, lease }: Taker,
): Sql {
  return sql`
    UPDATE idempotency_record
    SET token = ${claim.token}::uuid, fence = fence + 1, held_since = now(), lease_until = now() + ${lease}, worker = ${worker},
      fingerprint = ${fingerprint}, fingerprint_version = ${fingerprintVersion}::smallint, fields = ${fields}
    WHERE merchant_id = ${claim.merchantId}::uuid AND id = ${claim.id} AND fence = ${claim.fence - 1} AND state = 'claimed' AND lease_until < now()
    RETURNING token::text, fence, created_at AS "createdAt", expires_at AS "expiresAt"`
}

/** @param ceiling longest time since the claim, an SQL interval */
export function renewRecord(claim: Claim, lease: Sql, ceiling: Sql): Sql {
  return sql`
    UPDATE idempotency_record SET lease_until = now() + ${lease}
    WHERE ${whereClaimedBy(claim)} AND state IN ('claimed', 'sending', 'unknown') AND now() < held_since + ${ceiling} RETURNING 1`
}

/** Ends the lease of a claim that began nothing. */
export function releaseRecord(claim: Claim): Sql {
  return sql`
    UPDATE idempotency_record SET lease_until = now() - interval '1 millisecond' WHERE ${whereClaimedBy(claim)} AND state = 'claimed' RETURNING 1`
}

/** Writes the record's new state and its answer, under the claim. */
export function settleRecord(claim: Claim, next: StoredOutcome<SqlForm>): Sql {
  const answer = sql`status = ${next.answer?.status ?? null}::smallint, problem = ${next.answer?.problem ?? null}, answer = ${next.answer?.body ?? null}, headers = ${headersText(next.answer?.headers)}`
  return sql`
    UPDATE idempotency_record SET ${outcomeColumns(next)}, ${answer}
    WHERE ${whereClaimedBy(claim)} AND state IN ('claimed', 'sending', 'unknown') RETURNING 1`
}

function outcomeColumns(next: StoredOutcome<SqlForm>): Sql {
  switch (next.to) {
    case 'completed':
      return sql`state = 'completed', completed_at = now()`
    case 'tombstone':
      return sql`state = 'tombstone', completed_at = now()`
    case 'unknown': {
      const tries = next.answer ? sql`0` : sql`tries + 1`
      return sql`state = 'unknown', lease_until = now() + ${milliseconds(next.retryInMs)}, tries = ${tries}, failures = 0`
    }
    case 'parked':
      return sql`state = 'unknown', parked_at = now(), parked_reason = ${next.reason}`
  }
}

/** Everything whose lease ended earlier is finished, or has `overdue_since` (`markOverdue`). */
const FINISHED_BEFORE = sql`(SELECT finished_before FROM resolver_position)`

/**
 * Has `overdue_since`. As a range of all instants, of which PostgreSQL expects a few rows where it has no statistics; of IS NOT NULL it would
 * expect all.
 */
const OVERDUE = sql`overdue_since > '-infinity' AND overdue_since < 'infinity'`

/**
 * A condition that every unfinished record meets and few others: through two indexes, however many records there are. Of an instant that it
 * looks up, PostgreSQL expects a third of the table to be later, and reads all of it; within a range it expects a two-hundredth.
 */
export const MAY_BE_UNFINISHED: Sql = sql`(lease_until >= ${FINISHED_BEFORE} AND lease_until <= 'infinity' OR ${OVERDUE})`

/**
 * The keys of up to `limit` records whose lease is over and that meet `condition`, oldest first, locked for the caller. Two searches, since
 * each has an index of its own.
 */
function pastLease(condition: Sql, limit: number): Sql {
  const search = (where: Sql, order: Sql) => sql`(
    SELECT merchant_id, id FROM idempotency_record WHERE ${where} AND lease_until < now() AND ${condition}
    ORDER BY ${order} LIMIT ${limit} FOR UPDATE SKIP LOCKED)`
  return sql`
    SELECT * FROM ${search(OVERDUE, sql`overdue_since`)} AS earlier
    UNION ALL
    SELECT * FROM ${search(sql`overdue_since IS NULL AND lease_until >= ${FINISHED_BEFORE}`, sql`lease_until`)} AS later
    LIMIT ${limit}`
}

/** See `Upkeep.endFarLeases`. A record that is locked is being written: it is left to the next call. */
export function endFarLeases(longest: Sql, limit: number): Sql {
  return sql`
    UPDATE idempotency_record SET lease_until = now() - interval '1 millisecond', held_since = LEAST(held_since, now())
    WHERE (merchant_id, id) IN (
      SELECT merchant_id, id FROM idempotency_record
      WHERE lease_until > now() + ${longest} AND state IN ('claimed', 'sending', 'unknown') AND parked_at IS NULL
      ORDER BY lease_until LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING 1`
}

/** Marks unfinished records whose lease has long ended, so that the others need not be searched again. */
export function markOverdue(limit: number): Sql {
  return sql`SELECT mark_overdue_records(${limit}::integer) AS passed`
}

/**
 * Takes over records in doubt, each by one caller: with `SKIP LOCKED` several callers can search at once.
 * @param ours condition on `merchant_id`: records that this process may settle
 */
export function takeOverdue(operation: string, limit: number, taker: Taker, ours: Sql): Sql {
  return takeForCheck(
    taker,
    pastLease(
      sql`state IN ('sending', 'unknown') AND operation = ${operation} AND parked_at IS NULL AND ${ours}`,
      limit,
    ),
  )
}

/**
 * Takes over one record in doubt, unless it is being checked: a check counts as a failure from its beginning,
 * so `failures` > 0 under a lease means one is running.
 */
export function takeOneInDoubt(
  { operation, merchantId, id }: { operation: string; merchantId: string; id: string },
  taker: Taker,
  ours: Sql,
): Sql {
  return takeForCheck(
    taker,
    sql`
      SELECT merchant_id, id FROM idempotency_record
      WHERE merchant_id = ${merchantId}::uuid AND id = ${id} AND operation = ${operation} AND state = 'unknown' AND parked_at IS NULL
        AND (failures = 0 OR lease_until < now()) AND ${ours}
      FOR UPDATE SKIP LOCKED`,
  )
}

function takeForCheck({ token, worker, lease }: Taker, which: Sql): Sql {
  return sql`
    UPDATE idempotency_record SET state = 'unknown', token = ${token}::uuid, fence = fence + 1, failures = failures + 1,
      held_since = now(), lease_until = now() + ${lease}, worker = ${worker}
    WHERE (merchant_id, id) IN (${which})
    RETURNING merchant_id::text AS "merchantId", id, token::text, fence, subject_id::text AS "subjectId", tries, failures`
}

/** Gives a parked record back to the resolver, due at once. */
export function unparkRecord(merchantId: string, id: string): Sql {
  return sql`
    UPDATE idempotency_record SET parked_at = NULL, parked_reason = NULL, tries = 0, failures = 0, lease_until = now() - interval '1 millisecond'
    WHERE merchant_id = ${merchantId}::uuid AND id = ${id} AND state = 'unknown' AND parked_at IS NOT NULL RETURNING 1`
}

/**
 * Ends a parked record with this answer. Nobody holds it then: what takes a record over passes by a parked one, and whoever parked it has
 * nothing left to commit under its fence.
 */
export function settleParked(
  merchantId: string,
  id: string,
  { status, problem, body, headers }: Answer,
): Sql {
  return sql`
    UPDATE idempotency_record SET state = 'completed', completed_at = now(), parked_at = NULL, parked_reason = NULL,
      status = ${status}::smallint, problem = ${problem}, answer = ${body}, headers = ${headersText(headers)}
    WHERE merchant_id = ${merchantId}::uuid AND id = ${id} AND state = 'unknown' AND parked_at IS NOT NULL RETURNING 1`
}

/**
 * Deletes abandoned claims. The condition stands twice: a row that was taken over between choice and deletion
 * is kept (F14).
 */
export function reapRecords(limit: number): Sql {
  const dead = sql`state = 'claimed' AND subject_id IS NULL`
  return sql`
    DELETE FROM idempotency_record WHERE ${dead} AND lease_until < now() AND (merchant_id, id) IN (${pastLease(dead, limit)})
    RETURNING 1`
}

/**
 * Turns records whose retention is over into tombstones. Those that had no answer before (it was too large, O5) are emptied too. What stays
 * touches no index, and is what refuses a retry: decision 0082.
 */
export function expireAnswers(limit: number): Sql {
  return sql`
    UPDATE idempotency_record SET state = 'tombstone', status = NULL, problem = NULL, answer = NULL, headers = NULL, completed_at = NULL,
      scope = NULL, operation = NULL, key = NULL, fingerprint = NULL, fields = NULL, token = NULL, worker = NULL, held_since = NULL,
      tries = NULL, failures = NULL, retention_days = NULL
    WHERE (merchant_id, id) IN (
      SELECT merchant_id, id FROM idempotency_record
      WHERE (state = 'completed' OR state = 'tombstone' AND key IS NOT NULL) AND expires_at < now() LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING 1`
}

/**
 * The record's change and all writes as one statement: one round trip, one commit. A write that touches
 * another number of rows undoes all of it.
 */
export function inOneCommit(record: Sql, writes: readonly SqlWrite[]): Sql {
  const { ctes, checks } = writesInOneStatement(writes)
  return sql`
    WITH ${join([sql`record AS (${record})`, ...ctes])}
    SELECT ${join([sql`expect_rows('record', (SELECT count(*) FROM record), 1)`, ...checks])}`
}
