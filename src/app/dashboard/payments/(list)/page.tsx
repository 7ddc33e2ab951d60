import { caller } from '@/app/_trpc/caller'
import type { SearchParams } from '../../_parts/list/search-params'
import { filtersOf, type PaymentListQuery, queryOf } from '../_parts/payment-query'
import { PaymentsPage } from '../_parts/payments-page'

export const metadata = { title: 'Payments' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filters = filtersOf(await searchParams)
  const query: PaymentListQuery = queryOf(filters, { now: Date.now(), zone: 'utc' })
  // "Today" is the reader's: their browser asks for it.
  const initial = filters.when ? null : await (await caller()).payments.list(query).catch(() => null)
  return <PaymentsPage initial={initial} initialQuery={query} />
}
