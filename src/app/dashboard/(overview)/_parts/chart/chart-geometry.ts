import { scaleBand, scaleLinear } from 'd3-scale'
import { area, curveStep, line, stack } from 'd3-shape'
import { preventedOf } from '../../../_parts/payment-sentences'

const PREVENTED = ['joined', 'replayed', 'held'] as const

/**
 * The stack from the bottom up: attempts that did the work at the bottom, then what charged nothing and could not have, and on top what was
 * prevented: repeats of payments that were charged. `again` counts the repeats of others.
 */
export const SERIES = ['executed', 'recovered', 'ambiguous', 'rejected', 'again', ...PREVENTED] as const
export type Series = (typeof SERIES)[number]
export type ChartBucket = { at: string; charges: number } & Record<Series, number>

export interface Segment {
  series: Series
  y: number
  height: number
}

export interface Column {
  bucket: ChartBucket
  x: number
  width: number
  /** Left edge and width of the column with its gaps: the area the pointer hits. */
  slotX: number
  slotWidth: number
  segments: Segment[]
  /** `y` of the top of the stack, of the lower edge of what was prevented, and of the line of charges. */
  top: number
  preventedY: number
  chargeY: number
}

export interface Geometry {
  columns: Column[]
  /** SVG path of the line of charges, in steps from edge to edge. */
  chargeLine: string
  /** SVG path of the area of what was prevented. */
  gap: string
  yTicks: { value: number; y: number }[]
  xTicks: { at: string; x: number }[]
  /** The column with the most duplicates prevented; null when there were none. */
  peak: { column: Column; prevented: number } | null
}

export interface Frame {
  width: number
  height: number
  top: number
  right: number
  bottom: number
  left: number
}

/** Requests and presses of one bucket. Recoveries are the server's own work, so they do not count. */
export function arrived(bucket: ChartBucket): number {
  return SERIES.reduce((sum, series) => sum + (series === 'recovered' ? 0 : bucket[series]), 0)
}

/** Every coordinate of the drawing, computed from the rows alone: nothing is measured, so server and browser draw the same. */
export function chartGeometry(buckets: readonly ChartBucket[], frame: Frame, xTickCount: number): Geometry {
  const highest = Math.max(4, ...buckets.map((bucket) => Math.max(total(bucket), bucket.charges)))
  const y = scaleLinear()
    .domain([0, highest])
    .nice(4)
    .range([frame.height - frame.bottom, frame.top])
  const x = scaleBand<string>()
    .domain(buckets.map(({ at }) => at))
    .range([frame.left, frame.width - frame.right])
    .paddingInner(0.28)
    .paddingOuter(0.14)
  const columns = columnsOf(buckets, x, y)
  return {
    columns,
    ...linesOf(columns),
    yTicks: y
      .ticks(4)
      .filter(Number.isInteger)
      .map((value) => ({ value, y: y(value) })),
    xTicks: everyNth(columns, Math.ceil(columns.length / xTickCount)).map(({ bucket, slotX }) => ({
      at: bucket.at,
      x: slotX,
    })),
    peak: peakOf(columns),
  }
}

type Band = ReturnType<typeof scaleBand<string>>
type Linear = ReturnType<typeof scaleLinear<number, number>>

function columnsOf(buckets: readonly ChartBucket[], x: Band, y: Linear): Column[] {
  const layers = stack<ChartBucket, Series>().keys(SERIES)([...buckets])
  return buckets.map((bucket, index) => ({
    bucket,
    x: x(bucket.at) ?? 0,
    width: x.bandwidth(),
    slotX: (x(bucket.at) ?? 0) - (x.step() - x.bandwidth()) / 2,
    slotWidth: x.step(),
    segments: layers
      .map((layer) => ({ series: layer.key, from: layer[index]?.[0] ?? 0, to: layer[index]?.[1] ?? 0 }))
      .filter(({ from, to }) => to > from)
      .map(({ series, from, to }) => ({ series, y: y(to), height: y(from) - y(to) })),
    top: y(total(bucket)),
    preventedY: y(total(bucket) - preventedOf(bucket)),
    chargeY: y(bucket.charges),
  }))
}

/** Steps change midway between two columns and reach the outer edges of the first and the last. */
function linesOf(columns: readonly Column[]): { chargeLine: string; gap: string } {
  const first = columns[0]
  const last = columns.at(-1)
  if (!first || !last) return { chargeLine: '', gap: '' }
  const places = [
    { at: first.slotX, column: first },
    ...columns.map((column) => ({ at: column.x + column.width / 2, column })),
    { at: last.slotX + last.slotWidth, column: last },
  ]
  type Place = (typeof places)[number]
  const steps = line<Place>(
    (place) => place.at,
    (place) => place.column.chargeY,
  ).curve(curveStep)
  const between = area<Place>(
    (place) => place.at,
    (place) => place.column.preventedY,
    (place) => place.column.top,
  ).curve(curveStep)
  return { chargeLine: steps(places) ?? '', gap: between(places) ?? '' }
}

function peakOf(columns: readonly Column[]): Geometry['peak'] {
  const ranked = columns
    .map((column) => ({ column, prevented: preventedOf(column.bucket) }))
    .toSorted((a, b) => b.prevented - a.prevented)
  return ranked[0] && ranked[0].prevented > 0 ? ranked[0] : null
}

function total(bucket: ChartBucket): number {
  return SERIES.reduce((sum, series) => sum + bucket[series], 0)
}

function everyNth<Item>(items: readonly Item[], n: number): Item[] {
  return items.filter((_, index) => index % n === 0)
}
