import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'

/** Presses that count for one payment. 50: nobody presses more often by hand before the answer comes. */
export const REPORTED_PRESSES_MAX = 50

/** Presses reported so far for the payment of this record; null: the order has no payment of it. */
export async function reportedPresses(
  db: Db,
  of: { merchantId: string; orderId: string; recordId: string },
): Promise<number | null> {
  const row = await firstRow(
    db,
    z.strictObject({ presses: z.int() }),
    sql`
      SELECT coalesce((
          SELECT sum(a.presses) FROM attempt a
          WHERE a.merchant_id = p.merchant_id AND a.record_id = p.record_id AND a.outcome = 'held'), 0)::int AS presses
      FROM payment p
      WHERE p.merchant_id = ${of.merchantId}::uuid AND p.order_id = ${of.orderId}::uuid AND p.record_id = ${of.recordId}`,
  )
  return row?.presses ?? null
}

/**
 * The next report of a record: how many presses of it count, and the id of its row. Null: the record has all it
 * can get. The id follows from the presses before it, so of reports that come at once one is written, and the
 * rows of a record can never sum up to more, in however many processes.
 */
export function nextReport(
  recordId: string,
  reported: number,
  presses: number,
): { id: string; presses: number } | null {
  const left = REPORTED_PRESSES_MAX - reported
  if (left <= 0) return null
  const hex = createHash('sha256').update(`held\0${recordId}\0${reported}`).digest('hex')
  // The form of a UUID of version 8 (RFC 9562): made by a rule of our own.
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  return { id, presses: Math.min(presses, left) }
}
