import { caller } from '@/app/_trpc/caller'
import { choiceParam, type SearchParams, textParam } from '../../_parts/list/search-params'
import { ORDER_STATES } from '../_parts/order-state'
import { OrdersPage } from '../_parts/orders-page'
import type { OrderListQuery } from '../_parts/use-order-query'

export const metadata = { title: 'Orders' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = readQuery(await searchParams)
  const api = await caller()
  const [initial, rule, { role }] = await Promise.all([
    api.orders.list(query).catch(() => null),
    api.receipts.rule().catch(() => null),
    api.operator.current(),
  ])
  return <OrdersPage initial={initial} initialQuery={query} receipts={rule} mayChoose={role === 'admin'} />
}

function readQuery(search: SearchParams): OrderListQuery {
  const state = choiceParam(ORDER_STATES, search.state)
  const q = textParam(search.q, 200)
  const cursor = textParam(search.after, 200)
  return { ...(state ? { state } : {}), ...(q ? { search: q } : {}), ...(cursor ? { cursor } : {}) }
}
