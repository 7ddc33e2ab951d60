import { z } from 'zod'
import { cursorOf, type Db, rows, type Sql, sql } from '@/platform/db'
import { MOVEMENT_KINDS } from '../gateway'

export const MOVEMENT_STATES = ['matched', 'explained', 'open', 'difference'] as const

/** Which movements: `from` inclusive, `until` exclusive, as RFC 3339. */
export interface MovementFilter {
  from?: string | undefined
  until?: string | undefined
  currency?: string | undefined
  state?: (typeof MOVEMENT_STATES)[number] | undefined
}

const movementRow = z.strictObject({
  gateway: z.string(),
  ref: z.string(),
  kind: z.enum(MOVEMENT_KINDS),
  /** In minor units, signed. */
  amount: z.bigint(),
  fee: z.bigint(),
  currency: z.string(),
  subjectRef: z.string().nullable(),
  at: z.date(),
  state: z.enum(MOVEMENT_STATES),
  rule: z.string(),
  paymentId: z.string().nullable(),
  refundId: z.string().nullable(),
  transactionId: z.string().nullable(),
  /** Position in the list: `cursorOf` the time, and the reference. */
  cursor: z.string(),
})
export type MovementRow = z.infer<typeof movementRow>

/** A merchant's movements, newest first. Keyset: `after` is the last row of the page before. */
export function listMovementRows(
  db: Db,
  merchantId: string,
  filter: MovementFilter,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
): Promise<MovementRow[]> {
  return rows(
    db,
    movementRow,
    sql`
      SELECT gateway, ref, kind, amount, fee, currency, subject_ref AS "subjectRef", happened_at AS at, state, rule,
        payment_id::text AS "paymentId", refund_id::text AS "refundId", transaction_id::text AS "transactionId",
        ${cursorOf(sql`happened_at`)} AS cursor
      FROM bank_movement WHERE ${chosen(merchantId, filter)}
        AND (${after?.id ?? null}::text IS NULL OR (happened_at, ref) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::text))
      ORDER BY happened_at DESC, ref DESC LIMIT ${limit}`,
  )
}

const sumRow = z.strictObject({
  currency: z.string(),
  state: z.enum(MOVEMENT_STATES),
  count: z.int(),
  /** What the movements do to the bank's debt, in minor units, as text: a sum may be beyond any integer of JSON. */
  net: z.string(),
})
export type MovementSum = z.infer<typeof sumRow>

/** How many movements there are of each currency and state, and their sum. */
export function movementSums(db: Db, merchantId: string, filter: MovementFilter): Promise<MovementSum[]> {
  return rows(
    db,
    sumRow,
    sql`
      SELECT currency, state, count(*)::int AS count, sum(amount - fee)::text AS net
      FROM bank_movement WHERE ${chosen(merchantId, filter)} GROUP BY currency, state ORDER BY currency, state`,
  )
}

function chosen(merchantId: string, { from, until, currency, state }: MovementFilter): Sql {
  return sql`merchant_id = ${merchantId}::uuid
    AND happened_at >= ${from ?? '-infinity'}::timestamptz AND happened_at < ${until ?? 'infinity'}::timestamptz
    AND (${currency ?? null}::text IS NULL OR currency = ${currency ?? null}::text)
    AND (${state ?? null}::text IS NULL OR state = ${state ?? null}::text)`
}
