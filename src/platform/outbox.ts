import { writeForm } from '@/idempotency/stores/sql'
import { sql, type Write } from './db'

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
