import { z } from 'zod'
import { type Db, rows, sql } from '@/platform/db'
import { attemptCounts, chargeCounts, type Period } from './attempt-counts'

const paymentTotals = z.strictObject({
  /** Of the period itself, or of the one before. */
  current: z.boolean(),
  currency: z.string(),
  /** A sum, as text: a sum of BIGINTs may exceed a BIGINT, and a cast would fail the whole query. */
  amount: z.string(),
  payments: z.int(),
  succeeded: z.int(),
  failed: z.int(),
})
export type PaymentTotals = z.infer<typeof paymentTotals>
const attemptTotals = z.strictObject({
  /** Start of the column; null: of the period before, which has no chart. */
  at: z.date().nullable(),
  outcome: z.string(),
  /** Of the charges that were prevented; empty for all other attempts. */
  currency: z.string(),
  attempts: z.int(),
  presses: z.int(),
  /** As text, like the sums of payments. */
  amount: z.string(),
})
export type AttemptTotals = z.infer<typeof attemptTotals>
const chargeTotals = z.strictObject({ at: z.date(), charges: z.int() })
export type ChargeTotals = z.infer<typeof chargeTotals>
/** Attempts by column, outcome and currency; and, in one sum, those since `since`. Read once for the chart and for all totals. */
export function readAttempts(db: Db, period: Period, since: Date): Promise<AttemptTotals[]> {
  return rows(
    db,
    attemptTotals,
    sql`
      SELECT CASE WHEN at >= ${period.from}::timestamptz THEN at END AS at, outcome, currency, sum(attempts)::float8 AS attempts,
        sum(presses)::float8 AS presses, coalesce(sum(amount), 0)::text AS amount
      FROM ${attemptCounts({ ...period, from: since })} a GROUP BY 1, 2, 3`,
  )
}

export function readCharges(db: Db, period: Period): Promise<ChargeTotals[]> {
  return rows(db, chargeTotals, sql`SELECT at, charges::float8 AS charges FROM ${chargeCounts(period)} c`)
}

export function readPayments(
  db: Db,
  { merchantId, from, until }: Period,
  since: Date,
): Promise<PaymentTotals[]> {
  const counts = (begin: Date, end: Date) =>
    sql`payment_counts(${merchantId}::uuid, ${begin}::timestamptz, ${end}::timestamptz)`
  return rows(
    db,
    paymentTotals,
    sql`
      SELECT current, currency, sum(payments)::float8 AS payments, coalesce(sum(payments) FILTER (WHERE status = 'succeeded'), 0)::float8 AS succeeded,
        coalesce(sum(payments) FILTER (WHERE status IN ('declined', 'not_charged')), 0)::float8 AS failed,
        coalesce(sum(amount) FILTER (WHERE status = 'succeeded'), 0)::text AS amount
      FROM (
        SELECT true AS current, * FROM ${counts(from, until)} UNION ALL SELECT false, * FROM ${counts(since, from)}) counted
      GROUP BY current, currency ORDER BY succeeded DESC, currency`,
  )
}
