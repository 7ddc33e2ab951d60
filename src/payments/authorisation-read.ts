import { z } from 'zod'
import { isParked } from '@/idempotency/stores/read'
import { type Db, firstRow, sql } from '@/platform/db'

const endRow = z.strictObject({
  kind: z.enum(['capture', 'void', 'expiry']),
  /** What was to be captured, in minor units; null: the whole, or nothing. An amount of one payment is exact as a number. */
  amount: z.int().nullable(),
  status: z.enum(['sending', 'unknown', 'captured', 'released']),
  recordId: z.string(),
  /** The bank's answer cannot be booked, and nobody asks it any more. */
  parked: z.boolean(),
  /** RFC 3339, in JSON. */
  askedAt: z.string(),
  /** Null: the bank has not said yet. */
  endedAt: z.string().nullable(),
  /** Who asked for it (`Actor`); null: the worker did. */
  actor: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
})

const authorisationRow = z.strictObject({
  authorisedAt: z.date(),
  captureBefore: z.date(),
  /** The merchant's own account at the bank; null: the installation's gateway. */
  gatewayAccount: z.string().nullable(),
  end: endRow.nullable(),
})
export type PaymentAuthorisation = z.infer<typeof authorisationRow>

/** What the bank has reserved for a payment, and the capture or void that was asked for. Null: nothing was ever reserved. */
export function authorisationOf(
  db: Db,
  merchantId: string,
  paymentId: string,
): Promise<PaymentAuthorisation | null> {
  return firstRow(
    db,
    authorisationRow,
    sql`
      SELECT a.created_at AS "authorisedAt", a.capture_before AS "captureBefore", p.gateway_account AS "gatewayAccount",
        CASE WHEN e.id IS NOT NULL THEN json_build_object('kind', e.kind, 'amount', e.amount, 'status', e.status, 'recordId', e.record_id,
          'parked', ${isParked(sql`e.merchant_id`, sql`e.record_id`)}, 'askedAt', e.created_at,
          'endedAt', CASE WHEN e.status IN ('captured', 'released') THEN e.updated_at END,
          'actor', e.actor, 'address', e.address, 'requestId', e.request_id) END AS "end"
      FROM authorisation a JOIN payment p ON (p.merchant_id, p.id) = (a.merchant_id, a.payment_id)
      LEFT JOIN authorisation_end e ON (e.merchant_id, e.payment_id) = (a.merchant_id, a.payment_id)
      WHERE a.merchant_id = ${merchantId}::uuid AND a.payment_id = ${paymentId}::uuid`,
  )
}
