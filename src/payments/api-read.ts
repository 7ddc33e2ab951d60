import { z } from 'zod'
import { cursorOf, type Db, joinSql, rows, type Sql, sql } from '@/platform/db'
import { paymentsThatAre } from './counted'
import { PAYMENT_STATUSES, type PaymentStatus } from './payment'
import { ACTION_URL } from './store'

const paymentForApi = {
  id: z.string(),
  orderId: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  /** In minor units of `currency`, as all amounts here. */
  amount: z.bigint(),
  /** What the bank had reserved, where less of it was captured; null: the amount. */
  authorisedAmount: z.bigint().nullable(),
  currency: z.string(),
  method: z.string(),
  cardLabel: z.string().nullable(),
  declineCode: z.string().nullable(),
  refundedAmount: z.bigint(),
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  receiptToken: z.string(),
  createdAt: z.date(),
  /** Of a payment that was authorised; null: it never was. */
  captureBefore: z.date().nullable(),
}
/** A payment as programs read it: its state, without the story of its attempts. */
export interface PaymentForApi extends z.infer<z.ZodObject<typeof paymentForApi>> {}

const paymentApiRow = z.strictObject({
  ...paymentForApi,
  /** The bank's URL at which the shopper confirms; null unless the payment is `requires_action`. */
  actionUrl: z.string().nullable(),
  /** Position in the list: `cursorOf` the time of creation. */
  cursor: z.string(),
})
export type PaymentApiRow = z.infer<typeof paymentApiRow>

export interface PaymentApiFilter {
  status?: PaymentStatus | null
  /** RFC 3339, both exclusive. */
  createdAfter?: string | null
  createdBefore?: string | null
  after?: { at: string; id: string } | null
  limit: number
}

/** A merchant's payments, newest first. Keyset: `after` is the last row of the page before. */
export function listPaymentsForApi(
  db: Db,
  merchantId: string,
  filter: PaymentApiFilter,
): Promise<PaymentApiRow[]> {
  const { status, createdAfter, createdBefore, after, limit } = filter
  // Few may be of a state, and the newest of them long ago.
  const wanted =
    status &&
    paymentsThatAre(merchantId, {
      statuses: [status],
      from: createdAfter,
      until: createdBefore,
      after,
      limit,
    })
  return select(
    db,
    [
      sql`p.merchant_id = ${merchantId}::uuid`,
      ...(wanted ? [sql`p.status = ${status} AND p.id = ANY (ARRAY(SELECT id FROM ${wanted}))`] : []),
      ...(createdAfter ? [sql`p.created_at > ${createdAfter}::timestamptz`] : []),
      ...(createdBefore ? [sql`p.created_at < ${createdBefore}::timestamptz`] : []),
      ...(after ? [sql`(p.created_at, p.id) < (${after.at}::timestamptz, ${after.id}::uuid)`] : []),
    ],
    filter.limit,
  )
}

export async function findPaymentForApi(
  db: Db,
  merchantId: string,
  id: string,
): Promise<PaymentApiRow | null> {
  const [row] = await select(db, [sql`p.merchant_id = ${merchantId}::uuid AND p.id = ${id}::uuid`], 1)
  return row ?? null
}

function select(db: Db, conditions: Sql[], limit: number): Promise<PaymentApiRow[]> {
  return rows(
    db,
    paymentApiRow,
    sql`
      SELECT p.id::text, p.order_id::text AS "orderId", p.status, p.amount, p.authorised_amount AS "authorisedAmount", p.currency, p.method, p.card_label AS "cardLabel",
        p.decline_code AS "declineCode", p.refunded_amount AS "refundedAmount", p.description, p.metadata,
        p.receipt_token AS "receiptToken", ${ACTION_URL} AS "actionUrl", p.created_at AS "createdAt", a.capture_before AS "captureBefore",
        ${cursorOf(sql`p.created_at`)} AS cursor
      FROM payment p LEFT JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
      WHERE ${joinSql(conditions, ' AND ')}
      ORDER BY p.created_at DESC, p.id DESC LIMIT ${limit}`,
  )
}
