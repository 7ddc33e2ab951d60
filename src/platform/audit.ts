import { type ClaimedSql, type ClaimRows, claimedSql } from '@/idempotency/stores/sql'
import type { Actor } from '@/lib/actor'
import { ACTOR_COLUMNS, actorValues } from './actor-columns'
import { commit } from './commit'
import { type Db, type Sql, sql, type Write } from './db'

/** An entry of the audit log: actor, action, the row it concerns, and why. */
export interface AuditEntry {
  merchantId: string
  id: string
  by: Actor
  action: string
  subject: string
  detail: string
}

/** The write of an entry, for the commit of the action itself. The database refuses to change it later. */
export function audit({ merchantId, id, by, action, subject, detail }: AuditEntry): Write {
  return {
    name: 'audit',
    rows: 1,
    sql: sql`
      INSERT INTO audit_log (merchant_id, id, ${ACTOR_COLUMNS}, action, subject, detail)
      VALUES (${merchantId}::uuid, ${id}::uuid, ${actorValues(by)}, ${action}, ${subject}, ${detail}) RETURNING 1`,
  }
}

/** Writes an entry in a commit of its own: for an event that writes nothing else, such as a sign-in. */
export async function auditNow(db: Db, entry: AuditEntry): Promise<void> {
  const result = await commit(db, [audit(entry)])
  if (!result.committed) throw new Error('an audit entry was not written')
}

/**
 * The statement of an entry in the commit that begins an operation, written for each of `rows`, which have `"merchantId"`.
 * @param detail an expression over these rows
 */
export function insertAudit(
  {
    id,
    by = SYSTEM,
    action,
    subject,
  }: Omit<AuditEntry, 'merchantId' | 'detail' | 'by'> & { by: Actor | undefined },
  detail: Sql,
  rows: ClaimRows,
): ClaimedSql {
  return claimedSql`
    INSERT INTO audit_log (merchant_id, id, ${ACTOR_COLUMNS}, action, subject, detail)
    SELECT "merchantId"::uuid, ${id}::uuid, ${actorValues(by)}, ${action}, ${subject}, ${detail} FROM ${rows} RETURNING 1`
}

/** Work of our own, which nobody asked for. */
export const SYSTEM: Actor = { name: 'system', address: null, requestId: null }

/** The entry of a record that the system has parked: a person must decide. */
export function auditParked(merchantId: string, id: string, recordId: string, reason: string): Write {
  return audit({
    merchantId,
    id,
    by: SYSTEM,
    action: 'record.parked',
    subject: recordId,
    detail: reason,
  })
}

/** A row of the audit log as it is shown. */
export type AuditRow = Pick<AuditEntry, 'id' | 'action' | 'detail'> & { actor: string; at: Date }

/** Entries about one subject, oldest first; the first `limit` of them. 50: a person reads them under one record. */
export function auditOf(db: Db, merchantId: string, subject: string, limit = 50): Promise<AuditRow[]> {
  return db.auditEntry.findMany({
    where: { merchantId, subject },
    select: { id: true, actor: true, action: true, detail: true, at: true },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    take: limit,
  })
}
