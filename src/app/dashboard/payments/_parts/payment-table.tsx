import Link from 'next/link'
import { Money } from '@/ui/money'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import type { PaymentRow } from '../../_parts/api'
import { AttemptStrip, RequestsToCharges } from '../../_parts/attempts/attempt-strip'
import { chargeMark } from '../../_parts/bank-sentences'
import { requestsOf } from '../../_parts/payment-sentences'
import { PaymentState } from '../../_parts/payment-state'

export function PaymentTable({ payments }: { payments: readonly PaymentRow[] }) {
  return (
    <Table caption="Payments, newest first">
      <TableHead>
        <Th numeric>Amount</Th>
        <Th>Status</Th>
        <Th>Order</Th>
        <Th>Customer</Th>
        <Th>Card</Th>
        <Th>Requests→charges</Th>
        <Th className="text-right">Created</Th>
      </TableHead>
      <TableBody>
        {payments.map((payment) => (
          <PaymentLine key={payment.id} payment={payment} />
        ))}
      </TableBody>
    </Table>
  )
}

function PaymentLine({ payment }: { payment: PaymentRow }) {
  const link = `/dashboard/payments/${payment.id}`
  return (
    <Tr className="group relative">
      <Td label="Amount" numeric primary>
        {/* The link covers the row, so that a click anywhere opens it and it still is a link (middle click, copy). */}
        <Link
          href={link}
          className="font-semibold text-ink no-underline after:absolute after:inset-0 group-hover:text-link"
        >
          <Money minor={payment.amount} currency={payment.currency} />
        </Link>
      </Td>
      <Td label="Status" primary>
        <PaymentState payment={payment} />
      </Td>
      <Td label="Order" className="md:max-w-56">
        <Verbatim className="min-w-0">{payment.reference ?? '—'}</Verbatim>
      </Td>
      <Td label="Customer" className="md:max-w-56 md:truncate">
        <span className="truncate">{payment.customerEmail ?? '—'}</span>
      </Td>
      <Td label="Card" className="whitespace-nowrap text-ink-2">
        {payment.cardLabel ?? '—'}
      </Td>
      <Td label="Requests→charges">
        <span className="inline-flex items-center gap-2.5">
          <RequestsToCharges requests={requestsOf(payment)} charges={chargeMark(payment)} />
          <AttemptStrip counts={payment} />
        </span>
      </Td>
      <Td label="Created" className="text-ink-2 md:text-right">
        <Timestamp at={payment.createdAt} />
      </Td>
    </Tr>
  )
}
