'use client'
import { useSyncExternalStore } from 'react'
import { cx } from './cx'

/** The zone of all times on screen. Stored in `localStorage`; where that is blocked, the choice lasts as long as the page. */
type Zone = 'local' | 'utc'
const STORAGE_KEY = 'payonce.zone'
const listeners = new Set<() => void>()
let chosen: Zone | null = null

function read(): Zone {
  if (chosen) return chosen
  try {
    chosen = localStorage.getItem(STORAGE_KEY) === 'utc' ? 'utc' : 'local'
  } catch {
    chosen = 'local'
  }
  return chosen
}

function choose(zone: Zone) {
  chosen = zone
  try {
    localStorage.setItem(STORAGE_KEY, zone)
  } catch {
    // Blocked storage: the choice lasts as long as the page.
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The server does not know the reader's zone: it renders UTC, and the browser replaces it. */
function useZone(): Zone {
  return useSyncExternalStore(subscribe, read, () => 'utc')
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
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  }).format(date)
}

/** Switches all times on screen between local time and UTC. */
export function ZoneSwitch() {
  const zone = useZone()
  return (
    <button
      type="button"
      onClick={() => choose(zone === 'utc' ? 'local' : 'utc')}
      className="inline-flex h-8 shrink-0 items-center whitespace-nowrap rounded-md px-2 font-medium text-ink-2 text-ui hover:bg-muted hover:text-ink"
    >
      <span className="sr-only">Times are shown in </span>
      {zone === 'utc' ? (
        'UTC'
      ) : (
        <span>
          Local<span className="max-sm:sr-only"> time</span>
        </span>
      )}
    </button>
  )
}

/** Milliseconds for people: `840 ms`, `3.2 s`, `2 min`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${Math.round(ms).toLocaleString('en')} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.round(ms / 60_000)} min`
}
