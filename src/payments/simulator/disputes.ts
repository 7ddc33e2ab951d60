import type pg from 'pg'
import type { DisputeState } from '../gateway'
import { newRef } from './types'

/** Fee of a dispute, in minor units. It stays paid when the dispute is won. */
const DISPUTE_FEE = 1_500n

/** The cardholder disputes a charge: the bank takes its amount back, and a fee. @returns the dispute's reference */
export async function dispute(pool: pg.Pool, chargeRef: string): Promise<string> {
  const ref = newRef('dp')
  await pool.query(
    `INSERT INTO gateway_simulator.movement (id, kind, subject_ref, charge_ref, amount, fee, currency)
     SELECT $1, 'dispute', $2, id, -amount, $4, currency FROM gateway_simulator.charge WHERE id = $3`,
    [newRef('mv'), ref, chargeRef, DISPUTE_FEE.toString()],
  )
  return ref
}

/** The dispute is won: its amount comes back. One that is lost moves nothing more. */
export async function winDispute(pool: pg.Pool, disputeRef: string): Promise<void> {
  await pool.query(
    `INSERT INTO gateway_simulator.movement (id, kind, subject_ref, charge_ref, amount, currency)
     SELECT $1, 'dispute_reversal', subject_ref, charge_ref, -amount, currency FROM gateway_simulator.movement
     WHERE subject_ref = $2 AND kind = 'dispute'`,
    [newRef('mv'), disputeRef],
  )
}

/** The dispute is lost: the bank keeps what it has taken. */
export async function loseDispute(pool: pg.Pool, disputeRef: string): Promise<void> {
  await pool.query('INSERT INTO gateway_simulator.lost_dispute (ref) VALUES ($1) ON CONFLICT DO NOTHING', [
    disputeRef,
  ])
}

/** How a dispute stands; null: there is none. Money that came back after it was lost is a dispute that was won. */
export async function disputeState(pool: pg.Pool, disputeRef: string): Promise<DisputeState | null> {
  const { rows } = await pool.query<{ state: DisputeState }>(
    `SELECT CASE
       WHEN bool_or(kind = 'dispute_reversal') THEN 'won'
       WHEN EXISTS (SELECT FROM gateway_simulator.lost_dispute WHERE ref = $1) THEN 'lost'
       ELSE 'open' END AS state
     FROM gateway_simulator.movement WHERE subject_ref = $1 AND kind IN ('dispute', 'dispute_reversal') HAVING count(*) > 0`,
    [disputeRef],
  )
  return rows[0]?.state ?? null
}
