'use client'
import { useRouter } from 'next/navigation'
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react'
import { intlZone, wallTime } from '@/lib/wall-time'
import { cx } from '@/ui/cx'
import { useZone, type Zone } from '@/ui/zone'
import { preventedOf } from '../../../_parts/payment-sentences'
import { formatCount } from '../../../_parts/words'
import { arrived, type ChartBucket, type Frame } from './chart-geometry'

export const WIDE: Frame = { width: 1040, height: 290, top: 26, right: 4, bottom: 26, left: 34 }
export const NARROW: Frame = { width: 340, height: 220, top: 26, right: 2, bottom: 24, left: 34 }

/** The chart as a slider over time: pointer or arrow keys move the cursor; Enter or a click opens the payments of that bucket. */
export function ChartCursor({
  buckets,
  bucketSeconds,
  cursor,
  setCursor,
  children,
}: {
  buckets: readonly ChartBucket[]
  bucketSeconds: number
  cursor: number | null
  setCursor(cursor: number | null): void
  children: ReactNode
}) {
  const router = useRouter()
  const zone = useZone()
  const last = buckets.length - 1
  const open = (index: number | null) => {
    const bucket = index === null ? undefined : buckets[index]
    if (bucket) router.push(`/dashboard/payments?from=${bucket.at}&until=${endOf(bucket.at, bucketSeconds)}`)
  }
  const move = (event: KeyboardEvent) => {
    const at = cursor ?? last
    const to: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }
    const next = to[event.key]
    if (next !== undefined) {
      event.preventDefault()
      setCursor(Math.min(Math.max(next, 0), last))
    } else if (event.key === 'Enter') open(cursor)
    else if (event.key === 'Escape') setCursor(null)
  }
  const hover = (event: PointerEvent<HTMLElement>) => setCursor(columnUnder(event, buckets.length))
  const now = buckets[cursor ?? last]
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Point in time"
      aria-valuemin={0}
      aria-valuemax={Math.max(last, 0)}
      aria-valuenow={cursor ?? Math.max(last, 0)}
      aria-valuetext={now && describeBucket(now, zone)}
      onKeyDown={move}
      onPointerMove={hover}
      onPointerLeave={() => setCursor(null)}
      onClick={() => open(cursor)}
      onBlur={() => setCursor(null)}
      className={cx('mt-1 cursor-pointer rounded-md', cursor === null && 'cursor-default')}
    >
      {children}
    </div>
  )
}

function columnUnder(event: PointerEvent<HTMLElement>, columns: number): number | null {
  const box = event.currentTarget.getBoundingClientRect()
  const frame = window.matchMedia('(min-width: 48rem)').matches ? WIDE : NARROW
  const x = ((event.clientX - box.left) / box.width) * frame.width - frame.left
  const index = Math.floor((x / (frame.width - frame.left - frame.right)) * columns)
  return index >= 0 && index < columns ? index : null
}

function describeBucket(bucket: ChartBucket, zone: Zone): string {
  const time = wallTime(bucket.at, zone).slice(0, 16).replace('T', ' ')
  return `${time}${zone === 'local' ? '' : ` ${intlZone(zone)}`}: ${formatCount(arrived(bucket))} attempts to pay, ${formatCount(preventedOf(bucket))} prevented, ${formatCount(bucket.charges)} charged`
}

function endOf(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString()
}
