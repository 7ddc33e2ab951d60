import Link from 'next/link'
import { Card, CardHeader } from '@/ui/card'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import type { PaymentRow } from '../../../_parts/api'
import { PaymentState } from '../../../_parts/payment-state'

/**
 * The payments of an order, newest first.
 * @param payments null: not known yet
 * @param failed they could not be read
 */
export function OrderPayments({
  payments,
  failed,
}: {
  payments: readonly PaymentRow[] | null
  failed: boolean
}) {
  return (
    <Card>
      <CardHeader title="Payments" note="At most one of them succeeds." />
      <ul className="divide-y divide-line">
        {payments?.map((payment) => (
          <li
            key={payment.id}
            className="relative flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2.5 text-ui hover:bg-muted/50 sm:px-5"
          >
            <Link
              href={`/dashboard/payments/${payment.id}`}
              className="font-medium text-ink no-underline after:absolute after:inset-0"
            >
              <Money minor={payment.amount} currency={payment.currency} />
            </Link>
            <PaymentState payment={payment} />
            <span className="w-full text-ink-3 text-xs">
              <Timestamp at={payment.createdAt} />{' '}
              {payment.declineCode && <span className="font-mono">· {payment.declineCode}</span>}
            </span>
          </li>
        ))}
        {payments?.length === 0 && (
          <li className="px-4 py-2.5 text-ink-3 text-ui sm:px-5">Nobody has tried to pay it yet</li>
        )}
        {!payments && (
          <li className="px-4 py-2.5 text-ink-3 text-ui sm:px-5">
            {failed ? 'They could not be loaded. We keep trying.' : 'Loading…'}
          </li>
        )}
      </ul>
    </Card>
  )
}
