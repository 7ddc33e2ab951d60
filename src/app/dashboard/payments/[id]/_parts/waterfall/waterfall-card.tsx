'use client'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { cx } from '@/ui/cx'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { elapsed } from '../steps/elapsed'
import type { PaymentSteps } from '../steps/payment-step'
import { axisMarks } from './time-axis'
import { type Waterfall, type WaterfallBar, waterfallOf } from './waterfall-bars'

/** Heights in pixels: of the axis, and of a row, whose label stands above its bar. */
const [AXIS, ROW] = [22, 34]

/** Where the time went: each request, commit and question to the bank, under the lease that covered it. */
export function WaterfallCard({ model }: { model: PaymentSteps }) {
  const waterfall = waterfallOf(model)
  return (
    <Card>
      <CardHeader
        title="Waterfall"
        note="Where the time went. A lease is how long a server may work on the payment before another may take over."
      />
      <CardBody>
        <Bars waterfall={waterfall} />
        <details className="mt-3 text-ui">
          <summary className="w-fit cursor-pointer rounded-sm text-link">Show as table</summary>
          <div className="mt-3 rounded-md border border-line">
            <BarTable bars={waterfall.bars} />
          </div>
        </details>
      </CardBody>
    </Card>
  )
}

function Bars({ waterfall: { bars, lengthMs } }: { waterfall: Waterfall }) {
  const height = AXIS + bars.length * ROW
  const left = (ms: number) => Math.min(Math.max((100 * ms) / lengthMs, 0), 100)
  return (
    // As wide as its card: what is in percent needs no scrolling on a phone.
    <svg width="100%" height={height} aria-hidden="true" className="block overflow-visible text-2xs">
      {axisMarks(lengthMs).map(({ ms, label }) => (
        <g key={ms}>
          <line x1={`${left(ms)}%`} x2={`${left(ms)}%`} y1={AXIS - 6} y2={height} className="stroke-line" />
          <text
            x={`${left(ms)}%`}
            y={10}
            textAnchor={ms === 0 ? 'start' : left(ms) > 94 ? 'end' : 'middle'}
            className="figures fill-ink-3"
          >
            {label}
          </text>
        </g>
      ))}
      {bars.map((bar, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bar has no id, and none ever moves
        <Bar key={index} bar={bar} y={AXIS + index * ROW} left={left} beyond={bar.from > lengthMs} />
      ))}
    </svg>
  )
}

const PAINT: Record<WaterfallBar['kind'], string> = {
  lease: 'fill-violet-soft stroke-violet',
  request: 'fill-ink-3',
  commit: 'fill-teal',
  bank: 'fill-warn',
  repeat: 'fill-info',
  later: 'fill-edge',
}

function Bar({
  bar,
  y,
  left,
  beyond,
}: {
  bar: WaterfallBar
  y: number
  left(ms: number): number
  beyond: boolean
}) {
  const [from, until] = [left(bar.from), left(bar.until)]
  const inner = bar.kind === 'commit' || bar.kind === 'bank'
  const text = `${bar.label} · ${beyond ? `${elapsed(bar.from)} later` : elapsed(bar.until - bar.from)}`
  const band = bar.kind === 'lease'
  return (
    <g>
      {/* From the edge that has room for it. */}
      <text
        x={from > 50 ? `${until}%` : `${from}%`}
        dx={inner ? (from > 50 ? -6 : 6) : 0}
        y={y + 13}
        textAnchor={from > 50 ? 'end' : 'start'}
        className={cx('text-2xs', inner ? 'fill-ink-2' : 'fill-ink')}
      >
        {text}
      </text>
      <rect
        x={`${from}%`}
        width={`${Math.max(until - from, 0)}%`}
        y={y + 18}
        height={band ? 12 : 8}
        rx="2"
        strokeDasharray={bar.lost ? '4 3' : undefined}
        className={PAINT[bar.kind]}
      />
      {!band && (
        <rect
          x={`${from}%`}
          transform={from > 99 ? 'translate(-3)' : undefined}
          width="3"
          y={y + 18}
          height="8"
          rx="1"
          className={PAINT[bar.kind]}
        />
      )}
      {bar.extendedAt !== null && (
        <line
          x1={`${left(bar.extendedAt)}%`}
          x2={`${left(bar.extendedAt)}%`}
          y1={y + 16}
          y2={y + 32}
          strokeWidth="2"
          className="stroke-violet"
        />
      )}
    </g>
  )
}

function BarTable({ bars }: { bars: readonly WaterfallBar[] }) {
  return (
    <Table caption="The bars of the waterfall: when each began, and how long it took">
      <TableHead>
        <Th>What</Th>
        <Th numeric>Begins</Th>
        <Th numeric>Takes</Th>
        <Th>Note</Th>
      </TableHead>
      <TableBody>
        {bars.map((bar, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar has no id, and none ever moves
          <Tr key={index}>
            <Td label="What" primary>
              {bar.label}
            </Td>
            <Td label="Begins" numeric>
              +{elapsed(bar.from)}
            </Td>
            <Td label="Takes" numeric>
              {elapsed(bar.until - bar.from)}
            </Td>
            <Td label="Note" className="text-ink-2">
              {bar.note}
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}
