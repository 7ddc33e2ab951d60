'use client'
import { useRouter } from 'next/navigation'
import { type KeyboardEvent, type PointerEvent, useId, useState } from 'react'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { cx } from '@/ui/cx'
import { Timestamp } from '@/ui/timestamp'
import type { OverviewData } from '../../../_parts/api'
import { explainChart, formatCount } from '../../../_parts/payment-sentences'
import { ChartDrawing } from './chart-drawing'
import { arrived, type Frame, prevented, SERIES } from './chart-geometry'
import { Patterns, Swatch, seriesLabel } from './chart-paint'
import { ChartTable } from './chart-table'

const WIDE: Frame = { width: 1040, height: 290, top: 26, right: 4, bottom: 26, left: 34 }
const NARROW: Frame = { width: 340, height: 220, top: 26, right: 2, bottom: 24, left: 26 }

const RANGE_LABELS: Record<string, string> = {
  '1h': 'hour',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
}

/** Requests vs. charges: what came in, stacked by what became of it, and the line of what was charged. */
export function RequestsChart({ data, range }: { data: OverviewData; range: string }) {
  const id = useId()
  const { buckets, bucketSeconds } = data
  const [cursor, setCursor] = useState<number | null>(null)
  const totals = sumUp(buckets)
  const shown = cursor === null ? undefined : buckets[cursor]
  const tickLabel = bucketSeconds >= 14_400 ? dayOf : timeOf
  return (
    <Card>
      <CardHeader title="Requests vs. charges" note={explainChart(totals, RANGE_LABELS[range] ?? range)} />
      <CardBody className="relative pt-3">
        <Patterns id={id} />
        <div className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1.5 text-ui">
          {SERIES.filter((series) => series !== 'recovered' || totals.recovered > 0).map((series) => (
            <span key={series} className="inline-flex items-center gap-1.5 text-ink-2">
              <Swatch id={id} series={series} />
              {seriesLabel(series)}{' '}
              <b className="figures font-semibold text-ink">{formatCount((shown ?? totals)[series])}</b>
            </span>
          ))}
          <span className="inline-flex items-center gap-1.5 text-ink-2">
            <span aria-hidden="true" className="h-0.5 w-3.5 bg-ink" />
            Charges <b className="figures font-semibold text-ink">{formatCount((shown ?? totals).charges)}</b>
          </span>
          <span className="ml-auto text-ink-3 text-xs">
            {shown ? (
              <BucketSpan at={shown.at} seconds={bucketSeconds} />
            ) : (
              `${formatCount(arrived(totals))} in all`
            )}
          </span>
        </div>
        <CursorArea buckets={buckets} bucketSeconds={bucketSeconds} cursor={cursor} setCursor={setCursor}>
          <ChartDrawing
            {...{ id, buckets, cursor, tickLabel }}
            frame={WIDE}
            ticks={8}
            className="hidden w-full md:block"
          />
          <ChartDrawing
            {...{ id, buckets, cursor, tickLabel }}
            frame={NARROW}
            ticks={4}
            className="w-full md:hidden"
          />
        </CursorArea>
        <ChartTable buckets={buckets} />
      </CardBody>
    </Card>
  )
}

type Bucket = OverviewData['buckets'][number]

/** The chart as a slider over time: pointer or arrow keys move the cursor, Enter or a click opens that stretch's payments. */
function CursorArea({
  buckets,
  bucketSeconds,
  cursor,
  setCursor,
  children,
}: {
  buckets: readonly Bucket[]
  bucketSeconds: number
  cursor: number | null
  setCursor(cursor: number | null): void
  children: React.ReactNode
}) {
  const router = useRouter()
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
      aria-label="Moment in the chart"
      aria-valuemin={0}
      aria-valuemax={Math.max(last, 0)}
      aria-valuenow={cursor ?? Math.max(last, 0)}
      aria-valuetext={now && describeBucket(now)}
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

function describeBucket(bucket: Bucket): string {
  const time = bucket.at.slice(0, 16).replace('T', ' ')
  return `${time} UTC: ${formatCount(arrived(bucket))} arrived, ${formatCount(prevented(bucket))} prevented, ${formatCount(bucket.charges)} charged`
}

function endOf(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString()
}

function BucketSpan({ at, seconds }: { at: string; seconds: number }) {
  return (
    <>
      <Timestamp at={at} seconds={false} /> +{' '}
      {seconds >= 3600 ? `${seconds / 3600} h` : `${seconds / 60} min`}
    </>
  )
}

function timeOf(at: string): string {
  return at.slice(11, 16)
}

function dayOf(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(at),
  )
}

function sumUp(buckets: readonly Bucket[]): Bucket {
  const sum: Bucket = {
    at: '',
    executed: 0,
    replayed: 0,
    joined: 0,
    rejected: 0,
    recovered: 0,
    held: 0,
    charges: 0,
  }
  for (const bucket of buckets) for (const key of [...SERIES, 'charges'] as const) sum[key] += bucket[key]
  return sum
}
