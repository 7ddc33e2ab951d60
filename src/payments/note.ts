import type { Problem } from '@payonce/idempotency/problems'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { audit } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, rows, sql, type Write } from '@/platform/db'

/** Characters of a note. 1,000: a page of an e-mail; the table keeps the same (CHECK payment_note_text). */
export const NOTE_MAX = 1_000

const noteRow = z.strictObject({
  id: z.string(),
  text: z.string(),
  actor: z.string(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  createdAt: z.date(),
})
export type NoteRow = z.infer<typeof noteRow>

/** What operators have noted on a payment, newest first. 100: more than a person reads. */
export function notesOf(db: Db, merchantId: string, paymentId: string): Promise<NoteRow[]> {
  return rows(
    db,
    noteRow,
    sql`
      SELECT id::text, text, actor, address, request_id AS "requestId", created_at AS "createdAt" FROM payment_note
      WHERE merchant_id = ${merchantId}::uuid AND payment_id = ${paymentId}::uuid ORDER BY created_at DESC, id DESC LIMIT 100`,
  )
}

export interface NewNote {
  merchantId: string
  /** Made by the page, so that a repeat is the same note. */
  id: string
  paymentId: string
  text: string
}

/** Adds a note. It is never edited. @returns the problem; null: the note is there, also by an earlier try */
export async function addNote(
  db: Db,
  { merchantId, id, paymentId, text }: NewNote,
  by: Actor,
  newId: () => string,
): Promise<Problem | null> {
  const row: Write = {
    name: 'payment-note',
    rows: 1,
    sql: sql`
      INSERT INTO payment_note (merchant_id, id, payment_id, text, ${ACTOR_COLUMNS})
      SELECT p.merchant_id, ${id}::uuid, p.id, ${text}, ${actorValues(by)} FROM payment p
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid
      ON CONFLICT DO NOTHING RETURNING 1`,
  }
  // The note itself is never changed, so the entry need not repeat it.
  const detail = `payment ${paymentId}, ${text.length} characters`
  const entry = audit({ merchantId, id: newId(), by, action: 'payment.noted', subject: id, detail })
  if ((await commit(db, [row, entry])).committed) return null
  const made = await firstRow(
    db,
    z.strictObject({ same: z.boolean() }),
    sql`
      SELECT (payment_id, text, actor) = (${paymentId}::uuid, ${text}, ${by.name}) AS same FROM payment_note
      WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid`,
  )
  if (!made) return { kind: 'not-found', detail: 'There is no such payment.' }
  return made.same
    ? null
    : { kind: 'key-reused', detail: 'This note was made with another text. Reload the page.' }
}
