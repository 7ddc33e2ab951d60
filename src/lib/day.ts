/** Days of a calendar in a time zone (IANA name): where they begin, and how an instant reads there. Pure, but for the zones that Intl knows. */

const DAY_MS = 86_400_000
/** 15 minutes: every zone's offset from UTC is a multiple of it since 1900, and changes at such an instant, but for those of long ago. */
const SLOT_MS = 900_000

/** A name such as `Europe/Berlin` or `UTC`. Not an offset: `+02:00` says nothing of summer and winter. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
  } catch {
    return false
  }
}

/** True for a date of the calendar, as `2026-11-30`, of the years 1970 to 2999. */
export function isDay(day: string): boolean {
  if (!/^(19[7-9]\d|2\d{3})-\d\d-\d\d$/.test(day)) return false
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === day
}

/** The day that an instant is part of in a zone. */
export function dayIn(at: Date, zone: string): string {
  return wallClock(at, zone).slice(0, 10)
}

/** `days` later, in the calendar alone. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The first and the last day of a month, `month` months after the one that `day` is in. */
export function monthOf(day: string, month = 0): { first: string; last: string } {
  const at = new Date(`${day}T00:00:00Z`)
  const first = (months: number) =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)).toISOString().slice(0, 10)
  return { first: first(month), last: addDays(first(month + 1), -1) }
}

/** The first instant of a day in a zone: where clocks are put forward at midnight, it is not 00:00. */
export function startOfDay(day: string, zone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  let before = midnight - 1.5 * DAY_MS
  let from = midnight + 1.5 * DAY_MS
  // The day of an instant only grows: the border is found by halving, whatever the clocks do.
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2)
    if (dayIn(new Date(middle), zone) < day) before = middle
    else from = middle
  }
  return new Date(from)
}

/** Writes instants as RFC 3339 with the zone's offset, `2026-11-30T23:59:59.123+01:00`. For rows in order: it asks Intl once for each quarter of an hour. */
export function localClock(zone: string): (at: Date) => string {
  let slot = Number.NaN
  let offsetMs = 0
  return (at) => {
    const own = Math.floor(at.getTime() / SLOT_MS)
    if (own !== slot) {
      slot = own
      offsetMs = offsetAt(new Date(own * SLOT_MS), zone)
    }
    return `${new Date(at.getTime() + offsetMs).toISOString().slice(0, -1)}${offsetText(offsetMs)}`
  }
}

function offsetAt(at: Date, zone: string): number {
  return Date.parse(`${wallClock(at, zone)}Z`) - at.getTime()
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** What clocks in a zone show at an instant, to the second: `2026-11-30T23:59:59`. */
function wallClock(at: Date, zone: string): string {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`
}
