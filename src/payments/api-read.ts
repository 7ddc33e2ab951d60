import { type Db, joinSql, type Sql, sql } from '@/platform/db'
import type { PaymentStatus } from './payment'
import { ACTION_URL } from './store'

/** A payment as programs read it: how it stands, without the story of its attempts. */
export interface PaymentForApi {
  id: string
  orderId: string
  status: PaymentStatus
  amount: bigint
  currency: string
  method: string
  cardLabel: string | null
  declineCode: string | null
  refundedAmount: bigint
  description: string | null
  metadata: Record<string, string>
  receiptToken: string
  createdAt: Date
}

export interface PaymentApiRow extends PaymentForApi {
  /** The bank's URL at which the shopper confirms; null unless the payment is `requires_action`. */
  actionUrl: string | null
  /** Where it stands in the list, to the microsecond. */
  cursor: string
}

export interface PaymentApiFilter {
  status?: PaymentStatus | null
  /** RFC 3339, both exclusive. */
  createdAfter?: string | null
  createdBefore?: string | null
  after?: { at: string; id: string } | null
  limit: number
}

/** A merchant's payments, newest first. Keyset: `after` names the last row of the page before. */
export function listPaymentsForApi(
  db: Db,
  merchantId: string,
  filter: PaymentApiFilter,
): Promise<PaymentApiRow[]> {
  const { status, createdAfter, createdBefore, after } = filter
  return select(
    db,
    [
      sql`p.merchant_id = ${merchantId}::uuid`,
      ...(status ? [sql`p.status = ${status}`] : []),
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
  return db.$queryRaw<PaymentApiRow[]>(sql`
    SELECT p.id::text, p.order_id::text AS "orderId", p.status, p.amount, p.currency, p.method, p.card_label AS "cardLabel", p.decline_code AS "declineCode",
      p.refunded_amount AS "refundedAmount", p.description, p.metadata, p.receipt_token AS "receiptToken", ${ACTION_URL} AS "actionUrl", p.created_at AS "createdAt",
      to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor
    FROM payment p
    WHERE ${joinSql(conditions, ' AND ')}
    ORDER BY p.created_at DESC, p.id DESC LIMIT ${limit}`)
}
