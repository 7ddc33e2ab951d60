import { addDays, dayIn, isDay, isZone, monthOf } from '@/lib/day'
import type { SearchParams } from '../list/search-params'

/** Days of a zone, both inclusive, as the server takes them. Without `first`: from the first entry on. */
export interface DaysQuery {
  first?: string
  last?: string
  zone: string
}

/** Days as they stand in an address. */
export interface DaysInAddress {
  first: string | null
  last: string | null
  zone: string | null
}

/** The days of an address, or else the month that goes on. @param zone of the reader, unless the address names one */
export function daysQuery(days: DaysInAddress, zone: string, now: Date): DaysQuery {
  const name = days.zone !== null && isZone(days.zone) ? days.zone : zone
  const [first, last] = [known(days.first), known(days.last)]
  if (first === null && last === null) return { ...monthOf(dayIn(now, name)), zone: name }
  const end = first !== null && last !== null && last < first ? first : last
  return { ...(first === null ? {} : { first }), ...(end === null ? {} : { last: end }), zone: name }
}

function known(day: string | null): string | null {
  return day !== null && isDay(day) ? day : null
}

/** The same from an address as Next passes it. */
export function daysInAddress(search: SearchParams): DaysInAddress {
  const text = (value: string | string[] | undefined) => (typeof value === 'string' ? value : null)
  return { first: text(search.first), last: text(search.last), zone: text(search.zone) }
}

/** Periods that are one press away, of the zone's today. */
export function presets(today: string): { word: string; first: string | null; last: string }[] {
  const year = (number: number) => ({ first: `${number}-01-01`, last: `${number}-12-31` })
  const now = Number(today.slice(0, 4))
  return [
    { word: 'This month', ...monthOf(today) },
    { word: 'Last month', ...monthOf(today, -1) },
    { word: 'This year', ...year(now) },
    { word: 'Last year', ...year(now - 1) },
    { word: 'Yesterday', first: addDays(today, -1), last: addDays(today, -1) },
    { word: 'Everything', first: null, last: today },
  ]
}

/** *1 Nov 2026 to 30 Nov 2026*, or *up to 30 Nov 2026*. */
export function daysSentence({ first, last }: Omit<DaysQuery, 'zone'>): string {
  const day = (text: string) =>
    new Intl.DateTimeFormat('en-GB', {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      timeZone: 'UTC',
    }).format(new Date(`${text}T00:00:00Z`))
  if (first && last) return first === last ? day(first) : `${day(first)} to ${day(last)}`
  if (first) return `from ${day(first)} on`
  return last ? `up to ${day(last)}` : 'up to now'
}
