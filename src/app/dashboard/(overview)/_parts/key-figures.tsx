import Link from 'next/link'
import type { ReactNode } from 'react'
import { Stat } from '@/ui/card'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import type { OverviewData } from '../../_parts/api'
import { formatCount } from '../../_parts/payment-sentences'

/** The figures of the chosen range, each compared with the range before it. */
export function KeyFigures({ data }: { data: OverviewData }) {
  const { current, previous } = data
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-5 lg:gap-4">
      <Volume data={data} />
      <Stat
        label="Payments"
        value={formatCount(current.payments)}
        note={<Change now={current.payments} before={previous.payments} />}
      />
      <Stat label="Success rate" value={rate(current)} note={`before: ${rate(previous)}`} />
      <Stat
        label="Duplicates absorbed"
        value={<span className="text-link">{formatCount(current.absorbed)}</span>}
        note="replayed, joined or held"
      />
      <Stat
        label="Open ambiguities"
        value={<span className={data.ambiguous > 0 ? 'text-bad' : ''}>{formatCount(data.ambiguous)}</span>}
        note={
          data.ambiguous > 0 ? (
            <Link href="/dashboard/payments?status=unknown" className={LINK}>
              ! being checked
            </Link>
          ) : (
            'every outcome is known'
          )
        }
      />
    </div>
  )
}

function Volume({ data }: { data: OverviewData }) {
  const [main, ...others] = data.current.volume
  const before = data.previous.volume.find(({ currency }) => currency === main?.currency)?.amount ?? 0
  return (
    <Stat
      label="Volume"
      value={main ? <Money minor={main.amount} currency={main.currency} /> : '—'}
      note={
        others.length > 0 ? (
          <span className="flex flex-wrap gap-x-2">
            {others.slice(0, 3).map(({ currency, amount }) => (
              <span key={currency}>
                + <Money minor={amount} currency={currency} />
              </span>
            ))}
          </span>
        ) : (
          // A share in percent: a sum that is rounded here is exact above.
          <Change now={Number(main?.amount ?? 0)} before={Number(before)} />
        )
      }
      className="max-lg:col-span-2"
    />
  )
}

function rate({ succeeded, failed }: { succeeded: number; failed: number }): string {
  const settled = succeeded + failed
  return settled === 0 ? '—' : `${((100 * succeeded) / settled).toFixed(1)} %`
}

/** `▲ 12 % vs. before`; screen readers get "up" or "down" for the arrow. */
function Change({ now, before }: { now: number; before: number }): ReactNode {
  if (before === 0) return now === 0 ? 'unchanged' : 'none before'
  const percent = Math.round((100 * (now - before)) / before)
  if (percent === 0) return 'unchanged'
  if (percent > 999) return `▲ ${Math.round(now / before)} × before`
  return (
    <>
      <span aria-hidden="true">{percent > 0 ? '▲' : '▼'} </span>
      <span className="sr-only">{percent > 0 ? 'up ' : 'down '}</span>
      {formatCount(Math.abs(percent))} % vs. before
    </>
  )
}
