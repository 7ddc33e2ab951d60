import { Card, CardHeader } from '@/ui/card'
import { cx } from '@/ui/cx'
import { Money } from '@/ui/money'
import type { TrialLineData } from '../../../_parts/api'
import { type MoneyFlow, moneyFlows } from './money-flow'

/** Money of the period, by currency: from what the bank owed before to what it owes after. */
export function MoneyFlowCard({ accounts }: { accounts: readonly TrialLineData[] }) {
  return (
    <Card className="overflow-hidden">
      <CardHeader title="Money flow" note="What changed the receivable from the bank in these days." />
      <div className="grid gap-x-8 gap-y-5 px-4 py-4 sm:px-5 lg:grid-cols-2">
        {moneyFlows(accounts).map((flow) => (
          <Flow key={flow.currency} flow={flow} />
        ))}
      </div>
    </Card>
  )
}

function Flow({ flow: { currency, opening, steps, closing } }: { flow: MoneyFlow }) {
  const sizes = [1n, ...[opening, closing, ...steps.map(({ amount }) => amount)].map(size)]
  const most = sizes.toSorted((a, b) => (a < b ? -1 : 1)).at(-1) ?? 1n
  const row = (word: string, amount: bigint, balance = false) => (
    <tr key={word} className={cx(balance && 'font-medium')}>
      <th scope="row" className={cx('py-1 pr-3 text-left', !balance && 'font-normal text-ink-2')}>
        {word}
      </th>
      <td className="w-[30%] max-sm:hidden">
        <Bar
          share={Number((size(amount) * 1000n) / most) / 10}
          tone={balance ? 'balance' : amount < 0n ? 'out' : 'in'}
        />
      </td>
      <td className="py-1 pl-3 text-right">
        <Money minor={amount} currency={currency} />
      </td>
    </tr>
  )
  return (
    <table className="w-full border-collapse text-ui">
      <caption className="pb-1 text-left font-semibold text-sm">{currency}</caption>
      <tbody>
        {row('Receivable before', opening, true)}
        {steps.map(({ word, amount }) => row(word, amount))}
        {row('Receivable after', closing, true)}
      </tbody>
    </table>
  )
}

const TONES = { balance: 'var(--color-ink-3)', in: 'var(--color-ok)', out: 'var(--color-warn)' }

/** The amount beside the largest one. Hidden from screen readers: the figure stands next to it. */
function Bar({ share, tone }: { share: number; tone: keyof typeof TONES }) {
  return (
    <svg aria-hidden="true" width="100%" height="8" className="block">
      <rect width={`${Math.max(share, 0.5)}%`} height="8" rx="2" fill={TONES[tone]} />
    </svg>
  )
}

const size = (amount: bigint) => (amount < 0n ? -amount : amount)
