import { joinSql, sql, type Write } from '@/platform/db'
import { origins, type PaymentStatus } from './payment'

/** What `begin` wrote of a payment: all that is needed to ask the bank and to settle, also after a crash. */
export interface BegunPayment {
  merchantId: string
  id: string
  orderId: string
  amount: bigint
  currency: string
  method: string
  gatewayKey: string
  receiptToken: string
  description: string | null
  metadata: Record<string, string>
  createdAt: Date
  /** How long ago it was begun, by the database's clock, in milliseconds. */
  ageMs: number
}

/** The columns of `BegunPayment`, for RETURNING and SELECT. */
export const BEGUN_COLUMNS = sql`merchant_id::text AS "merchantId", id::text, order_id::text AS "orderId", amount, currency, method,
  gateway_key AS "gatewayKey", receipt_token AS "receiptToken", description, metadata, created_at AS "createdAt",
  (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS "ageMs"`

/** What a move writes beside the status. */
export interface Settled {
  gatewayRef?: string
  cardLabel?: string
  declineCode?: string
  feeMinor?: bigint
}

/** The write that moves a payment. It touches no row, and so undoes its commit, when the move is not legal. */
export function movePayment(
  payment: Pick<BegunPayment, 'merchantId' | 'id'>,
  to: PaymentStatus,
  settled: Settled = {},
): Write {
  return {
    name: 'payment',
    rows: 1,
    sql: sql`
      UPDATE payment SET status = ${to}, updated_at = now(),
        gateway_ref = coalesce(${settled.gatewayRef ?? null}, gateway_ref), card_label = coalesce(${settled.cardLabel ?? null}, card_label),
        decline_code = coalesce(${settled.declineCode ?? null}, decline_code), fee = coalesce(${settled.feeMinor ?? null}::bigint, fee)
      WHERE merchant_id = ${payment.merchantId}::uuid AND id = ${payment.id}::uuid AND status IN (${joinSql(origins(to))})
      RETURNING 1`,
  }
}
