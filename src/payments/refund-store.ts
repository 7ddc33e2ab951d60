import { joinSql, type Sql, sql, type Write } from '@/platform/db'

/** `sending`: the bank is being asked. `unknown`: it was asked, and we do not know yet. The other two are final. */
export type RefundStatus = 'sending' | 'unknown' | 'succeeded' | 'failed'

/** What `begin` wrote of a refund: all that is needed to ask the bank and to settle, also after a crash. */
export interface BegunRefund {
  merchantId: string
  id: string
  paymentId: string
  amount: bigint
  currency: string
  reason: string | null
  /** The charge that is given back, by the bank's own reference. */
  chargeRef: string
  gatewayKey: string
  createdAt: Date
  /** How long ago it was begun, by the database's clock, in milliseconds. */
  ageMs: number
}

/** The columns of `BegunRefund`, for RETURNING and SELECT. */
export const BEGUN_REFUND: Sql = sql`merchant_id::text AS "merchantId", id::text, payment_id::text AS "paymentId", amount, currency, reason,
  charge_ref AS "chargeRef", gateway_key AS "gatewayKey", created_at AS "createdAt",
  (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS "ageMs"`

export interface RefundChanges {
  gatewayRef?: string
  transactionId?: string
}

/** From which statuses each may be reached; the database keeps the same law (trigger refund_move_is_legal). */
const ORIGINS: Record<Exclude<RefundStatus, 'sending'>, RefundStatus[]> = {
  unknown: ['sending', 'unknown'],
  succeeded: ['sending', 'unknown'],
  failed: ['sending', 'unknown'],
}

/** The write that moves a refund. It touches no row, and so undoes its commit, when the move is not legal. */
export function moveRefund(
  { merchantId, id }: Pick<BegunRefund, 'merchantId' | 'id'>,
  to: keyof typeof ORIGINS,
  settled: RefundChanges = {},
): Write {
  return {
    name: 'refund',
    rows: 1,
    sql: sql`
      UPDATE refund SET status = ${to}, updated_at = now(), gateway_ref = ${settled.gatewayRef ?? null}, transaction_id = ${settled.transactionId ?? null}::uuid
      WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid AND status IN (${joinSql(ORIGINS[to])})
      RETURNING 1`,
  }
}

/** A refund as it is read: what was begun, and how it stands. */
export type RefundRow = Omit<BegunRefund, 'ageMs' | 'chargeRef' | 'gatewayKey'> & {
  status: RefundStatus
  cursor: string
}

/** The refunds of a payment, newest first. Keyset: `after` names the last row of the page before. */
export function listRefunds(
  db: { $queryRaw<T>(query: Sql): PromiseLike<T> },
  merchantId: string,
  page: { paymentId: string; after: { at: string; id: string } | null; limit: number },
): PromiseLike<RefundRow[]> {
  const { after } = page
  return db.$queryRaw<RefundRow[]>(sql`
    SELECT merchant_id::text AS "merchantId", id::text, payment_id::text AS "paymentId", amount, currency, reason, status, created_at AS "createdAt",
      to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor
    FROM refund WHERE merchant_id = ${merchantId}::uuid AND payment_id = ${page.paymentId}::uuid
      AND (${after?.id ?? null}::uuid IS NULL OR (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
    ORDER BY created_at DESC, id DESC LIMIT ${page.limit}`)
}
