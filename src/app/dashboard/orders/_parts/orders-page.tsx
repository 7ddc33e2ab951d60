'use client'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { useZoneName } from '@/ui/timestamp'
import { api, type OrderCountsData, type OrderPageData, type ReceiptRule } from '../../_parts/api'
import { FileLink } from '../../_parts/files/file-link'
import { ListFrame } from '../../_parts/list/list-frame'
import { addressOf, choiceParam } from '../../_parts/list/search-params'
import { ListSums, StateTabs } from '../../_parts/list/state-tabs'
import { useReaderClock } from '../../_parts/list/use-reader-clock'
import { useLive, useLiveQuery } from '../../_parts/live/live-query'
import { formatCount } from '../../_parts/words'
import { OrderFilterBar } from './order-filter-bar'
import { filterQueryOf, filtersInForce, type OrderListQuery, paramsOf, queryOf } from './order-query'
import { ORDER_STATES, orderStateWord } from './order-state'
import { OrderTable } from './order-table'
import { ReceiptMails } from './receipt-mails'
import { useOrderFilters } from './use-order-query'

const PATH = '/dashboard/orders'
const CAPTIONS = {
  newest: 'Orders, the newest first',
  highest: 'Orders, the highest amount first',
  lowest: 'Orders, the lowest amount first',
}

/** @param receipts whether shoppers get their receipt by e-mail; null: it could not be read */
export function OrdersPage({
  initial,
  initialQuery,
  receipts,
}: {
  initial: OrderPageData | null
  initialQuery: OrderListQuery
  receipts: ReceiptRule | null
}) {
  const { filters, change, clear } = useOrderFilters()
  const clock = useReaderClock()
  const zone = useZoneName()
  const query = queryOf(filters, clock)
  const which = filterQueryOf(filters, clock)
  const live = useLiveQuery(['orders'], query, (wanted) => api.orders.list.query(wanted), {
    initial,
    initialQuery,
  })
  const counts = useLive(['order-counts', which], () => api.orders.counts.query(which), undefined, {
    on: ['payments'],
  })
  const here = choiceParam(ORDER_STATES, filters.state ?? undefined) ?? null
  const counted = counts.data && countedBy(counts.data)
  const mainCurrency = counts.data?.counts?.[0]?.currency ?? 'EUR'
  const filtered = filtersInForce(filters).length > 0
  const more = filtered && live.data?.nextCursor !== null
  return (
    <>
      <PageHeader
        title="Orders"
        note="What shoppers were asked to pay, and how it stands. An order is paid at most once, whichever key is used."
        actions={
          <FileLink
            file="/api/exports/orders"
            query={{ ...which, ...(query.state ? { state: query.state } : {}), zone }}
          >
            Export CSV
          </FileLink>
        }
      />
      <StateTabs
        label="State"
        states={ORDER_STATES}
        here={here}
        counts={counted}
        wordOf={orderStateWord}
        hrefOf={(state) => addressOf(PATH, paramsOf({ ...filters, state, after: null }))}
      />
      <OrderFilterBar filters={filters} mainCurrency={mainCurrency} onChange={change} onClear={clear} />
      <ListSums what="orders" here={here} counts={counted} summed={null} />
      {query.sort && live.data?.whole === false && counts.data && (
        <p className="mb-2 text-ink-2 text-ui">
          In order are the newest {formatCount(counts.data.countedMax)} orders. Choose a shorter period to
          have all of it in order.
        </p>
      )}
      <ListFrame
        live={live}
        filters={{
          active: filtered,
          params: paramsOf(filters),
          hint: more
            ? 'A page looks through 5,000 orders. Older ones are on the next pages.'
            : 'Search takes a part of a reference, an address or an item, or a whole id.',
          clear,
        }}
        path={PATH}
        what="orders"
        byTime={query.sort === undefined}
        table={(orders) => <OrderTable orders={orders} caption={CAPTIONS[query.sort ?? 'newest']} />}
        empty={
          <EmptyState title="No orders yet">
            An order comes with each purchase in the test shop, and with each POST to /api/v1/orders.
          </EmptyState>
        }
      />
      {receipts && <ReceiptMails initial={receipts} />}
    </>
  )
}

function countedBy({ counts, countedMax }: OrderCountsData) {
  return { counts: counts?.map(({ orders, ...row }) => ({ ...row, rows: orders })) ?? null, countedMax }
}
