import { z } from 'zod'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'
import { paymentAttempts } from './prevented'
import { surplusPerPayment } from './reconciler/bank-count'

/**
 * Adds up to `batch` committed charges, and up to `batch` committed attempts, to the counts of half hours from which the overview is read (more
 * where one transaction wrote more). Any number of processes may call it; one of them counts, the others return 0 at once.
 * @returns the larger of the two numbers; at least `batch` until everything is counted for the first time
 */
export async function countAttempts(db: Db, batch: number): Promise<number> {
  const row = await firstRow(
    db,
    z.strictObject({ counted: z.int() }),
    sql`SELECT count_attempts(${batch}::int)::float8 AS counted`,
  )
  return row?.counted ?? 0
}

/**
 * Removes attempts of more than 180 days ago that are counted, the oldest of each merchant first; their counts stay. The database refuses to
 * remove any other.
 * @returns how many were removed
 */
export async function forgetAttempts(db: Db, batch: number): Promise<number> {
  const row = await firstRow(
    db,
    z.strictObject({ removed: z.int() }),
    sql`SELECT forget_attempts(${batch}::int)::float8 AS removed`,
  )
  return row?.removed ?? 0
}

/** A merchant's rows in a span of time, and the width of a column of the chart that begins at a multiple of it. */
export interface Period {
  merchantId: string
  from: Date
  until: Date
  columnSeconds: number
}

/** Attempts and charges are counted by half hours; narrower columns are of an hour at most, whose rows are few. */
const COUNTED_SECONDS = 1_800
const isCounted = ({ columnSeconds }: Period) => columnSeconds % COUNTED_SECONDS === 0

/**
 * Subquery: attempts to pay by column (its start), outcome, and the currency of the charge that they prevented ('' where there was none), as
 * `(at, outcome, currency, attempts, presses, amount)`. Amount: of the payment, times the presses.
 */
export function attemptCounts(period: Period): Sql {
  const { merchantId, from, until } = period
  if (isCounted(period))
    return sql`(
      SELECT ${columnOf(period, sql`half_hour`)} AS at, outcome, currency, sum(attempts) AS attempts, sum(presses) AS presses, sum(amount) AS amount
      FROM attempt_counts(${merchantId}::uuid, ${from}::timestamptz, ${until}::timestamptz) GROUP BY 1, 2, 3)`
  return sql`(
    SELECT ${columnOf(period, sql`at`)} AS at, outcome, CASE WHEN prevented THEN currency ELSE '' END AS currency, count(*) AS attempts,
      sum(presses) AS presses, sum(presses * amount) AS amount
    FROM ${paymentAttempts(merchantId, from, until)} a GROUP BY 1, 2, 3)`
}

/** Subquery: charges at the bank, those that it refunded included, by the column in which their payment was made, as `(at, charges)`. */
export function chargeCounts(period: Period): Sql {
  const { merchantId, from, until } = period
  if (isCounted(period))
    return sql`(
      SELECT ${columnOf(period, sql`half_hour`)} AS at, sum(charges) AS charges
      FROM charge_counts(${merchantId}::uuid, ${from}::timestamptz, ${until}::timestamptz) GROUP BY 1)`
  return sql`(
    SELECT ${columnOf(period, sql`created_at`)} AS at, sum((gateway_ref IS NOT NULL)::int + coalesce(s.n, 0)) AS charges
    FROM payment LEFT JOIN ${surplusPerPayment(merchantId)} s ON s.payment_id = payment.id
    WHERE merchant_id = ${merchantId}::uuid AND created_at >= ${from}::timestamptz AND created_at < ${until}::timestamptz GROUP BY 1)`
}

function columnOf({ columnSeconds }: Period, at: Sql): Sql {
  return sql`date_bin(make_interval(secs => ${columnSeconds}), ${at}, 'epoch')`
}
