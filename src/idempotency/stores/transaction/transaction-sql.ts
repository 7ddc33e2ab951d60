import { type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import { headersText } from '../../core/kept-headers'
import type { Answer, Claim } from '../../core/record'
import { whereClaimedBy } from '../record-sql'

/** Limits this transaction's waits for locks. @returns the statement; its row has the limit from before, to be put back */
export function limitLockWait(ms: number): Sql {
  return sql`
    WITH was AS MATERIALIZED (SELECT current_setting('lock_timeout') AS before)
    SELECT before, set_config('lock_timeout', ${`${ms}ms`}::text, true) AS now FROM was`
}

/** Puts the limit back, so that it is not one of the user's own statements. */
export function restoreLockWait(before: string): Sql {
  return sql`SELECT set_config('lock_timeout', ${before}::text, true) AS now`
}

/**
 * Stores the answer in the record that this transaction has inserted; null: it is too large, and a tombstone is left (O5). No row: the record is
 * not there any more, and nothing may be committed.
 */
export function completeInTransaction(
  claim: Claim,
  subjectId: string,
  answer: Answer | null,
  retentionDays: number,
): Sql {
  return sql`
    UPDATE idempotency_record SET state = ${answer ? 'completed' : 'tombstone'}, completed_at = now(), subject_id = ${subjectId}::uuid,
      status = ${answer?.status ?? null}::smallint, problem = ${answer?.problem ?? null}::text, answer = ${answer?.body ?? null}::text,
      headers = ${headersText(answer?.headers)}::text,
      expires_at = created_at + ${retentionDays}::integer * interval '1 day'
    WHERE ${whereClaimedBy(claim)} AND state = 'claimed'
    RETURNING created_at AS "createdAt", expires_at AS "expiresAt"`
}
