/** An instant as a clock on the wall shows it: `2026-05-01T14:30:00`, without a zone. The zone is beside it. */

/** The browser's own zone, UTC, or one by its name in the IANA database, such as `Europe/Berlin`. */
export type Zone = 'local' | 'utc' | `${string}/${string}`

/** A zone as `Intl` takes it; undefined: the browser's own. */
export function intlZone(zone: Zone): string | undefined {
  if (zone === 'local') return undefined
  return zone === 'utc' ? 'UTC' : zone
}

interface Fields {
  year: number
  /** From 0. */
  month: number
  day: number
  hour?: number
  minute?: number
  second?: number
}

const WALL = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/

/** For a `datetime-local` field. @param at RFC 3339 */
export function wallTime(at: string, zone: Zone): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return ''
  // The fields of the zone, as those of UTC.
  return new Date(date.getTime() + offsetAt(date, zone)).toISOString().slice(0, 19)
}

/** The instant that a clock in the zone shows as `wall`, in RFC 3339; null for no time. An hour that a change of the clock left out is the next one. */
export function instantOfWall(wall: string, zone: Zone): string | null {
  const match = WALL.exec(wall)
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  return instantOf({ year, month: month - 1, day, hour, minute, second }, zone)?.toISOString() ?? null
}

/** Fields may be out of their range: day 0 is the last one of the month before. */
export function instantOf(
  { year, month, day, hour = 0, minute = 0, second = 0 }: Fields,
  zone: Zone,
): Date | null {
  if (zone === 'local') return valid(new Date(year, month, day, hour, minute, second))
  return valid(ofNamedZone(Date.UTC(year, month, day, hour, minute, second), zone))
}

/** As `Date` does it for the browser's own zone: of an hour that comes twice the first, of one that is left out the next. */
function ofNamedZone(wall: number, zone: Zone): Date {
  const [before, after] = [-DAY_MS, DAY_MS].map((ms) => offsetAt(new Date(wall + ms), zone)) as [
    number,
    number,
  ]
  const fits = (offset: number) => offsetAt(new Date(wall - offset), zone) === offset
  const offset = [Math.max(before, after), Math.min(before, after)].find(fits)
  return new Date(wall - (offset ?? before))
}

const DAY_MS = 86_400_000

/** By how much the zone's clock is ahead of UTC at an instant, in ms. NaN where there is no such instant. */
function offsetAt(date: Date, zone: Zone): number {
  if (zone === 'utc') return 0
  if (zone === 'local') return -date.getTimezoneOffset() * 60_000
  if (Number.isNaN(date.getTime())) return Number.NaN
  const parts = new Intl.DateTimeFormat('en-US', { ...NUMBERS, timeZone: zone }).formatToParts(date)
  const at = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const wall = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'))
  return wall - Math.floor(date.getTime() / 1000) * 1000
}

const NUMBERS: Intl.DateTimeFormatOptions = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
}

function valid(date: Date): Date | null {
  return Number.isNaN(date.getTime()) ? null : date
}
