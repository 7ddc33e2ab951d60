'use client'
import { EmptyState } from '@/ui/empty-state'
import { Select } from '@/ui/field'
import { PageHeader } from '@/ui/page-header'
import { api, type OrderPageData, type ReceiptRule } from '../../_parts/api'
import { FileLink } from '../../_parts/files/file-link'
import { ListFrame } from '../../_parts/list/list-frame'
import { SearchInput } from '../../_parts/list/search-input'
import { useLive } from '../../_parts/live/live-query'
import { ORDER_STATES, orderStateWord } from './order-state'
import { OrderTable } from './order-table'
import { ReceiptMails } from './receipt-mails'
import { type OrderListQuery, paramsOf, queryOf, useOrderFilters } from './use-order-query'

/**
 * @param receipts whether shoppers get their receipt by e-mail; null: it could not be read
 * @param mayChoose the operator may change that
 */
export function OrdersPage({
  initial,
  initialQuery,
  receipts,
  mayChoose,
}: {
  initial: OrderPageData | null
  initialQuery: OrderListQuery
  receipts: ReceiptRule | null
  mayChoose: boolean
}) {
  const { filters, change, clear } = useOrderFilters()
  const query = queryOf(filters)
  const isInitial = JSON.stringify(query) === JSON.stringify(initialQuery)
  const live = useLive(
    ['orders', query],
    () => api.orders.list.query(query),
    isInitial ? (initial ?? undefined) : undefined,
  )
  const filtered = filters.q !== null || filters.state !== null
  const more = filtered && live.data?.nextCursor !== null
  return (
    <>
      <PageHeader
        title="Orders"
        note="What shoppers were asked to pay, and how it stands. An order is paid at most once, whichever key is used."
        actions={
          <FileLink file="/api/exports/orders" query={{ state: filters.state, search: filters.q }}>
            Export CSV
          </FileLink>
        }
      />
      <search className="mb-4 grid gap-2 sm:grid-cols-[minmax(14rem,28rem)_auto_1fr]">
        <SearchInput
          label="Search orders"
          placeholder="Reference, e-mail, item or ord_…"
          maxLength={200}
          value={filters.q}
          onSearch={(q) => change({ q })}
        />
        <Select
          aria-label="State"
          value={filters.state ?? ''}
          onChange={(event) =>
            change({ state: ORDER_STATES.find((state) => state === event.target.value) ?? null })
          }
        >
          <option value="">Any state</option>
          {ORDER_STATES.map((state) => (
            <option key={state} value={state}>
              {orderStateWord(state)}
            </option>
          ))}
        </Select>
      </search>
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
        path="/dashboard/orders"
        what="orders"
        table={(orders) => <OrderTable orders={orders} />}
        empty={
          <EmptyState title="No orders yet">
            An order comes with each purchase in the test shop, and with each POST to /api/v1/orders.
          </EmptyState>
        }
      />
      {receipts && <ReceiptMails initial={receipts} mayChoose={mayChoose} />}
    </>
  )
}
