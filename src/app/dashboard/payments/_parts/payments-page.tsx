'use client'
import Link from 'next/link'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { SkeletonRows } from '@/ui/skeleton'
import { api, type PaymentPage } from '../../_parts/api'
import { Pager } from '../../_parts/list/pager'
import { useLive } from '../../_parts/live/live-query'
import { Refetching, StaleDataBanner } from '../../_parts/live/stale-data'
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
      <StaleDataBanner query={live} />
      <Card className="overflow-hidden">
        {live.data ? (
          <Refetching active={live.isPlaceholderData}>
            {live.data.items.length > 0 ? (
              <PaymentTable payments={live.data.items} />
            ) : filtered ? (
              <NoneMatch onClear={clear} />
            ) : (
              <NoneYet />
            )}
            <Pager
              path="/dashboard/payments"
              params={paramsOf(filters)}
              nextCursor={live.data.nextCursor}
              what="payments"
            />
          </Refetching>
        ) : live.isError ? (
          <EmptyState
            title="The list could not be loaded."
            action={<Button onClick={() => live.refetch()}>Try again</Button>}
          >
            The server is not responding. We keep trying.
          </EmptyState>
        ) : (
          <SkeletonRows rows={10} />
        )}
      </Card>
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

function NoneMatch({ onClear }: { onClear(): void }) {
  return (
    <EmptyState title="No payments match" action={<Button onClick={onClear}>Remove all filters</Button>}>
      Remove a filter above, or all of them.
    </EmptyState>
  )
}
