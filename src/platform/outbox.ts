import { type ClaimedSql, type ClaimRows, claimedSql, writeForm } from '@payonce/idempotency/sql'
import { type Db, type Sql, sql, type Write } from './db'

export interface OutboxEvent {
  merchantId: string
  id: string
  type: string
  subjectId: string
  payload: Record<string, string | number | null>
}

const insertEvent = writeForm({
  name: 'outbox-event',
  columns: { merchant_id: 'uuid', id: 'uuid', type: 'text', subject_id: 'uuid', payload: 'text' },
  statement: (rows) => sql`
    INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload)
    SELECT merchant_id, id, type, subject_id, payload FROM ${rows} RETURNING id AS key`,
})

/** The write of an event, for the commit in which it happened. */
export function emit({ merchantId, id, type, subjectId, payload }: OutboxEvent): Write {
  return insertEvent(id, {
    merchant_id: merchantId,
    id,
    type,
    subject_id: subjectId,
    payload: JSON.stringify(payload),
  })
}

/** The statement that writes an event for each of `rows`, which have its columns: for a statement that finds out itself what happened. */
export function insertEventsFrom(rows: Sql): Sql {
  return sql`INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload)
    SELECT merchant_id, id, type, subject_id, payload FROM ${rows} happened`
}

/**
 * The statement of an event in the commit that begins an operation, written for each of `rows`, which have `"merchantId"` and `id`, the subject.
 * @param event.payload an expression over these rows: JSON as a text
 */
export function emitUnderClaim(
  { id, type, payload }: { id: string; type: string; payload: Sql },
  rows: ClaimRows,
): ClaimedSql {
  return claimedSql`
    INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload)
    SELECT "merchantId"::uuid, ${id}::uuid, ${type}, id, ${payload} FROM ${rows} RETURNING 1`
}

/** Events are kept for 90 days: the page of a payment shows them, and the database refuses to remove a younger one (0032). */
const KEPT = sql`interval '90 days'`

/**
 * Removes events that are older. Their ids begin with their time, so that the oldest of each merchant are found by the primary key.
 * @param before the largest id that is looked at
 * @returns how many were removed
 */
export function forgetEvents(db: Db, before: string, batch: number): Promise<number> {
  return db.$executeRaw(sql`
    DELETE FROM outbox_event WHERE (merchant_id, id) IN (
      SELECT o.merchant_id, o.id FROM merchant m CROSS JOIN LATERAL (
        SELECT merchant_id, id FROM outbox_event WHERE merchant_id = m.id AND id < ${before}::uuid AND created_at < now() - ${KEPT}
        ORDER BY id LIMIT ${batch}) o LIMIT ${batch})`)
}
