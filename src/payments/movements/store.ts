import { z } from 'zod'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import { type BankMovement, MOVEMENT_KINDS } from '../gateway'

export type MovementState = 'matched' | 'explained' | 'open' | 'difference'

/** A movement as it is judged and stored. */
export interface JudgedMovement {
  movement: BankMovement
  merchantId: string
  state: MovementState
  rule: string
  paymentId: string | null
  refundId: string | null
  transactionId: string | null
  feeTransactionId: string | null
}

/**
 * SQL of a lock until the end of the transaction: one worker at a time writes movements of a gateway. Two unique indexes hold a movement (its
 * merchant's and the gateway's), and an upsert waits at one of them only.
 */
export function lockMovements(gateway: string): Sql {
  return sql`SELECT pg_advisory_xact_lock(hashtextextended(${`bank_movement ${gateway}`}, 0))`
}

/**
 * Writes judged movements, under `lockMovements`. One that is posted already stays as it is, and is not counted: of two workers with one movement one writes it,
 * and the commit of the other is undone with all that it would have posted.
 */
export function writeMovements(gateway: string, judged: readonly JudgedMovement[]): Sql {
  const input = JSON.stringify(judged.map(rowOf))
  return sql`
    INSERT INTO bank_movement (merchant_id, gateway, ref, kind, amount, fee, currency, subject_ref, charge_ref, gateway_key, happened_at, state,
      rule, payment_id, refund_id, transaction_id, fee_transaction_id)
    SELECT merchant_id, ${gateway}, ref, kind, amount, fee, currency, subject_ref, charge_ref, gateway_key, happened_at, state,
      rule, payment_id, refund_id, transaction_id, fee_transaction_id
    FROM jsonb_to_recordset(${input}::jsonb) AS m (merchant_id uuid, ref text, kind text, amount bigint, fee bigint, currency text,
      subject_ref text, charge_ref text, gateway_key text, happened_at timestamptz, state text, rule text, payment_id uuid, refund_id uuid,
      transaction_id uuid, fee_transaction_id uuid)
    ON CONFLICT (gateway, ref) DO UPDATE SET merchant_id = excluded.merchant_id, state = excluded.state, rule = excluded.rule,
      payment_id = excluded.payment_id, refund_id = excluded.refund_id, transaction_id = excluded.transaction_id,
      fee_transaction_id = excluded.fee_transaction_id, judged_at = now()
    WHERE bank_movement.state IN ('open', 'difference')
    RETURNING 1`
}

function rowOf({ movement, ...judged }: JudgedMovement) {
  return {
    merchant_id: judged.merchantId,
    ref: movement.ref,
    kind: movement.kind,
    // As text: JSON's numbers lose the last digits of large amounts.
    amount: movement.amountMinor.toString(),
    fee: movement.feeMinor.toString(),
    currency: movement.currency,
    subject_ref: movement.subjectRef,
    charge_ref: movement.chargeRef,
    gateway_key: movement.key,
    happened_at: movement.at.toISOString(),
    state: judged.state,
    rule: judged.rule,
    payment_id: judged.paymentId,
    refund_id: judged.refundId,
    transaction_id: judged.transactionId,
    fee_transaction_id: judged.feeTransactionId,
  }
}

/** The states of those of these movements that we have. */
export async function statesOf(
  db: Db,
  gateway: string,
  refs: readonly string[],
): Promise<Map<string, MovementState>> {
  const found = await db.bankMovement.findMany({
    where: { gateway, ref: { in: [...refs] } },
    select: { ref: true, state: true },
  })
  return new Map(found.map(({ ref, state }) => [ref, state as MovementState]))
}

const unsettledRow = z.strictObject({
  ref: z.string(),
  kind: z.enum(MOVEMENT_KINDS),
  amountMinor: z.bigint(),
  feeMinor: z.bigint(),
  currency: z.string(),
  subjectRef: z.string().nullable(),
  chargeRef: z.string().nullable(),
  key: z.string().nullable(),
  at: z.date(),
})

/** Movements that are under way or not understood, those whose last judgement is oldest first. */
export function unsettledMovements(db: Db, gateway: string, limit: number): Promise<BankMovement[]> {
  return rows(
    db,
    unsettledRow,
    sql`
      SELECT ref, kind, amount AS "amountMinor", fee AS "feeMinor", currency, subject_ref AS "subjectRef", charge_ref AS "chargeRef",
        gateway_key AS key, happened_at AS at
      FROM bank_movement WHERE gateway = ${gateway} AND state IN ('open', 'difference') ORDER BY judged_at, ref LIMIT ${limit}`,
  )
}

const entryRow = z.strictObject({ code: z.string(), amount: z.bigint(), currency: z.string() })

/** Lines of a posting, as they stand in the ledger. */
export function linesOf(
  db: Db,
  merchantId: string,
  transactionId: string,
): Promise<z.infer<typeof entryRow>[]> {
  return rows(
    db,
    entryRow,
    sql`
      SELECT a.code, e.amount, e.currency::text FROM entry e JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id)
      WHERE e.merchant_id = ${merchantId}::uuid AND e.transaction_id = ${transactionId}::uuid ORDER BY e.position`,
  )
}

const refundRow = z.strictObject({
  id: z.string(),
  paymentId: z.string(),
  amount: z.bigint(),
  currency: z.string(),
})
/** The refund whose posting this is; null: none. */
export function refundOfPosting(db: Db, merchantId: string, transactionId: string) {
  return firstRow(
    db,
    refundRow,
    sql`
      SELECT id::text, payment_id::text AS "paymentId", amount, currency::text FROM refund
      WHERE merchant_id = ${merchantId}::uuid AND transaction_id = ${transactionId}::uuid`,
  )
}
