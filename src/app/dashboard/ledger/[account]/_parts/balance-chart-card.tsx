import { Card, CardBody, CardHeader } from '@/ui/card'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import type { AccountPeriodData } from '../../../_parts/api'
import { SidedBalance } from '../../_parts/sided-balance'
import { balanceChart, type ChartBox } from './balance-chart'

const BOX: ChartBox = { width: 1000, height: 160, top: 8, bottom: 8 }

/** The account's balance over the period (without one, over the last 30 days), and in words for who does not see it. */
export function BalanceChartCard({ period }: { period: AccountPeriodData }) {
  const { points, line } = period
  const { currency } = line
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return null
  const until = endOf(period)
  const chart = balanceChart(points, until, BOX)
  return (
    <Card>
      <CardHeader title="Balance over time" note="Debits above the line, credits below it." />
      <CardBody>
        <p className="mb-2 text-ink-2 text-ui">
          From <SidedBalance balance={first.balance} currency={currency} /> to{' '}
          <SidedBalance balance={last.balance} currency={currency} />, between{' '}
          <Money minor={chart.least} currency={currency} /> and{' '}
          <Money minor={chart.most} currency={currency} />.
        </p>
        <svg
          aria-hidden="true"
          viewBox={`0 0 ${BOX.width} ${BOX.height}`}
          preserveAspectRatio="none"
          className="block h-40 w-full"
        >
          <path d={chart.area} fill="var(--color-link)" fillOpacity="0.12" />
          <path
            d={`M0 ${chart.zero}H${BOX.width}`}
            stroke="var(--color-ink-3)"
            vectorEffect="non-scaling-stroke"
            strokeDasharray="3 3"
          />
          <path
            d={chart.line}
            fill="none"
            stroke="var(--color-link)"
            strokeWidth="2"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
        <p className="mt-1 flex flex-wrap justify-between gap-x-4 text-ink-3 text-xs">
          <Timestamp at={first.at} seconds={false} />
          <Timestamp at={until} seconds={false} />
        </p>
      </CardBody>
    </Card>
  )
}

/** The end of the period, or the last point of one that is not over. */
function endOf({ until, points }: AccountPeriodData): string {
  const last = points.at(-1)?.at ?? ''
  return until !== null && until < new Date().toISOString() ? until : last
}
