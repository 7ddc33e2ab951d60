'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { useZoneName } from '@/ui/timestamp'
import { api, type PaymentPage } from '../../_parts/api'
import { FileLink } from '../../_parts/files/file-link'
import { ListFrame } from '../../_parts/list/list-frame'
import { useLive } from '../../_parts/live/live-query'
import { PaymentFilterBar } from './filter-bar'
import { ListOptions, useHiddenColumns } from './list-options'
import {
  fileQueryOf,
  filterQueryOf,
  filtersInForce,
  hasWords,
  type PaymentListQuery,
  paramsOf,
  queryOf,
} from './payment-query'
import { PaymentTable } from './payment-table'
import { ListSums, StatusTabs } from './status-tabs'
import { usePaymentFilters, useReaderClock } from './use-payment-query'
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
  const isInitial = JSON.stringify(query) === JSON.stringify(initialQuery)
  const live = useLive(
    ['payments', query],
    () => api.payments.list.query(query),
    isInitial ? (initial ?? undefined) : undefined,
    { on: ['payments', 'acts'] },
  )
  const counts = useLive(['payment-counts', which], () => api.payments.counts.query(which), undefined, {
    on: ['payments'],
  })
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
      <StatusTabs filters={filters} counts={counts.data} />
      <PaymentFilterBar filters={filters} mainCurrency={mainCurrency} onChange={change} onClear={clear} />
      <ListOptions
        filters={filters}
        mayOrderByAmount={!hasWords(which)}
        mainCurrency={mainCurrency}
        onChange={change}
        onReplace={(params) => router.push(`${PATH}?${new URLSearchParams(params)}`)}
      />
      <ListSums filters={filters} counts={counts.data} />
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
