import { instantOf, wallTime, type Zone } from '@/lib/wall-time'
import { choiceParam, timeParam } from './search-params'

/** Periods that move with the clock, by the reader's days. */
export const PERIODS = {
  '30min': 'Last 30 minutes',
  today: 'Today',
  yesterday: 'Yesterday',
  '7d': 'Last 7 days',
  month: 'This month',
  'last-month': 'Last month',
} as const

export type PeriodName = keyof typeof PERIODS
export const PERIOD_NAMES = Object.keys(PERIODS) as PeriodName[]

/** A recent period begins at a round time, so that a list which is read again is the same list for a while. */
const ROUND_MS = 5 * 60_000

export interface Bounds {
  /** RFC 3339. */
  from: string
  /** Exclusive; null: now. */
  until: string | null
}

/** What an address says of time: a period by its name, which counts first, or two instants. */
export type PeriodFilters = Record<'when' | 'from' | 'until', string | null>

/** The reader's clock: what "today" is. */
export interface ReaderClock {
  /** In ms since 1970. */
  now: number
  zone: Zone
}

/** Pure. The times that the filters mean; the end is exclusive. What cannot be read is left out. */
export function timesOf({ when, from, until }: PeriodFilters, { now, zone }: ReaderClock) {
  const name = choiceParam(PERIOD_NAMES, when ?? undefined)
  if (!name) return { from: timeParam(from ?? undefined), until: timeParam(until ?? undefined) }
  const bounds = boundsOfPeriod(name, now, zone)
  return { from: bounds.from, until: bounds.until ?? undefined }
}

/** Pure. @param now in ms since 1970 */
export function boundsOfPeriod(name: PeriodName, now: number, zone: Zone): Bounds {
  const [year = 0, month = 0, day = 0] = wallTime(new Date(now).toISOString(), zone)
    .slice(0, 10)
    .split('-')
    .map(Number)
  const midnight = (days: number) => iso(instantOf({ year, month: month - 1, day: day + days }, zone))
  const firstOf = (months: number) => iso(instantOf({ year, month: month - 1 + months, day: 1 }, zone))
  switch (name) {
    case '30min':
      return {
        from: new Date(Math.floor((now - 1_800_000) / ROUND_MS) * ROUND_MS).toISOString(),
        until: null,
      }
    case 'today':
      return { from: midnight(0), until: null }
    case 'yesterday':
      return { from: midnight(-1), until: midnight(0) }
    case '7d':
      return { from: midnight(-6), until: null }
    case 'month':
      return { from: firstOf(0), until: null }
    case 'last-month':
      return { from: firstOf(-1), until: firstOf(0) }
  }
}

function iso(date: Date | null): string {
  return (date ?? new Date(0)).toISOString()
}
