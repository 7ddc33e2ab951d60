import { z } from 'zod'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'

/**
 * Counts up to `batch` hours that are over, for the overview and for lists of what is rare, and those counted ones that have changed since. Any
 * number of processes may call it; one of them counts, the others return 0 at once.
 * @returns the number of hours that were not counted before
 */
export async function countHours(db: Db, batch: number): Promise<number> {
  const row = await firstRow(
    db,
    z.strictObject({ counted: z.int() }),
    sql`SELECT count_hours(${batch}::int) AS counted`,
  )
  return row?.counted ?? 0
}

export interface Wanted {
  statuses?: readonly string[] | undefined
  currency?: string | null | undefined
  /** RFC 3339, inclusive. */
  from?: string | null | undefined
  /** RFC 3339, exclusive. */
  until?: string | null | undefined
  /** Older than this payment. */
  after?: { at: string; id: string } | null | undefined
  /** Null: all. */
  limit?: number | null
}

/** No id is below it, so that a bound of this id and an instant is a bound of the instant alone. */
const LOWEST_ID = '00000000-0000-0000-0000-000000000000'

/** Rows with the `id` of each payment that is wanted, the newest `limit`: also where few are among many, without a look at the others. */
export function paymentsThatAre(merchantId: string, wanted: Wanted): Sql {
  return sql`payments_that_are(${merchantId}::uuid, ${boundsOf(wanted)}, ${wanted.limit ?? null}::int)`
}

/**
 * Rows with the `id` of payments that are wanted and have this text in the order's reference, the customer's e-mail or the card's label, in
 * any case of its letters; or whose reference at the bank it is. The newest `limit` are among them, however many payments there are.
 */
export function paymentsWithText(merchantId: string, text: string, wanted: Wanted & { limit: number }): Sql {
  return sql`payments_with_text(${merchantId}::uuid, ${text}::text, ${boundsOf(wanted)}, ${wanted.limit}::int)`
}

/** Arguments: states, currency, from when, before which instant and id. */
function boundsOf({ statuses = [], currency = null, from, until, after }: Wanted): Sql {
  const states = statuses.length > 0 ? sql`${[...statuses]}::text[]` : sql`NULL::text[]`
  const end = sql`${until ?? 'infinity'}::timestamptz`
  const place = sql`${after?.at ?? 'infinity'}::timestamptz`
  return sql`${states}, ${currency}::text, ${from ?? '-infinity'}::timestamptz, least(${end}, ${place}),
    CASE WHEN ${place} < ${end} THEN ${after?.id ?? LOWEST_ID}::uuid ELSE ${LOWEST_ID}::uuid END`
}
