'use client'
import { useId, useState } from 'react'
import { intlZone } from '@/lib/wall-time'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { Timestamp } from '@/ui/timestamp'
import { useZone, type Zone } from '@/ui/zone'
import type { OverviewData } from '../../../_parts/api'
import { explainChart } from '../../../_parts/payment-sentences'
import { formatCount } from '../../../_parts/words'
import { ChartCursor, NARROW, WIDE } from './chart-cursor'
import { ChartDrawing } from './chart-drawing'
import { arrived, SERIES, type Series } from './chart-geometry'
import { Patterns, Swatch, seriesLabel } from './chart-paint'
import { ChartTable } from './chart-table'

/** Left out of the legend while there are none. */
const SELDOM: readonly Series[] = ['recovered', 'ambiguous', 'again']

const RANGE_LABELS: Record<string, string> = {
  '1h': 'hour',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
}

/** Attempts to pay stacked by outcome, what was prevented on top, and the line of charges at the bank. */
export function RequestsChart({ data, range }: { data: ChartData; range: string }) {
  const id = useId()
  const { buckets, bucketSeconds } = data
  const [cursor, setCursor] = useState<number | null>(null)
  const totals = sumUp(buckets)
  const shown = cursor === null ? undefined : buckets[cursor]
  const zone = useZone()
  const tickLabel = (at: string) => labelOf(at, zone, bucketSeconds >= 14_400)
  return (
    <Card>
      <CardHeader
        title="Requests vs. charges"
        note={
          <>
            {explainChart(totals, RANGE_LABELS[range] ?? range)} Only payments count here, no orders or
            refunds.
          </>
        }
      />
      <CardBody className="relative pt-3">
        <Patterns id={id} />
        <div className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1.5 text-ui">
          {SERIES.filter((series) => !SELDOM.includes(series) || totals[series] > 0).map((series) => (
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
              `${formatCount(arrived(totals))} in total`
            )}
          </span>
        </div>
        <ChartCursor buckets={buckets} bucketSeconds={bucketSeconds} cursor={cursor} setCursor={setCursor}>
          <ChartDrawing
            id={id}
            buckets={buckets}
            cursor={cursor}
            tickLabel={tickLabel}
            frame={WIDE}
            ticks={8}
            className="hidden w-full md:block"
          />
          <ChartDrawing
            id={id}
            buckets={buckets}
            cursor={cursor}
            tickLabel={tickLabel}
            frame={NARROW}
            ticks={4}
            className="w-full md:hidden"
          />
        </ChartCursor>
        <ChartTable buckets={buckets} />
      </CardBody>
    </Card>
  )
}

type ChartData = OverviewData & { buckets: NonNullable<OverviewData['buckets']> }
type Bucket = ChartData['buckets'][number]

function BucketSpan({ at, seconds }: { at: string; seconds: number }) {
  return (
    <>
      <Timestamp at={at} seconds={false} /> +{' '}
      {seconds >= 3600 ? `${seconds / 3600} h` : `${seconds / 60} min`}
    </>
  )
}

/** Columns begin at round hours of UTC, whatever the zone in which they are labelled: hours are counted so. */
function labelOf(at: string, zone: Zone, byDay: boolean): string {
  const form: Intl.DateTimeFormatOptions = byDay
    ? { day: 'numeric', month: 'short' }
    : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  return new Intl.DateTimeFormat('en-GB', { ...form, timeZone: intlZone(zone) }).format(new Date(at))
}

function sumUp(buckets: readonly Bucket[]): Bucket {
  const sum: Bucket = {
    at: '',
    executed: 0,
    replayed: 0,
    joined: 0,
    rejected: 0,
    ambiguous: 0,
    again: 0,
    recovered: 0,
    held: 0,
    charges: 0,
  }
  for (const bucket of buckets) for (const key of [...SERIES, 'charges'] as const) sum[key] += bucket[key]
  return sum
}
