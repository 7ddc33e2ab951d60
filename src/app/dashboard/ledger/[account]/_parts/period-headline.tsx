import { Card } from '@/ui/card'
import { Money } from '@/ui/money'
import type { TrialLineData } from '../../../_parts/api'
import { type DaysQuery, daysSentence } from '../../../_parts/period/days'
import { counted } from '../../../_parts/words'
import { SidedBalance } from '../../_parts/sided-balance'

/** The account in the days of the page: opening, debits, credits, closing. */
export function PeriodHeadline({ line, days }: { line: TrialLineData; days: DaysQuery }) {
  const { currency } = line
  const figures = [
    { name: 'Opening balance', figure: <SidedBalance balance={line.opening} currency={currency} /> },
    { name: 'Debits', figure: <Money minor={line.debits} currency={currency} /> },
    { name: 'Credits', figure: <Money minor={line.credits} currency={currency} /> },
    { name: 'Closing balance', figure: <SidedBalance balance={line.closing} currency={currency} /> },
  ]
  return (
    <Card className="px-4 py-4 sm:px-5">
      <p className="mb-2 text-ink-3 text-ui">
        {daysSentence(days)}, in {days.zone.replaceAll('_', ' ')}: {counted(line.entries, 'entry', 'entries')}
      </p>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 lg:grid-cols-4">
        {figures.map(({ name, figure }) => (
          <div key={name}>
            <dt className="text-ink-3 text-xs">{name}</dt>
            <dd className="font-semibold text-base">{figure}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
