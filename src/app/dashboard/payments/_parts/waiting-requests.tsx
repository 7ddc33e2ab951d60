'use client'
import Link from 'next/link'
import { Badge } from '@/ui/badge'
import { Card, CardHeader } from '@/ui/card'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { ActorName } from '../../_parts/actor-name'
import { api } from '../../_parts/api'
import { useLive } from '../../_parts/live/live-query'

/** Refund requests that wait for a decision, the oldest first. Absent while there are none. */
export function WaitingRequests() {
  const { data } = useLive(['refund-requests'], () => api.refunds.requests.query(), undefined, {
    on: ['acts', 'payments'],
  })
  if (!data || data.requests.length === 0) return null
  return (
    <div className="mb-4">
      <Card>
        <CardHeader
          title="Refunds that wait for an approval"
          note="An admin who did not ask for it decides."
        />
        <ul className="divide-y divide-line">
          {data.requests.map((request) => (
            <li
              key={request.id}
              className="relative flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2.5 text-ui hover:bg-muted/50 sm:px-5"
            >
              <Link
                href={`/dashboard/payments/${request.paymentId}`}
                className="font-medium text-ink no-underline after:absolute after:inset-0"
              >
                <Money minor={request.amount} currency={request.currency} />
              </Link>
              {request.yours && <Badge tone="info">Yours</Badge>}
              <span className="w-full text-ink-3 text-xs">
                <Verbatim>{request.reason}</Verbatim> · by <ActorName by={request.by} />, until{' '}
                <Timestamp at={request.expiresAt} seconds={false} />
              </span>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  )
}
