import { sql, type Write } from './db'

export interface OutboxEvent {
  merchantId: string
  id: string
  type: string
  subjectId: string
  payload: Record<string, string | number | null>
}

/** The write of an event, for the commit in which it happened. */
export function emit(event: OutboxEvent): Write {
  const { merchantId, id, type, subjectId, payload } = event
  return {
    name: 'outbox-event',
    rows: 1,
    sql: sql`
      INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload)
      VALUES (${merchantId}::uuid, ${id}::uuid, ${type}, ${subjectId}::uuid, ${JSON.stringify(payload)}) RETURNING 1`,
  }
}
