import { type Db, sql, type Write } from './db'

/** An entry of the audit log: actor, action, the row it concerns, and why. */
export interface AuditEntry {
  merchantId: string
  id: string
  /** An operator's id, or `system`. */
  actor: string
  action: string
  subject: string
  detail: string
}

/** The write of an entry, for the commit of the action itself. The database refuses to change it later. */
export function audit({ merchantId, id, actor, action, subject, detail }: AuditEntry): Write {
  return {
    name: 'audit',
    rows: 1,
    sql: sql`
      INSERT INTO audit_log (merchant_id, id, actor, action, subject, detail)
      VALUES (${merchantId}::uuid, ${id}::uuid, ${actor}, ${action}, ${subject}, ${detail}) RETURNING 1`,
  }
}

/** The entry of a record that the system has parked: a person must decide. */
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

/** Entries about one subject, oldest first; the first `limit` of them. 50: a person reads them under one record. */
export function auditOf(db: Db, merchantId: string, subject: string, limit = 50): Promise<AuditRow[]> {
  return db.auditEntry.findMany({
    where: { merchantId, subject },
    select: { id: true, actor: true, action: true, detail: true, at: true },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    take: limit,
  })
}
