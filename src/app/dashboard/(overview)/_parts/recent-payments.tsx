'use client'
import Link from 'next/link'
import { Card, CardHeader } from '@/ui/card'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import type { PaymentRow } from '../../_parts/api'
import { AttemptStrip } from '../../_parts/attempts/attempt-strip'
import { useSteadyRows } from '../../_parts/list/new-rows'
import { NewRowsPill } from '../../_parts/list/new-rows-pill'
import { Tint } from '../../_parts/live/tint'
import { paymentLine } from '../../_parts/payment-sentences'
import { PaymentState, stateKey } from '../../_parts/payment-state'

/** The latest payments, newest first, one sentence each. */
export function RecentPayments({ payments }: { payments: readonly PaymentRow[] }) {
  const { rows = payments, waiting, show } = useSteadyRows(payments, 'latest')
  return (
    <Card>
      <CardHeader
        title="Latest payments"
        actions={
          <Link href="/dashboard/payments" className={`${LINK} text-ui`}>
            All payments
          </Link>
        }
      />
      <NewRowsPill waiting={waiting} what="payments" onShow={show} />
      <ol className="divide-y divide-line">
        {rows.map((payment) => (
          <li
            key={payment.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-ui hover:bg-muted/50 sm:px-5"
          >
            <Timestamp at={payment.createdAt} style="time" className="w-24 text-ink-3" />
            <Link
              href={`/dashboard/payments/${payment.id}`}
              className="figures font-medium text-ink no-underline hover:underline"
            >
              {paymentLine(payment)}
            </Link>
            <span className="ml-auto flex items-center gap-3">
              <AttemptStrip counts={payment} />
              <Tint value={stateKey(payment)}>
                <PaymentState payment={payment} />
              </Tint>
            </span>
          </li>
        ))}
      </ol>
    </Card>
  )
}
