import { caller } from '@/app/_trpc/caller'
import type { SearchParams } from '../../_parts/list/search-params'
import { filtersOf, queryOf } from '../_parts/order-query'
import { OrdersPage } from '../_parts/orders-page'

export const metadata = { title: 'Orders' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filters = filtersOf(await searchParams)
  const query = queryOf(filters, { now: Date.now(), zone: 'utc' })
  const api = await caller()
  const [initial, receipts] = await Promise.all([
    // "Today" is the reader's: their browser asks for it.
    filters.when ? null : api.orders.list(query).catch(() => null),
    api.receipts.rule().catch(() => null),
  ])
  return <OrdersPage initial={initial} initialQuery={query} receipts={receipts} />
}
