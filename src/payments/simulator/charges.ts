import type pg from 'pg'
import { cursorOf, sql } from '@/platform/db'
import type { BankCharge, ChargesPage, ChargesQuery } from '../gateway'
import type { MovedRow } from './types'

/** Charges that really happened, oldest first. `after` is the cursor of the page before: an instant and a reference. */
export async function listCharges(
  pool: pg.Pool,
  { since, after, limit }: ChargesQuery,
): Promise<ChargesPage & { kind: 'page' }> {
  const [at, ref] = after === null ? [since.toISOString(), ''] : splitCursor(after)
  const { rows } = await pool.query<MovedRow & { refunded_amount: string; created_at: Date; cursor: string }>(
    `SELECT *, ${cursorOf(sql`created_at`).sql} || ' ' || id AS cursor FROM gateway_simulator.charge
     WHERE (created_at, id) > ($1::timestamptz, $2) ORDER BY created_at, id LIMIT $3`,
    [at, ref, limit],
  )
  const charges = rows.map(
    (row): BankCharge => ({
      ref: row.id,
      key: row.idempotency_key,
      amountMinor: BigInt(row.amount),
      currency: row.currency,
      refundedMinor: BigInt(row.refunded_amount),
      at: row.created_at,
    }),
  )
  return { kind: 'page', charges, next: rows.length < limit ? null : (rows.at(-1)?.cursor ?? null) }
}

/** A cursor is an instant and a reference. */
export function splitCursor(cursor: string): [at: string, ref: string] {
  const space = cursor.indexOf(' ')
  return [cursor.slice(0, space), cursor.slice(space + 1)]
}
