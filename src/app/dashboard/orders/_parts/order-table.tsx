import Link from 'next/link'
import { shorten } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import type { ListedOrder } from '../../_parts/api'
import { OrderState } from './order-state'

export function OrderTable({ orders, caption }: { orders: readonly ListedOrder[]; caption: string }) {
  return (
    <Table caption={caption}>
      <TableHead>
        <Th>Order</Th>
        <Th>State</Th>
        <Th className="text-right">Amount</Th>
        <Th>Items</Th>
        <Th>Customer</Th>
        <Th className="text-right">Created</Th>
      </TableHead>
      <TableBody>
        {orders.map((order) => (
          <Tr key={order.id} className="group relative">
            <Td label="Order" primary>
              <Link
                href={`/dashboard/orders/${order.id}`}
                title={order.id}
                className="text-ink no-underline after:absolute after:inset-0 group-hover:text-link"
              >
                {order.reference ? (
                  <span className="line-clamp-1 max-w-48 break-all">
                    <Verbatim>{order.reference}</Verbatim>
                  </span>
                ) : (
                  <span className="font-mono text-xs">{shorten(order.id, 8, 4)}</span>
                )}
              </Link>
            </Td>
            <Td label="State" primary>
              <OrderState order={order} />
            </Td>
            <Td label="Amount" className="font-medium md:text-right">
              <Money minor={order.amount} currency={order.currency} />
            </Td>
            <Td label="Items" className="text-ink-2">
              <span className="line-clamp-1 max-w-56 break-all max-md:text-end">
                <Items items={order.items} />
              </span>
            </Td>
            <Td label="Customer" className="text-ink-2">
              <span className="line-clamp-1 max-w-48 break-all max-md:text-end">
                {order.customerEmail ?? '—'}
              </span>
            </Td>
            <Td label="Created" className="text-ink-2 md:text-right">
              <Timestamp at={order.createdAt} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

function Items({ items }: Pick<ListedOrder, 'items'>) {
  const [first, ...others] = items
  if (!first) return '—'
  return (
    <>
      <Verbatim>{first.name}</Verbatim>
      {first.quantity > 1 && ` × ${first.quantity}`}
      {others.length > 0 && ` and ${others.length} more`}
    </>
  )
}
