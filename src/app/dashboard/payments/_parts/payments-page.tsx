'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { PAYMENT_STATUSES } from '@/ui/status'
import { useZoneName } from '@/ui/timestamp'
import { api, type PaymentCountsData, type PaymentPage } from '../../_parts/api'
import { FileLink } from '../../_parts/files/file-link'
import { ListFrame } from '../../_parts/list/list-frame'
import { addressOf, choiceParam } from '../../_parts/list/search-params'
import { ListSums, StateTabs } from '../../_parts/list/state-tabs'
import { useReaderClock } from '../../_parts/list/use-reader-clock'
import { useLive, useLiveQuery } from '../../_parts/live/live-query'
import { PaymentFilterBar } from './filter-bar'
import { ListOptions, useHiddenColumns } from './list-options'
import {
  fileQueryOf,
  filterQueryOf,
  filtersInForce,
  type PaymentListQuery,
  paramsOf,
  queryOf,
  STATUSES,
} from './payment-query'
import { PaymentTable } from './payment-table'
import { usePaymentFilters } from './use-payment-query'
import { WaitingRequests } from './waiting-requests'

const PATH = '/dashboard/payments'
const CAPTIONS = {
  newest: 'Payments, newest first',
  highest: 'Payments, highest amount first',
  lowest: 'Payments, lowest amount first',
}

export function PaymentsPage({
  initial,
  initialQuery,
}: {
  initial: PaymentPage | null
  initialQuery: PaymentListQuery
}) {
  const { filters, change, clear } = usePaymentFilters()
  const clock = useReaderClock()
  const router = useRouter()
  const zone = useZoneName()
  const hidden = useHiddenColumns()
  const query = queryOf(filters, clock)
  const which = filterQueryOf(filters, clock)
  const live = useLiveQuery(
    ['payments'],
    query,
    (wanted) => api.payments.list.query(wanted),
    { initial, initialQuery },
    { on: ['payments', 'acts'] },
  )
  const counts = useLive(['payment-counts', which], () => api.payments.counts.query(which), undefined, {
    on: ['payments'],
  })
  const here = choiceParam(STATUSES, filters.status ?? undefined) ?? null
  const counted = counts.data && countedBy(counts.data)
  const mainCurrency = counts.data?.counts?.[0]?.currency ?? 'EUR'
  return (
    <>
      <PageHeader
        title="Payments"
        note="Each row is one payment, with its requests and its charges at the bank."
        actions={
          <FileLink file="/api/exports/payments" query={{ ...fileQueryOf(filters, clock), zone }}>
            Export CSV
          </FileLink>
        }
      />
      <WaitingRequests />
      <StateTabs
        label="Status"
        states={STATUSES}
        here={here}
        counts={counted}
        wordOf={(status) => PAYMENT_STATUSES[status].word}
        hrefOf={(status) => addressOf(PATH, paramsOf({ ...filters, status, after: null }))}
      />
      <PaymentFilterBar filters={filters} mainCurrency={mainCurrency} onChange={change} onClear={clear} />
      <ListOptions
        filters={filters}
        mainCurrency={mainCurrency}
        onChange={change}
        onReplace={(params) => router.push(`${PATH}?${new URLSearchParams(params)}`)}
      />
      <ListSums what="payments" here={here} counts={counted} summed={{ state: 'succeeded', word: 'paid' }} />
      <ListFrame
        live={live}
        filters={{
          active: filtersInForce(filters).length > 0,
          params: paramsOf(filters),
          hint: 'Remove a filter above, or all of them.',
          clear,
        }}
        path={PATH}
        what="payments"
        byTime={query.sort === undefined}
        table={(payments) => (
          <PaymentTable payments={payments} hidden={hidden} caption={CAPTIONS[query.sort ?? 'newest']} />
        )}
        empty={<NoneYet />}
      />
    </>
  )
}

function countedBy({ counts, countedMax }: PaymentCountsData) {
  const rows = counts?.map(({ status, payments, ...row }) => ({ ...row, state: status, rows: payments }))
  return { counts: rows ?? null, countedMax }
}

function NoneYet() {
  return (
    <EmptyState
      title="No payments yet"
      action={
        <Link href="/" className={buttonClass('primary')}>
          Run a test payment
        </Link>
      }
    >
      New payments appear here on their own.
    </EmptyState>
  )
}
