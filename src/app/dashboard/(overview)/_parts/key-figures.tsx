import Link from 'next/link'
import type { ReactNode } from 'react'
import { Stat } from '@/ui/card'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import type { OverviewData } from '../../_parts/api'
import { formatCount } from '../../_parts/words'

/** The note of a figure that the server could not read. */
const UNREAD = 'could not be read'

/** The figures of the chosen range, each compared with the range before it. */
export function KeyFigures({ data }: { data: OverviewData }) {
  const { current, previous, ambiguous } = data
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-3 lg:gap-4">
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
        label="Duplicates prevented"
        value={<span className="text-link">{current ? formatCount(current.prevented) : '—'}</span>}
        note={current ? 'repeats of payments that were charged' : UNREAD}
      />
      <MoneyProtected data={data} />
      <Stat
        label="Outcome unknown"
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
              ! show which
            </Link>
          ) : (
            'no payment is in doubt'
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
          <Others sums={others} />
        ) : (
          // A share in percent: a sum that is rounded here is exact above.
          <Change now={Number(main?.amount ?? 0)} before={Number(before)} />
        )
      }
      className="max-lg:col-span-2"
    />
  )
}

/** What the prevented repeats add up to: as many payments of the same amounts would have been charged without the keys. */
function MoneyProtected({ data }: { data: OverviewData }) {
  const [main, ...others] = data.current?.protected ?? []
  return (
    <Stat
      label="Money protected"
      value={
        !data.current ? '—' : main ? <Money minor={main.amount} currency={main.currency} /> : formatCount(0)
      }
      note={
        !data.current ? (
          UNREAD
        ) : (
          <>
            each prevented duplicate × its amount
            {others.length > 0 && <Others sums={others} />}
          </>
        )
      }
      className="max-lg:order-last max-lg:col-span-2"
    />
  )
}

/** Sums in other currencies: three of them, and how many more there are. */
function Others({ sums }: { sums: readonly { currency: string; amount: string | number }[] }) {
  return (
    <span className="flex flex-wrap gap-x-2">
      {sums.slice(0, 3).map(({ currency, amount }) => (
        <span key={currency}>
          + <Money minor={amount} currency={currency} />
        </span>
      ))}
      {sums.length > 3 && <span>+ {sums.length - 3} more currencies</span>}
    </span>
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
