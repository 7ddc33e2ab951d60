import type pg from 'pg'
import { BankFault, type BankRefundRequest, type MovedRow, type Movement, moved, newRef } from './types'

/**
 * Refunds, once per key. One statement: the key's row and the charge's refunded amount change together or not at all, and of two at once
 * the table's CHECK undoes the one that would exceed the charge.
 * @returns the refund's reference; null when less than that is left of the charge
 * @throws BankFault for a key that was used for another refund
 */
export async function giveBack(
  pool: pg.Pool,
  request: BankRefundRequest,
  onMovement: (movement: Movement) => void,
): Promise<string | null> {
  const { rows } = await pool
    .query<MovedRow>(REFUND, [
      request.key,
      newRef('re'),
      request.ref,
      request.amountMinor.toString(),
      request.currency,
    ])
    .catch(unlessItHoldsTooLittle)
  for (const row of rows) onMovement(moved('refund', row, request.ref))
  return refundOf(pool, request)
}

const REFUND = `
  WITH asked AS (
    INSERT INTO gateway_simulator.refund (idempotency_key, id, charge_id, amount, currency)
    SELECT $1, $2, id, $4::bigint, currency FROM gateway_simulator.charge WHERE id = $3 AND currency = $5 AND amount - refunded_amount >= $4::bigint
    ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, idempotency_key, charge_id, amount, currency)
  UPDATE gateway_simulator.charge c SET refunded_amount = c.refunded_amount + asked.amount FROM asked WHERE c.id = asked.charge_id
  RETURNING asked.id, asked.idempotency_key, asked.amount, asked.currency`

/** 23514: the CHECK on the charge's refunded amount has undone this refund. */
function unlessItHoldsTooLittle(error: unknown): { rows: MovedRow[] } {
  if (error instanceof Error && 'code' in error && error.code === '23514') return { rows: [] }
  throw error
}

async function refundOf(
  pool: pg.Pool,
  { key, ref, amountMinor, currency }: BankRefundRequest,
): Promise<string | null> {
  const { rows } = await pool.query<MovedRow & { charge_id: string }>(
    'SELECT * FROM gateway_simulator.refund WHERE idempotency_key = $1',
    [key],
  )
  const [made] = rows
  if (!made) return null
  if (made.charge_id !== ref || BigInt(made.amount) !== amountMinor || made.currency !== currency)
    throw new BankFault('key-reused')
  return made.id
}
