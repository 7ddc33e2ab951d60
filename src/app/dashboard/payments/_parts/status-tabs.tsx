import Link from 'next/link'
import { cx } from '@/ui/cx'
import { Money } from '@/ui/money'
import { PAYMENT_STATUSES } from '@/ui/status'
import type { PaymentCountsData } from '../../_parts/api'
import { formatCount } from '../../_parts/words'
import { type PaymentFilters, paramsOf, STATUSES, type Status } from './payment-query'

/** The states of payments as tabs, each with its number: links, so that each has an address. */
export function StatusTabs({
  filters,
  counts,
}: {
  filters: PaymentFilters
  counts: PaymentCountsData | undefined
}) {
  const tabs = [null, ...STATUSES]
  return (
    <nav aria-label="Status" className="mb-3 overflow-x-auto border-line border-b">
      <ul className="flex min-w-max gap-1">
        {tabs.map((status) => {
          const params = new URLSearchParams(
            paramsOf({ ...filters, status: status ?? null, after: null }),
          ).toString()
          const isHere = filters.status === status
          return (
            <li key={status ?? 'all'}>
              <Link
                href={`/dashboard/payments${params ? `?${params}` : ''}`}
                scroll={false}
                {...(isHere ? { 'aria-current': 'page' as const } : {})}
                // On a phone the tabs scroll: a tab at the rim may be in view by a few pixels only, for which browsers do not scroll.
                onFocus={(event) =>
                  event.currentTarget.scrollIntoView({ block: 'nearest', inline: 'center' })
                }
                className={cx(
                  '-outline-offset-2 inline-flex h-10 items-center gap-1.5 border-b-2 px-2.5 font-medium text-ui no-underline',
                  isHere ? 'border-accent text-ink' : 'border-transparent text-ink-2 hover:text-ink',
                )}
              >
                {status ? PAYMENT_STATUSES[status].word : 'All'}
                <span className="figures font-normal text-ink-3">{countText(counts, status)}</span>
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

/** Empty: not counted yet, or too many to count one by one. */
function countText(counts: PaymentCountsData | undefined, status: Status | null): string {
  if (!counts) return ''
  if (!counts.counts) return status ? '' : `${formatCount(counts.countedMax)}+`
  return formatCount(total(counts.counts.filter((row) => status === null || row.status === status)))
}

/** How many are listed, and their sum by currency: what was paid, or the amounts of the chosen state. */
export function ListSums({
  filters,
  counts,
}: {
  filters: PaymentFilters
  counts: PaymentCountsData | undefined
}) {
  const status = STATUSES.find((word) => word === filters.status) ?? null
  return (
    <p role="status" className="mb-2 flex min-h-5 flex-wrap gap-x-3 gap-y-1 text-ink-2 text-ui">
      {counts &&
        (counts.counts ? (
          <Sums rows={counts.counts} status={status} />
        ) : (
          `More than ${formatCount(counts.countedMax)} match: they are not added up. Narrow the filter to see their sum.`
        ))}
    </p>
  )
}

type CountRow = NonNullable<PaymentCountsData['counts']>[number]

/** Currencies of which the sums are shown; the others are only counted. */
const SUMS_SHOWN = 4

function Sums({ rows, status }: { rows: CountRow[]; status: Status | null }) {
  const listed = rows.filter((row) => status === null || row.status === status)
  const added = listed.filter((row) => row.status === (status ?? 'succeeded'))
  const n = total(listed)
  const more = added.length - SUMS_SHOWN
  return (
    <>
      <span>
        <b className="figures font-semibold text-ink">{formatCount(n)}</b> {n === 1 ? 'payment' : 'payments'}
      </span>
      {added.slice(0, SUMS_SHOWN).map(({ currency, amount }) => (
        <span key={currency}>
          <b className="font-semibold text-ink">
            <Money minor={amount} currency={currency} />
          </b>
          {status === null || status === 'succeeded' ? ' paid' : ''}
        </span>
      ))}
      {more > 0 && <span>and {more} more currencies</span>}
    </>
  )
}

function total(rows: readonly CountRow[]): number {
  return rows.reduce((sum, { payments }) => sum + payments, 0)
}
