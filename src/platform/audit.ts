import { type Db, sql, type Write } from './db'

/** Something that a person should be able to follow later: who did what to which row, and why. */
export interface AuditEntry {
  merchantId: string
  id: string
  /** An operator's id, or `system`. */
  actor: string
  action: string
  subject: string
  detail: string
}

/** The write that records it, for the commit in which it happened. Facts are never edited: the database refuses it. */
export function audit({ merchantId, id, actor, action, subject, detail }: AuditEntry): Write {
  return {
    name: 'audit',
    rows: 1,
    sql: sql`
      INSERT INTO audit_log (merchant_id, id, actor, action, subject, detail)
      VALUES (${merchantId}::uuid, ${id}::uuid, ${actor}, ${action}, ${subject}, ${detail}) RETURNING 1`,
  }
}

/** The trace of a record that the system gave up on: a person must look. */
export function auditParked(merchantId: string, id: string, recordId: string, reason: string): Write {
  return audit({
    merchantId,
    id,
    actor: 'system',
    action: 'record.parked',
    subject: recordId,
    detail: reason,
  })
}

/** A row of the audit log as it is shown. */
export type AuditRow = Pick<AuditEntry, 'id' | 'actor' | 'action' | 'detail'> & { at: Date }

/** What was recorded about one subject, oldest first; the first `limit` rows. */
export function auditOf(db: Db, merchantId: string, subject: string, limit = 50): Promise<AuditRow[]> {
  return db.auditEntry.findMany({
    where: { merchantId, subject },
    select: { id: true, actor: true, action: true, detail: true, at: true },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    take: limit,
  })
}
