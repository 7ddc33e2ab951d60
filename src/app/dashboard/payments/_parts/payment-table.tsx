import Link from 'next/link'
import { Money } from '@/ui/money'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import type { PaymentRow } from '../../_parts/api'
import { AttemptStrip, RequestsToCharges } from '../../_parts/attempts/attempt-strip'
import { chargeMark } from '../../_parts/bank-sentences'
import { Tint } from '../../_parts/live/tint'
import { requestsOf } from '../../_parts/payment-sentences'
import { PaymentState, stateKey } from '../../_parts/payment-state'
import { COLUMNS, type ColumnName } from './payment-columns'
import { PaymentMenu } from './payment-menu'

/** @param hidden columns that the reader has left out */
export function PaymentTable({
  payments,
  hidden,
  caption,
}: {
  payments: readonly PaymentRow[]
  hidden: readonly ColumnName[]
  caption: string
}) {
  const shown = (name: ColumnName) => !hidden.includes(name)
  return (
    <Table caption={caption}>
      <TableHead>
        <Th numeric>Amount</Th>
        <Th>Status</Th>
        {shown('order') && <Th>{COLUMNS.order}</Th>}
        {shown('customer') && <Th>{COLUMNS.customer}</Th>}
        {shown('card') && <Th>{COLUMNS.card}</Th>}
        {shown('requests') && <Th>{COLUMNS.requests}</Th>}
        <Th className="text-right">Created</Th>
        <Th>
          <span className="sr-only">Actions</span>
        </Th>
      </TableHead>
      <TableBody>
        {payments.map((payment) => (
          <PaymentLine key={payment.id} payment={payment} shown={shown} />
        ))}
      </TableBody>
    </Table>
  )
}

function PaymentLine({ payment, shown }: { payment: PaymentRow; shown(name: ColumnName): boolean }) {
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
        <Tint value={stateKey(payment)}>
          <PaymentState payment={payment} />
        </Tint>
      </Td>
      {shown('order') && (
        <Td label={COLUMNS.order} className="md:max-w-56">
          <Verbatim className="min-w-0">{payment.reference ?? '—'}</Verbatim>
        </Td>
      )}
      {shown('customer') && (
        <Td label={COLUMNS.customer} className="md:max-w-44 md:truncate">
          <span className="truncate">{payment.customerEmail ?? '—'}</span>
        </Td>
      )}
      {shown('card') && (
        <Td label={COLUMNS.card} className="whitespace-nowrap text-ink-2">
          {payment.cardLabel ?? '—'}
        </Td>
      )}
      {shown('requests') && (
        <Td label={COLUMNS.requests}>
          <Tint
            value={payment.strip.join() + requestsOf(payment)}
            className="inline-flex items-center gap-2.5"
          >
            <RequestsToCharges requests={requestsOf(payment)} charges={chargeMark(payment)} />
            <AttemptStrip counts={payment} />
          </Tint>
        </Td>
      )}
      <Td label="Created" className="text-ink-2 md:text-right">
        <Timestamp at={payment.createdAt} seconds={false} />
      </Td>
      <Td label="Actions">
        <PaymentMenu payment={payment} />
      </Td>
    </Tr>
  )
}
