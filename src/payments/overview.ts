import { z } from 'zod'
import { type Db, firstRow, rows, sql } from '@/platform/db'
import { attemptCounts, chargeCounts, type Period } from './attempt-counts'
import { paymentsThatAre } from './counted'

/** Ranges of the overview, and the width of a column of its chart: some 50 columns each, at round clock times. */
export const RANGES = {
  '1h': { seconds: 3_600, bucketSeconds: 60 },
  '24h': { seconds: 86_400, bucketSeconds: 1_800 },
  '7d': { seconds: 604_800, bucketSeconds: 14_400 },
  '30d': { seconds: 2_592_000, bucketSeconds: 43_200 },
} as const

export type Range = keyof typeof RANGES

const bucket = z.strictObject({
  at: z.date(),
  executed: z.int(),
  replayed: z.int(),
  joined: z.int(),
  rejected: z.int(),
  ambiguous: z.int(),
  recovered: z.int(),
  /** Presses that the page held back. */
  held: z.int(),
  /** Repeats of payments that were not charged; `replayed`, `joined` and `held` are those of payments that were. */
  again: z.int(),
  /** At the bank, those that it refunded included. */
  charges: z.int(),
})
/** One column of the chart: attempts to pay by outcome, and charges. */
export type Bucket = z.infer<typeof bucket>

/** Succeeded payments of one currency; `amount` in its minor units. */
export interface Volume {
  currency: string
  amount: bigint
  payments: number
}

const paymentTotals = z.strictObject({
  currency: z.string(),
  /** A sum, as text: a sum of BIGINTs may exceed a BIGINT, and a cast would fail the whole query. */
  amount: z.string(),
  payments: z.int(),
  succeeded: z.int(),
  failed: z.int(),
})
const attemptTotals = z.strictObject({
  /** Of the charges that were prevented; empty for all other attempts. */
  currency: z.string(),
  requests: z.int(),
  repeats: z.int(),
  amount: z.string(),
})
const clockRow = z.strictObject({ now: z.date(), until: z.date() })
const standing = z.strictObject({ ambiguous: z.int(), any: z.boolean() })

/** The numbers of one period. */
export interface Totals {
  payments: number
  succeeded: number
  /** Declined, or known not to have been charged. */
  failed: number
  /** Repeats of payments that were charged: replays, joined requests, and presses that the page held back. */
  prevented: number
  /** Requests to pay. */
  requests: number
  volume: Volume[]
  /** Money protected: each prevented repeat, times the amount of its payment. */
  protected: { currency: string; amount: bigint }[]
}

export interface Overview {
  now: Date
  from: Date
  bucketSeconds: number
  /** Null, here and below: this one could not be read. */
  buckets: Bucket[] | null
  current: Totals | null
  previous: Totals | null
  /** Payments whose outcome is not known, of any age. Must be 0 at rest. */
  ambiguous: number | null
  /** This merchant has had a payment, as far as we know. */
  any: boolean
}

/** Reads one figure: gives null, and reports it, when that one cannot be read and others may be. */
export type ReadFigure = <Value>(name: string, read: Promise<Value>) => Promise<Value | null>

/** The numbers of the overview: what counting the rows of the lists would give. Times are by the database's clock. */
export async function overview(
  db: Db,
  merchantId: string,
  range: Range,
  figure: ReadFigure = (_, read) => read,
): Promise<Overview> {
  const { seconds, bucketSeconds } = RANGES[range]
  const clock = await readClock(db, seconds, bucketSeconds)
  const now: Period = { merchantId, from: clock.from, until: clock.until, columnSeconds: bucketSeconds }
  const before: Period = { ...now, from: new Date(clock.from.getTime() - seconds * 1000), until: clock.from }
  const [buckets, current, previous, standing] = await Promise.all([
    figure('buckets', readBuckets(db, now)),
    figure('current', readTotals(db, now)),
    figure('previous', readTotals(db, before)),
    figure('standing', readStanding(db, merchantId)),
  ])
  return {
    now: clock.now,
    from: clock.from,
    bucketSeconds,
    buckets,
    current,
    previous,
    ambiguous: standing?.ambiguous ?? null,
    any: standing?.any ?? true,
  }
}

async function readClock(
  db: Db,
  seconds: number,
  bucketSeconds: number,
): Promise<{ now: Date; from: Date; until: Date }> {
  const clock = await firstRow(
    db,
    clockRow,
    sql`
      SELECT now() AS now, date_bin(make_interval(secs => ${bucketSeconds}), now(), 'epoch') + make_interval(secs => ${bucketSeconds}) AS until`,
  )
  if (!clock) throw new Error('the database returned no time')
  return { ...clock, from: new Date(clock.until.getTime() - seconds * 1000) }
}

function readBuckets(db: Db, period: Period): Promise<Bucket[]> {
  const { from, until, columnSeconds } = period
  return rows(
    db,
    bucket,
    sql`
      WITH columns AS (
        SELECT at FROM generate_series(${from}::timestamptz, ${until}::timestamptz - interval '1 second', make_interval(secs => ${columnSeconds})) at),
      attempts AS (
        SELECT at, CASE WHEN outcome IN ('replayed', 'joined', 'held') AND currency = '' THEN 'again' ELSE outcome END AS outcome, attempts AS n, presses
        FROM ${attemptCounts(period)} a)
      SELECT c.at,
        coalesce(sum(a.n) FILTER (WHERE outcome = 'executed'), 0)::float8 AS executed, coalesce(sum(a.n) FILTER (WHERE outcome = 'replayed'), 0)::float8 AS replayed,
        coalesce(sum(a.n) FILTER (WHERE outcome = 'joined'), 0)::float8 AS joined, coalesce(sum(a.n) FILTER (WHERE outcome = 'rejected'), 0)::float8 AS rejected,
        coalesce(sum(a.n) FILTER (WHERE outcome = 'ambiguous'), 0)::float8 AS ambiguous,
        coalesce(sum(a.n) FILTER (WHERE outcome = 'recovered'), 0)::float8 AS recovered, coalesce(sum(a.presses) FILTER (WHERE outcome = 'held'), 0)::float8 AS held,
        coalesce(sum(a.presses) FILTER (WHERE outcome = 'again'), 0)::float8 AS again,
        coalesce(max(charged.charges), 0)::float8 AS charges
      FROM columns c LEFT JOIN attempts a ON a.at = c.at LEFT JOIN ${chargeCounts(period)} charged ON charged.at = c.at
      GROUP BY c.at ORDER BY c.at`,
  )
}

async function readTotals(db: Db, period: Period): Promise<Totals> {
  const { merchantId, from, until } = period
  const [payments, attempts] = await Promise.all([
    rows(
      db,
      paymentTotals,
      sql`
        SELECT currency, sum(payments)::float8 AS payments, coalesce(sum(payments) FILTER (WHERE status = 'succeeded'), 0)::float8 AS succeeded,
          coalesce(sum(payments) FILTER (WHERE status IN ('declined', 'not_charged')), 0)::float8 AS failed,
          coalesce(sum(amount) FILTER (WHERE status = 'succeeded'), 0)::text AS amount
        FROM payment_counts(${merchantId}::uuid, ${from}::timestamptz, ${until}::timestamptz)
        GROUP BY currency ORDER BY succeeded DESC, currency`,
    ),
    rows(
      db,
      attemptTotals,
      sql`
        SELECT currency, coalesce(sum(attempts) FILTER (WHERE outcome NOT IN ('held', 'recovered')), 0)::float8 AS requests,
          sum(presses)::float8 AS repeats, coalesce(sum(amount), 0)::text AS amount
        FROM ${attemptCounts(period)} a GROUP BY currency ORDER BY repeats DESC, currency`,
    ),
  ])
  const sum = (of: 'payments' | 'succeeded' | 'failed') => payments.reduce((total, row) => total + row[of], 0)
  const saved = attempts.filter(({ currency }) => currency !== '')
  return {
    payments: sum('payments'),
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    prevented: saved.reduce((total, { repeats }) => total + repeats, 0),
    requests: attempts.reduce((total, { requests }) => total + requests, 0),
    volume: payments
      .filter((row) => row.succeeded > 0)
      .map(({ currency, amount, succeeded }) => ({ currency, amount: BigInt(amount), payments: succeeded })),
    protected: saved.map(({ currency, amount }) => ({ currency, amount: BigInt(amount) })),
  }
}

async function readStanding(db: Db, merchantId: string): Promise<{ ambiguous: number; any: boolean }> {
  const row = await firstRow(
    db,
    standing,
    sql`
      SELECT (SELECT count(*)::float8 FROM ${paymentsThatAre(merchantId, { statuses: ['unknown'] })}) AS ambiguous,
        EXISTS (SELECT FROM payment WHERE merchant_id = ${merchantId}::uuid) AS any`,
  )
  return row ?? { ambiguous: 0, any: false }
}
