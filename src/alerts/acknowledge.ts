import type { Actor } from '@/lib/actor'
import { uuidv7 } from '@/lib/id'
import { audit } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, sql } from '@/platform/db'

export interface Acknowledgement {
  merchantId: string
  id: string
  by: Actor
  note: string
  /** What the alert is about, for the audit log. */
  about: string
}

/**
 * Notes who has taken an open alert on, with an entry of the audit log. Nothing else changes: it ends when its fact does.
 * @returns false when it was acknowledged before, has ended, or is not there
 */
export async function acknowledge(
  db: Db,
  { merchantId, id, by, note, about }: Acknowledgement,
): Promise<boolean> {
  const row = sql`
    UPDATE alert SET acknowledged_at = now(), acknowledged_by = ${by.name}, note = nullif(${note}, '')
    WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid AND ended_at IS NULL AND acknowledged_at IS NULL RETURNING 1`
  const entry = audit({
    merchantId,
    id: uuidv7(),
    by,
    action: 'alert.acknowledged',
    subject: id,
    detail: note ? `${about}. ${note}` : about,
  })
  return (await commit(db, [{ name: 'alert', rows: 1, sql: row }, entry])).committed
}
