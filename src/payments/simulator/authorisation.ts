import type pg from 'pg'
import { type BankAuthorisation, type BankCapture, type MovedRow, type Movement, moved } from './types'

/**
 * Captures an authorisation that is open, or a part of it. One statement: its row decides between a capture and a release at once, and the charge is there
 * together with its new state or not at all. The charge has the key and the reference of the authorisation.
 * @returns whether it was captured now
 */
export async function captureOpen(
  pool: pg.Pool,
  request: BankCapture,
  onMovement: (movement: Movement) => void,
): Promise<boolean> {
  const { rows } = await pool.query<MovedRow>(
    `WITH taken AS (
       UPDATE gateway_simulator.request SET status = 'approved', charge_id = authorisation_id, captured_amount = $5
       WHERE ${OPEN} AND capture_before > now() AND $5::bigint BETWEEN 1 AND amount
       RETURNING authorisation_id, idempotency_key, captured_amount, currency)
     INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
     SELECT authorisation_id, idempotency_key, captured_amount, currency FROM taken
     RETURNING id, idempotency_key, amount, currency`,
    [...valuesOf(request), request.captureMinor.toString()],
  )
  for (const row of rows) onMovement(moved('charge', row, row.id))
  return rows.length === 1
}

/** Releases an authorisation that is open. @returns whether it was released now */
export async function releaseOpen(pool: pg.Pool, request: BankAuthorisation): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE gateway_simulator.request SET status = 'released' WHERE ${OPEN}`,
    valuesOf(request),
  )
  return rowCount === 1
}

const OPEN =
  "idempotency_key = $1 AND authorisation_id = $2 AND amount = $3 AND currency = $4 AND status = 'authorised'"

function valuesOf({ key, ref, amountMinor, currency }: BankAuthorisation): string[] {
  return [key, ref, amountMinor.toString(), currency]
}
