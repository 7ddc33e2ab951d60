'use client'
import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { api, type PaymentPage } from '../../_parts/api'
import { ListFrame } from '../../_parts/list/list-frame'
import { useLive } from '../../_parts/live/live-query'
import { PaymentFilterBar } from './filter-bar'
import { PaymentTable } from './payment-table'
import { type PaymentListQuery, paramsOf, queryOf, usePaymentFilters } from './use-payment-query'
import { WaitingRequests } from './waiting-requests'

export function PaymentsPage({
  initial,
  initialQuery,
}: {
  initial: PaymentPage | null
  initialQuery: PaymentListQuery
}) {
  const { filters, change, clear } = usePaymentFilters()
  const query = queryOf(filters)
  const isInitial = JSON.stringify(query) === JSON.stringify(initialQuery)
  const live = useLive(
    ['payments', query],
    () => api.payments.list.query(query),
    isInitial ? (initial ?? undefined) : undefined,
  )
  const filtered = Object.keys(paramsOf(filters)).some((name) => name !== 'after')
  return (
    <>
      <PageHeader
        title="Payments"
        note="Each row is one payment, with its requests and its charges at the bank."
      />
      <WaitingRequests />
      <PaymentFilterBar filters={filters} onChange={change} onClear={clear} />
      <ListFrame
        live={live}
        filters={{
          active: filtered,
          params: paramsOf(filters),
          hint: 'Remove a filter above, or all of them.',
          clear,
        }}
        path="/dashboard/payments"
        what="payments"
        table={(payments) => <PaymentTable payments={payments} />}
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
