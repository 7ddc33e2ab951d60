import type pg from 'pg'
import { type BankAuthorisation, type MovedRow, type Movement, moved } from './types'

/**
 * Captures an authorisation that is open. One statement: its row decides between a capture and a release at once, and the charge is there
 * together with its new state or not at all. The charge has the key and the reference of the authorisation.
 * @returns whether it was captured now
 */
export async function captureWhole(
  pool: pg.Pool,
  request: BankAuthorisation,
  onMovement: (movement: Movement) => void,
): Promise<boolean> {
  const { rows } = await pool.query<MovedRow>(
    `WITH taken AS (
       UPDATE gateway_simulator.request SET status = 'approved', charge_id = authorisation_id WHERE ${OPEN} AND capture_before > now()
       RETURNING authorisation_id, idempotency_key, amount, currency)
     INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
     SELECT authorisation_id, idempotency_key, amount, currency FROM taken
     RETURNING id, idempotency_key, amount, currency`,
    valuesOf(request),
  )
  for (const row of rows) onMovement(moved('charge', row, row.id))
  return rows.length === 1
}

/** Releases an authorisation that is open. @returns whether it was released now */
export async function releaseWhole(pool: pg.Pool, request: BankAuthorisation): Promise<boolean> {
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
