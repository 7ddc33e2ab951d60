import Link from 'next/link'
import type { ReactNode } from 'react'
import { Stat } from '@/ui/card'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import type { OverviewData } from '../../_parts/api'
import { formatCount } from '../../_parts/payment-sentences'

/** The note of a figure that the server could not read. */
const UNREAD = 'could not be read'

/** The figures of the chosen range, each compared with the range before it. */
export function KeyFigures({ data }: { data: OverviewData }) {
  const { current, previous, ambiguous } = data
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-5 lg:gap-4">
      <Volume data={data} />
      <Stat
        label="Payments"
        value={current ? formatCount(current.payments) : '—'}
        note={current && previous ? <Change now={current.payments} before={previous.payments} /> : UNREAD}
      />
      <Stat
        label="Success rate"
        value={rate(current)}
        note={previous ? `before: ${rate(previous)}` : UNREAD}
      />
      <Stat
        label="Duplicates absorbed"
        value={<span className="text-link">{current ? formatCount(current.absorbed) : '—'}</span>}
        note={current ? 'replayed, joined or held' : UNREAD}
      />
      <Stat
        label="Open ambiguities"
        value={
          ambiguous === null ? (
            '—'
          ) : (
            <span className={ambiguous > 0 ? 'text-bad' : ''}>{formatCount(ambiguous)}</span>
          )
        }
        note={
          ambiguous === null ? (
            UNREAD
          ) : ambiguous > 0 ? (
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
  const [main, ...others] = data.current?.volume ?? []
  const before = data.previous?.volume.find(({ currency }) => currency === main?.currency)?.amount ?? 0
  return (
    <Stat
      label="Volume"
      value={main ? <Money minor={main.amount} currency={main.currency} /> : '—'}
      note={
        !data.current || !data.previous ? (
          UNREAD
        ) : others.length > 0 ? (
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

function rate(totals: { succeeded: number; failed: number } | null): string {
  if (!totals) return '—'
  const { succeeded, failed } = totals
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
