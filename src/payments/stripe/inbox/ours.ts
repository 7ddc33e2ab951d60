import { z } from 'zod'
import { PAYMENT_STATUSES } from '@/payments/payment'
import { REFUND_STATUSES } from '@/payments/refund-store'
import { type Db, firstRow, sql } from '@/platform/db'

/** What our books say of the payments and refunds that events are about. */

const paymentRow = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  recordId: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  amount: z.bigint(),
  currency: z.string(),
  gatewayRef: z.string().nullable(),
})
export type OurPayment = z.infer<typeof paymentRow>

export function paymentOfKey(db: Db, key: string): Promise<OurPayment | null> {
  return firstRow(
    db,
    paymentRow,
    sql`
      SELECT merchant_id::text AS "merchantId", id::text, record_id AS "recordId", status, amount, currency, gateway_ref AS "gatewayRef"
      FROM payment WHERE gateway_key = ${key}`,
  )
}

const refundRow = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  recordId: z.string(),
  status: z.enum(REFUND_STATUSES),
  amount: z.bigint(),
  currency: z.string(),
  gatewayRef: z.string().nullable(),
})
export type OurRefund = z.infer<typeof refundRow>

export function refundOfKey(db: Db, key: string): Promise<OurRefund | null> {
  return firstRow(
    db,
    refundRow,
    sql`
      SELECT merchant_id::text AS "merchantId", id::text, record_id AS "recordId", status, amount, currency,
        gateway_ref AS "gatewayRef"
      FROM refund WHERE gateway_key = ${key}`,
  )
}
