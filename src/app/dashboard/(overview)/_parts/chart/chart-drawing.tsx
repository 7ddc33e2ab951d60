import { formatCount } from '../../../_parts/words'
import { type ChartBucket, chartGeometry, type Frame, type Geometry } from './chart-geometry'

/** The chart as one SVG of one size. Hidden from screen readers: the table and the sentence have its numbers. */
export function ChartDrawing({
  id,
  buckets,
  frame,
  ticks,
  cursor,
  tickLabel,
  className,
}: {
  id: string
  buckets: readonly ChartBucket[]
  frame: Frame
  ticks: number
  cursor: number | null
  tickLabel(at: string): string
  className: string
}) {
  const geometry = chartGeometry(buckets, frame, ticks)
  const ground = frame.height - frame.bottom
  return (
    <svg aria-hidden="true" viewBox={`0 0 ${frame.width} ${frame.height}`} className={className}>
      <Axes geometry={geometry} frame={frame} tickLabel={tickLabel} />
      <Cursor
        column={cursor === null ? undefined : geometry.columns[cursor]}
        top={frame.top}
        ground={ground}
      />
      <path d={geometry.gap} fill={`url(#${id}-gap)`} />
      {geometry.columns.flatMap(({ bucket, x, width, segments }) =>
        segments.map(({ series, y, height }) => (
          <rect
            key={`${bucket.at}${series}`}
            x={x}
            y={y}
            width={width}
            height={Math.max(height - 0.75, 0.75)}
            rx="1"
            fill={`url(#${id}-${series})`}
          />
        )),
      )}
      <path
        d={geometry.chargeLine}
        fill="none"
        stroke="var(--color-surface)"
        strokeWidth="5"
        strokeOpacity="0.85"
      />
      <path
        d={geometry.chargeLine}
        fill="none"
        stroke="var(--color-ink)"
        strokeWidth="2"
        strokeLinejoin="round"
      />
      <PeakLabel peak={geometry.peak} frame={frame} />
    </svg>
  )
}

function Axes({
  geometry,
  frame,
  tickLabel,
}: {
  geometry: Geometry
  frame: Frame
  tickLabel(at: string): string
}) {
  return (
    <g fontSize="11" fill="var(--color-ink-3)" className="figures">
      {geometry.yTicks.map(({ value, y }) => (
        <g key={value}>
          <line
            x1={frame.left}
            x2={frame.width - frame.right}
            y1={y}
            y2={y}
            stroke="var(--color-line)"
            strokeDasharray={value === 0 ? undefined : '2 4'}
          />
          <text x={frame.left - 8} y={y + 4} textAnchor="end">
            {value}
          </text>
        </g>
      ))}
      {geometry.xTicks.map(({ at, x }) => (
        <text key={at} x={x} y={frame.height - 6} suppressHydrationWarning>
          {tickLabel(at)}
        </text>
      ))}
    </g>
  )
}

function Cursor({
  column,
  top,
  ground,
}: {
  column: Geometry['columns'][number] | undefined
  top: number
  ground: number
}) {
  if (!column) return null
  return (
    <rect
      x={column.slotX}
      y={top}
      width={column.slotWidth}
      height={ground - top}
      rx="2"
      fill="var(--color-muted)"
    />
  )
}

/** `24 prevented` over the column with the most duplicates, with a bracket round them. */
function PeakLabel({ peak, frame }: { peak: Geometry['peak']; frame: Frame }) {
  if (!peak) return null
  const { column } = peak
  const middle = column.x + column.width / 2
  const atLeft = middle < frame.left + 60
  const atRight = middle > frame.width - frame.right - 60
  const x = column.x - 3
  return (
    <g>
      <path
        d={`M${x + 3} ${column.top - 1}H${x}V${column.preventedY}H${x + 3}`}
        fill="none"
        stroke="var(--color-link)"
        strokeWidth="1.75"
        strokeLinejoin="round"
      />
      <text
        x={atLeft ? column.x : atRight ? column.x + column.width : middle}
        y={column.top - 7}
        textAnchor={atLeft ? 'start' : atRight ? 'end' : 'middle'}
        fontSize="12"
        fontWeight="600"
        fill="var(--color-link)"
      >
        {formatCount(peak.prevented)} prevented
      </text>
    </g>
  )
}
