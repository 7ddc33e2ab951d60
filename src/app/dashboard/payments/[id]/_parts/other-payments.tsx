import Link from 'next/link'
import { Card, CardHeader } from '@/ui/card'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import type { PaymentRow } from '../../../_parts/api'
import { PaymentState } from '../../../_parts/payment-state'

/** The other payments of the same order, such as an earlier decline. At most one of all can succeed. */
export function OtherPayments({ siblings }: { siblings: readonly PaymentRow[] }) {
  if (siblings.length === 0) return null
  return (
    <Card>
      <CardHeader title="Other payments of this order" note="An order is paid once, whichever key is used." />
      <ul className="divide-y divide-line">
        {siblings.map((sibling) => (
          <li
            key={sibling.id}
            className="relative flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2.5 text-ui hover:bg-muted/50 sm:px-5"
          >
            <Link
              href={`/dashboard/payments/${sibling.id}`}
              className="font-medium text-ink no-underline after:absolute after:inset-0"
            >
              <Money minor={sibling.amount} currency={sibling.currency} />
            </Link>
            <PaymentState payment={sibling} />
            <span className="w-full text-ink-3 text-xs">
              <Timestamp at={sibling.createdAt} />{' '}
              {sibling.declineCode && <span className="font-mono">· {sibling.declineCode}</span>}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
