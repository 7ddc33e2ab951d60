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

/** What is asked of a payment's words and amount, beside what `Wanted` asks. */
export interface Sought {
  /** A part of any of its words, in any case of its letters; or the whole of its charge's reference at the bank. */
  text?: string | null | undefined
  /** Beginning of its order's reference. */
  reference?: string | null | undefined
  /** Beginning of its customer's address. */
  email?: string | null | undefined
  /** Last digits of its card. */
  lastFour?: string | null | undefined
  /** An entry of its metadata or of its order's: the key alone, or with its whole value. Letters of any case. */
  metadata?: { key: string; value?: string | undefined } | null | undefined
  /** In minor units of `currency`, which it needs. Both inclusive. */
  lowest?: bigint | null | undefined
  highest?: bigint | null | undefined
}

/** True where a search by words or amounts must look, and counts by hour do not tell. */
export function isSought(sought: Sought): boolean {
  return hasWords(sought) || sought.lowest != null || sought.highest != null
}

export function hasWords(sought: Sought): boolean {
  return Boolean(sought.text) || needlesOf(sought).length > 0
}

/**
 * Rows with the `id` of payments that are wanted and have these words and this amount. The newest `limit` are among them, however many
 * payments there are, and none that does not match. `sought` is not empty (`isSought`).
 */
export function paymentsFound(merchantId: string, sought: Sought, wanted: Wanted & { limit: number }): Sql {
  const { text = null, lowest = null, highest = null } = sought
  const needles = needlesOf(sought)
  const amounts = sql`${lowest ?? LEAST}::bigint, ${highest ?? MOST}::bigint`
  return text || needles.length > 0
    ? sql`payments_found(${merchantId}::uuid, ${text}::text, ${needles}::text[], ${amounts}, ${boundsOf(wanted)}, ${wanted.limit}::int)`
    : sql`payments_of_amount(${merchantId}::uuid, ${amounts}, ${boundsOf(wanted)}, ${wanted.limit}::int)`
}

/** The same in the order of amounts, of one currency; `sought` may be empty. `after`: the last one before. */
export function paymentsByAmount(
  merchantId: string,
  sought: Sought,
  wanted: Omit<Wanted, 'after'> & {
    after: { amount: bigint; id: string } | null
    rising: boolean
    limit: number
  },
): Sql {
  const { statuses = [], currency = null, from, until, after, rising, limit } = wanted
  const what = hasWords(sought)
    ? sql`payments_found_by_amount(${merchantId}::uuid, ${sought.text ?? null}::text, ${needlesOf(sought)}::text[]`
    : sql`payments_by_amount(${merchantId}::uuid`
  return sql`${what}, ${sought.lowest ?? null}::bigint, ${sought.highest ?? null}::bigint, ${statesOf(statuses)}, ${currency}::text,
    ${from ?? '-infinity'}::timestamptz, ${until ?? 'infinity'}::timestamptz, ${after?.amount ?? null}::bigint, ${after?.id ?? null}::uuid, ${rising}, ${limit}::int)`
}

const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n]

/** How the words of a payment stand in its copy: `payment_words` of 0068_search_words. */
const MARK = { reference: '\x01', email: '\x02', afterCard: '\x04', entry: '\x05' }

function needlesOf({ reference, email, lastFour, metadata }: Sought): string[] {
  return [
    ...(reference ? [`${MARK.reference}${reference}`] : []),
    ...(email ? [`${MARK.email}${email}`] : []),
    ...(lastFour ? [`${lastFour}${MARK.afterCard}`] : []),
    ...(metadata
      ? [
          metadata.value === undefined
            ? `${MARK.entry}${metadata.key}=`
            : `${MARK.entry}${metadata.key}=${metadata.value}${MARK.entry}`,
        ]
      : []),
  ]
}

/** Arguments: states, currency, from when, before which instant and id. */
function boundsOf({ statuses = [], currency = null, from, until, after }: Wanted): Sql {
  const end = sql`${until ?? 'infinity'}::timestamptz`
  const place = sql`${after?.at ?? 'infinity'}::timestamptz`
  return sql`${statesOf(statuses)}, ${currency}::text, ${from ?? '-infinity'}::timestamptz, least(${end}, ${place}),
    CASE WHEN ${place} < ${end} THEN ${after?.id ?? LOWEST_ID}::uuid ELSE ${LOWEST_ID}::uuid END`
}

function statesOf(statuses: readonly string[]): Sql {
  return statuses.length > 0 ? sql`${[...statuses]}::text[]` : sql`NULL::text[]`
}
