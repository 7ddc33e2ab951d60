import type pg from 'pg'
import { cursorOf, sql } from '@/platform/db'
import type { BankMovement, ChargesQuery, MovementKind, MovementsPage } from '../gateway'
import { feeFor } from './cards'
import { splitCursor } from './charges'
import { newRef } from './types'

interface Row {
  id: string
  kind: MovementKind
  subject_ref: string | null
  charge_ref: string | null
  idempotency_key: string | null
  amount: string
  /** Null: that of a charge of the amount. */
  fee: string | null
  currency: string
  created_at: Date
  cursor: string
}

/** Every movement of money, oldest first. A second charge under one key is the bank's own mistake, and costs no fee. */
export async function listMovements(
  pool: pg.Pool,
  { since, after, limit }: ChargesQuery,
): Promise<MovementsPage & { kind: 'page' }> {
  const [at, id] = after === null ? [since.toISOString(), ''] : splitCursor(after)
  const { rows } = await pool.query<Row>(MOVEMENTS, [at, id, limit])
  return {
    kind: 'page',
    movements: rows.map(bankMovement),
    next: rows.length < limit ? null : (rows.at(-1)?.cursor ?? null),
  }
}

const PAGE = '(created_at, id) > ($1::timestamptz, $2) ORDER BY created_at, id LIMIT $3'
const MOVEMENTS = `
  SELECT *, ${cursorOf(sql`created_at`).sql} || ' ' || id AS cursor FROM (
    (SELECT id, 'charge' AS kind, id AS subject_ref, id AS charge_ref, idempotency_key, amount,
       CASE WHEN EXISTS (SELECT FROM gateway_simulator.request r WHERE r.idempotency_key = c.idempotency_key AND r.charge_id = c.id) THEN NULL ELSE 0 END AS fee,
       currency, created_at
     FROM gateway_simulator.charge c WHERE ${PAGE})
    UNION ALL (SELECT id, 'refund', id, charge_id, idempotency_key, -amount, 0, currency, created_at FROM gateway_simulator.refund WHERE ${PAGE})
    UNION ALL (SELECT id, kind, subject_ref, charge_ref, idempotency_key, amount, fee, currency, created_at FROM gateway_simulator.movement WHERE ${PAGE})
  ) moved ORDER BY created_at, id LIMIT $3`

function bankMovement(row: Row): BankMovement {
  const amountMinor = BigInt(row.amount)
  return {
    ref: `txn_${row.id}`,
    kind: row.kind,
    amountMinor,
    feeMinor: row.fee === null ? feeFor(amountMinor) : BigInt(row.fee),
    currency: row.currency,
    subjectRef: row.subject_ref,
    chargeRef: row.charge_ref,
    key: row.idempotency_key,
    at: row.created_at,
  }
}

/** The card's bank does not take a refund that was made: its money comes back. @returns false when there is none, or it failed before */
export async function failRefund(pool: pg.Pool, refundRef: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH failed AS (
       INSERT INTO gateway_simulator.movement (id, kind, subject_ref, charge_ref, idempotency_key, amount, currency)
       SELECT $2, 'refund_failure', id, charge_id, idempotency_key, amount, currency FROM gateway_simulator.refund WHERE id = $1
       ON CONFLICT DO NOTHING RETURNING charge_ref, amount)
     UPDATE gateway_simulator.charge c SET refunded_amount = c.refunded_amount - failed.amount FROM failed WHERE c.id = failed.charge_ref`,
    [refundRef, newRef('mv')],
  )
  return rowCount === 1
}

/** Pays everything that the bank owes in a currency to the bank account. @returns the amount, in minor units */
export async function payOut(pool: pg.Pool, currency: string): Promise<bigint> {
  let owed = 0n
  for (let after: string | null = null; ; ) {
    const page = await listMovements(pool, { since: new Date(0), after, limit: 1_000 })
    for (const moved of page.movements)
      if (moved.currency === currency) owed += moved.amountMinor - moved.feeMinor
    after = page.next
    if (after === null) break
  }
  if (owed === 0n) return 0n
  await pool.query(
    `INSERT INTO gateway_simulator.movement (id, kind, subject_ref, amount, currency) VALUES ($1, 'payout', $2, $3, $4)`,
    [newRef('mv'), newRef('po'), (-owed).toString(), currency],
  )
  return owed
}
