import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'
import type { Period } from './attempt-counts'
import { paymentsThatAre } from './counted'
import {
  type AttemptTotals,
  type ChargeTotals,
  type PaymentTotals,
  readAttempts,
  readCharges,
  readPayments,
} from './overview-rows'

/** Ranges of the overview, and the width of a column of its chart: some 50 columns each, at round clock times. */
export const RANGES = {
  '1h': { seconds: 3_600, bucketSeconds: 60 },
  '24h': { seconds: 86_400, bucketSeconds: 1_800 },
  '7d': { seconds: 604_800, bucketSeconds: 14_400 },
  '30d': { seconds: 2_592_000, bucketSeconds: 43_200 },
} as const

export type Range = keyof typeof RANGES

/** One column of the chart: attempts to pay by outcome, and charges. */
export interface Bucket {
  at: Date
  executed: number
  replayed: number
  joined: number
  rejected: number
  ambiguous: number
  recovered: number
  /** Presses that the page held back. */
  held: number
  /** Repeats of payments that were not charged; `replayed`, `joined` and `held` are those of payments that were. */
  again: number
  /** At the bank, those that it refunded included. */
  charges: number
}

/** Succeeded payments of one currency; `amount` in its minor units. */
export interface Volume {
  currency: string
  amount: bigint
  payments: number
}

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
  const since = new Date(clock.from.getTime() - seconds * 1000)
  const [attempts, charges, payments, standing] = await Promise.all([
    figure('attempts', readAttempts(db, now, since)),
    figure('charges', readCharges(db, now)),
    figure('payments', readPayments(db, now, since)),
    figure('standing', readStanding(db, merchantId)),
  ])
  const totals = (current: boolean) => attempts && payments && totalsOf(payments, attempts, current)
  return {
    now: clock.now,
    from: clock.from,
    bucketSeconds,
    buckets: attempts && charges && bucketsOf(now, attempts, charges),
    current: totals(true),
    previous: totals(false),
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

const REPEATS: ReadonlySet<string> = new Set(['replayed', 'joined', 'held'])

/** The chart's columns, those without an attempt too. */
function bucketsOf(
  { from, until, columnSeconds }: Period,
  attempts: readonly AttemptTotals[],
  charges: readonly ChargeTotals[],
): Bucket[] {
  const columns = new Map<number, Bucket>()
  for (let at = from.getTime(); at < until.getTime(); at += columnSeconds * 1000)
    columns.set(at, { ...NO_ATTEMPTS, at: new Date(at) })
  for (const { at, outcome, currency, attempts: count, presses } of attempts) {
    const column = at && columns.get(at.getTime())
    if (!column) continue
    if (REPEATS.has(outcome) && currency === '') column.again += presses
    else if (outcome === 'held') column.held += presses
    else if (isRequest(outcome)) column[outcome] += count
  }
  for (const { at, charges: count } of charges) {
    const column = columns.get(at.getTime())
    if (column) column.charges += count
  }
  return [...columns.values()]
}

/** Counted by attempts, where presses that were held back are counted by presses. */
const REQUESTS = { executed: 0, replayed: 0, joined: 0, rejected: 0, ambiguous: 0, recovered: 0 }
const NO_ATTEMPTS = { ...REQUESTS, held: 0, again: 0, charges: 0 }
const isRequest = (outcome: string): outcome is keyof typeof REQUESTS => Object.hasOwn(REQUESTS, outcome)

function totalsOf(
  allPayments: readonly PaymentTotals[],
  allAttempts: readonly AttemptTotals[],
  current: boolean,
): Totals {
  const payments = allPayments.filter((row) => row.current === current)
  const attempts = allAttempts.filter(({ at }) => (at !== null) === current)
  const sum = (of: 'payments' | 'succeeded' | 'failed') => payments.reduce((total, row) => total + row[of], 0)
  const saved = attempts.filter(({ currency }) => currency !== '')
  return {
    payments: sum('payments'),
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    prevented: saved.reduce((total, { presses }) => total + presses, 0),
    requests: attempts.reduce(
      (total, { outcome, attempts: count }) =>
        total + (outcome === 'held' || outcome === 'recovered' ? 0 : count),
      0,
    ),
    volume: payments
      .filter((row) => row.succeeded > 0)
      .map(({ currency, amount, succeeded }) => ({ currency, amount: BigInt(amount), payments: succeeded })),
    protected: protectedIn(saved),
  }
}

/** What was not charged a second time, by currency: the one with most repeats first. */
function protectedIn(saved: readonly AttemptTotals[]): Totals['protected'] {
  const sums = new Map<string, { currency: string; amount: bigint; repeats: number }>()
  for (const { currency, amount, presses } of saved) {
    const sum = sums.get(currency) ?? { currency, amount: 0n, repeats: 0 }
    sums.set(currency, {
      currency,
      amount: sum.amount + BigInt(amount),
      repeats: sum.repeats + presses,
    })
  }
  return [...sums.values()]
    .toSorted((a, b) => b.repeats - a.repeats || (a.currency < b.currency ? -1 : 1))
    .map(({ currency, amount }) => ({ currency, amount }))
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
