import { listOrders, type OrderFilter, type OrderSummary } from '@/checkout/orders/list'
import { showId } from '@/lib/id'
import type { CsvCell } from './csv'
import { moneyCells } from './csv'
import { type CsvTable, instantCells, instantColumns } from './csv-file'
import type { Taking } from './export-route'

/** Orders of one read: each is looked up with its items and its payment. */
const PAGE = 500

const COLUMNS = [
  'order',
  ...instantColumns('createdAt'),
  'state',
  'amount',
  'amountMinor',
  'currency',
  'refunded',
  'refundedMinor',
  'refundUnderWay',
  'refundUnderWayMinor',
  'reference',
  'customerEmail',
  'items',
]

/** Orders of a filter, newest first, as the list of the dashboard shows them. */
export function ordersTable({ deps, merchantId }: Taking, filter: OrderFilter, zone: string): CsvTable {
  const when = instantCells(zone)
  async function* pages(): AsyncGenerator<CsvCell[][]> {
    let before: string | null = null
    do {
      const page: Awaited<ReturnType<typeof listOrders>> = await listOrders(deps.pages, merchantId, {
        ...filter,
        before,
        limit: PAGE,
      })
      yield page.orders.map((order) => rowOf(order, when))
      before = page.next
    } while (before !== null)
  }
  return { columns: COLUMNS, pages: pages() }
}

function rowOf(order: OrderSummary, when: (at: Date) => [Date, string]): CsvCell[] {
  const { currency } = order
  return [
    showId('ord', order.id),
    ...when(order.createdAt),
    order.state,
    ...moneyCells(order.amount, currency),
    ...moneyCells(order.refunded, currency).slice(0, 2),
    ...moneyCells(order.refundUnderWay, currency).slice(0, 2),
    order.reference,
    order.customerEmail,
    order.items.map(({ name, quantity }) => `${quantity} × ${name}`).join('; '),
  ]
}
