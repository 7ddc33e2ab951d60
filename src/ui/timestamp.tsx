'use client'
import { intlZone } from '@/lib/wall-time'
import { cx } from './cx'
import { chooseZone, useZone, useZoneChoice, type Zone, type ZoneChoice } from './zone'

/** IANA name of the zone of all times on screen, for what is counted by days. */
export function useZoneName(): string {
  return intlZone(useZone()) ?? zoneName()
}

export type TimeStyle = 'full' | 'time' | 'day'

/** A time with its zone; the ISO form is in the tooltip. `at`: RFC 3339 or a `Date`. */
export function Timestamp({
  at,
  style = 'full',
  seconds = true,
  locale = 'en',
  className,
}: {
  at: string | Date
  style?: TimeStyle
  seconds?: boolean
  /** A language tag, such as `ar-u-nu-latn`. */
  locale?: string
  className?: string
}) {
  const zone = useZone()
  const date = typeof at === 'string' ? new Date(at) : at
  const iso = date.toISOString()
  return (
    <time
      dateTime={iso}
      title={iso}
      className={cx('figures md:whitespace-nowrap', className)}
      suppressHydrationWarning
    >
      {formatTime(date, { zone, style, seconds, locale })}
    </time>
  )
}

interface TimeFormat {
  zone: Zone
  style: TimeStyle
  seconds: boolean
  locale: string
}

function formatTime(date: Date, { zone, style, seconds, locale }: TimeFormat): string {
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' }
  const time: Intl.DateTimeFormatOptions = {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...(seconds ? { second: '2-digit' } : {}),
  }
  // British English: the day before the month.
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    ...(style === 'time' ? {} : day),
    ...(style === 'day' ? {} : time),
    timeZone: intlZone(zone),
  }).format(date)
}

/** `Europe/Berlin`: the browser's own zone. */
function zoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Switches all times on screen between local time, the merchant's zone (where it has one) and UTC: rows, charts and filters. */
export function ZoneSwitch() {
  const { choice, merchant } = useZoneChoice()
  const zone = useZone()
  const order: ZoneChoice[] = merchant && merchant !== 'utc' ? ['local', 'merchant', 'utc'] : ['local', 'utc']
  const next = order[(order.indexOf(choice) + 1) % order.length] ?? 'local'
  return (
    <button
      type="button"
      onClick={() => chooseZone(next)}
      title={zone === 'utc' ? 'All times are in UTC' : `All times are in ${intlZone(zone) ?? zoneName()}`}
      className="inline-flex h-8 shrink-0 items-center whitespace-nowrap rounded-md px-2 font-medium text-ink-2 text-ui hover:bg-muted hover:text-ink"
    >
      <span className="sr-only">Times are shown in </span>
      {zone === 'utc' ? (
        'UTC'
      ) : zone === 'local' ? (
        <span>
          Local<span className="max-sm:sr-only"> time</span>
        </span>
      ) : (
        <span>
          {cityOf(zone)}
          <span className="max-sm:sr-only"> time</span>
        </span>
      )}
    </button>
  )
}

/** `New York` of `America/New_York`. */
function cityOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')
}

/** Milliseconds for people: `840 ms`, `3.2 s`, `2 min`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${Math.round(ms).toLocaleString('en')} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.round(ms / 60_000)} min`
}
