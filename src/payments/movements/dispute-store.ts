import { z } from 'zod'
import { type Db, rows, type Sql, sql } from '@/platform/db'
import { DISPUTE_STATES, type DisputeState } from '../gateway'

const dueRow = z.strictObject({
  merchantId: z.string(),
  gateway: z.string(),
  ref: z.string(),
  chargeRef: z.string().nullable(),
  /** Null: of a charge that is no payment of ours. */
  paymentId: z.string().nullable(),
  currency: z.string(),
  state: z.enum(DISPUTE_STATES),
  /** The bank has answered before. */
  wasAsked: z.boolean(),
  /** What the bank has taken, whatever came back of it; in minor units, by its movements. */
  disputedMinor: z.bigint(),
  /** What the bank has taken, less what it gave back. */
  takenMinor: z.bigint(),
  /** What is posted as lost. */
  lostMinor: z.bigint(),
  /** How many postings that are. */
  postings: z.int(),
  /** `next_check_at` as text: whoever writes it meanwhile has seen something newer. */
  dueAt: z.string(),
})
export type DueDispute = z.infer<typeof dueRow>

/** The sums of a dispute `d`: taken by the bank, also without what came back, its fees, and what is posted as lost. */
const SUMS: Sql = sql`
  CROSS JOIN LATERAL (
    SELECT coalesce(-sum(m.amount), 0)::bigint AS taken, coalesce(-sum(m.amount) FILTER (WHERE m.kind = 'dispute'), 0)::bigint AS disputed,
      coalesce(sum(m.fee), 0)::bigint AS fees
    FROM bank_movement m
    WHERE m.gateway = d.gateway AND m.subject_ref = d.ref AND m.merchant_id = d.merchant_id AND m.state = 'explained'
      AND m.kind IN ('dispute', 'dispute_reversal')) moved
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.amount), 0)::bigint AS lost, count(*)::int AS postings FROM dispute_loss l
    WHERE (l.merchant_id, l.gateway, l.ref) = (d.merchant_id, d.gateway, d.ref)) posted`

/**
 * What the bank has taken of the payment `p` in disputes of its own charge and not given back, held or lost. Sums of two currencies are not compared:
 * what was taken in another one counts as the whole payment, unless the dispute was won.
 */
export const TAKEN: Sql = sql`(
  SELECT least(p.amount, coalesce(sum(
    CASE WHEN d.currency = p.currency THEN greatest(0, moved.taken) WHEN moved.taken > 0 AND d.state <> 'won' THEN p.amount ELSE 0 END), 0))::bigint
  FROM dispute d ${SUMS}
  WHERE d.merchant_id = p.merchant_id AND d.payment_id = p.id AND coalesce(d.charge_ref, p.gateway_ref) = p.gateway_ref)`

/** What is held and what was lost of the payment `p` in its disputes: `"disputeHeld"`, `"disputeLost"`. For a lateral join. */
export const DISPUTED: Sql = sql`(
  SELECT coalesce(sum(moved.taken - posted.lost), 0)::bigint AS "disputeHeld", coalesce(sum(posted.lost), 0)::bigint AS "disputeLost"
  FROM dispute d ${SUMS} WHERE d.merchant_id = p.merchant_id AND d.payment_id = p.id)`

/** Whether the payment `p` has a dispute, ended or not. */
export const HAS_DISPUTES: Sql = sql`EXISTS (SELECT FROM dispute d WHERE d.merchant_id = p.merchant_id AND d.payment_id = p.id)`

/** Disputes that are to be looked at now, those that are due longest first. */
export function dueDisputes(db: Db, gateway: string, limit: number): Promise<DueDispute[]> {
  return rows(
    db,
    dueRow,
    sql`
      SELECT d.merchant_id::text AS "merchantId", d.gateway, d.ref, d.charge_ref AS "chargeRef", d.payment_id::text AS "paymentId",
        d.currency, d.state, d.checked_at IS NOT NULL AS "wasAsked", moved.disputed AS "disputedMinor", moved.taken AS "takenMinor",
        posted.lost AS "lostMinor", posted.postings, d.next_check_at::text AS "dueAt"
      FROM dispute d ${SUMS}
      WHERE d.gateway = ${gateway} AND d.next_check_at <= now() ORDER BY d.next_check_at, d.ref LIMIT ${limit}`,
  )
}

/** SQL that keeps the bank's answer. No row where somebody has written since it was read. */
export function settleDispute(dispute: DueDispute, state: DisputeState, againSeconds: number | null): Sql {
  return sql`
    UPDATE dispute SET state = ${state}, checked_at = now(), next_check_at = now() + make_interval(secs => ${againSeconds}::int)
    WHERE ${same(dispute)} RETURNING 1`
}

/** SQL of another look later, without an answer. */
export function laterDispute(dispute: DueDispute, againSeconds: number): Sql {
  return sql`UPDATE dispute SET next_check_at = now() + make_interval(secs => ${againSeconds}::int) WHERE ${same(dispute)}`
}

function same({ merchantId, gateway, ref, dueAt }: DueDispute): Sql {
  return sql`merchant_id = ${merchantId}::uuid AND gateway = ${gateway} AND ref = ${ref} AND next_check_at = ${dueAt}::timestamptz`
}

export function insertLoss(
  { merchantId, gateway, ref }: DueDispute,
  { number, amountMinor, transactionId }: { number: number; amountMinor: bigint; transactionId: string },
): Sql {
  return sql`
    INSERT INTO dispute_loss (merchant_id, gateway, ref, number, amount, transaction_id)
    VALUES (${merchantId}::uuid, ${gateway}, ${ref}, ${number}::int, ${amountMinor}::bigint, ${transactionId}::uuid) RETURNING 1`
}

/** Has a dispute looked at in the next run: the bank says that something has changed. Nothing where we know none of that name yet. */
export async function hintDispute(db: Db, gateway: string, ref: string): Promise<void> {
  await db.$executeRaw(
    sql`UPDATE dispute SET next_check_at = now() WHERE gateway = ${gateway} AND ref = ${ref}`,
  )
}

const disputeRow = z.strictObject({
  gateway: z.string(),
  ref: z.string(),
  chargeRef: z.string().nullable(),
  paymentId: z.string().nullable(),
  currency: z.string(),
  state: z.enum(DISPUTE_STATES),
  takenMinor: z.bigint(),
  lostMinor: z.bigint(),
  /** What the bank has charged for the dispute, by its movements. */
  feeMinor: z.bigint(),
  noticedAt: z.date(),
  /** When the bank said how it stands; null: it was not asked yet. */
  checkedAt: z.date().nullable(),
})
export type DisputeRow = z.infer<typeof disputeRow>

/** A merchant's disputes, newest first: all, or those of a payment. */
export function listDisputes(
  db: Db,
  merchantId: string,
  { paymentId, limit }: { paymentId?: string; limit: number },
): Promise<DisputeRow[]> {
  const of = paymentId === undefined ? sql`true` : sql`d.payment_id = ${paymentId}::uuid`
  return rows(
    db,
    disputeRow,
    sql`
      SELECT d.gateway, d.ref, d.charge_ref AS "chargeRef", d.payment_id::text AS "paymentId", d.currency, d.state,
        moved.taken AS "takenMinor", posted.lost AS "lostMinor", moved.fees AS "feeMinor", d.noticed_at AS "noticedAt", d.checked_at AS "checkedAt"
      FROM dispute d ${SUMS}
      WHERE d.merchant_id = ${merchantId}::uuid AND ${of} ORDER BY d.noticed_at DESC, d.ref DESC LIMIT ${limit}`,
  )
}

/** Brings forward the checks that wait for an instant in the future, by `step`: how far the database's clock was put back. */
export function disputesForward(step: Sql): Sql {
  return sql`UPDATE dispute SET next_check_at = next_check_at - ${step} WHERE next_check_at > now()`
}
