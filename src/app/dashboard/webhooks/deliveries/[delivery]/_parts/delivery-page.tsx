'use client'
import Link from 'next/link'
import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { api, type DeliveryData } from '../../../../_parts/api'
import { ByRole } from '../../../../_parts/frame/by-role'
import { useLive } from '../../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../../_parts/live/stale-data'
import { DeliveryState } from '../../../_parts/delivery-state'
import { AttemptLog } from './attempt-log'
import { explainDelivery, paymentOf } from './delivery-sentences'
import { RequestCard } from './request-card'
import { Resend } from './resend'

/** One event on its way to one endpoint: what is sent, and each answer. */
export function DeliveryDetailPage({ initial }: { initial: DeliveryData }) {
  const { id } = initial
  const query = useLive(['delivery', id], () => api.webhooks.delivery.query({ id }), initial, {
    everyMs: 2_000,
  })
  const delivery = query.data ?? initial
  const { endpoint } = delivery
  return (
    <>
      <PageHeader
        back={
          <Link
            href={endpoint ? `/dashboard/webhooks/${endpoint.id}` : '/dashboard/webhooks'}
            className={LINK}
          >
            {endpoint ? <span className="[overflow-wrap:anywhere]">{endpoint.url}</span> : 'Webhooks'}
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="font-mono text-lg [overflow-wrap:anywhere]">{delivery.eventType}</span>
            <DeliveryState delivery={delivery} />
          </span>
        }
        note={explainDelivery(delivery)}
        actions={
          endpoint?.state === 'enabled' && (
            <ByRole needs="admin" what="Send again">
              <Resend delivery={delivery} refresh={() => query.refetch()} />
            </ByRole>
          )
        }
      />
      <StaleDataBanner query={query} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Card>
            <CardHeader title="Delivery" />
            <div className="px-4 py-1.5 sm:px-5">
              <DeliveryFacts delivery={delivery} />
            </div>
          </Card>
          <AttemptLog delivery={delivery} />
        </div>
        <RequestCard delivery={delivery} />
      </div>
    </>
  )
}

function DeliveryFacts({ delivery }: { delivery: DeliveryData }) {
  const payment = paymentOf(delivery.body)
  return (
    <Facts>
      <Fact name="Id">
        <CopyId id={delivery.id} />
      </Fact>
      <Fact name="Event">
        <CopyId id={delivery.eventId} />
      </Fact>
      {payment && (
        <Fact name="Payment">
          <Link href={`/dashboard/payments/${payment}`} className={LINK}>
            Open
          </Link>
        </Fact>
      )}
      <Fact name="Created">
        <Timestamp at={delivery.createdAt} />
      </Fact>
      {delivery.nextAttemptAt && (
        <Fact name="Next attempt">
          <Timestamp at={delivery.nextAttemptAt} />
        </Fact>
      )}
      {delivery.endedAt && (
        <Fact name={delivery.state === 'delivered' ? 'Arrived' : 'Given up'}>
          <Timestamp at={delivery.endedAt} />
        </Fact>
      )}
    </Facts>
  )
}
