'use client'
import Link from 'next/link'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { ActorName, ActorOrigin } from '../../../_parts/actor-name'
import { api, type OrderData, type PaymentPage } from '../../../_parts/api'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { OrderState } from '../../_parts/order-state'
import { OrderActions } from './order-actions'
import { OrderHistory } from './order-history'
import { OrderPayments } from './order-payments'

/** One order: how it stands, what was ordered, and every payment of it. */
export function OrderDetailPage({
  initial,
  initialPayments,
}: {
  initial: OrderData
  initialPayments: PaymentPage | null
}) {
  const { id } = initial
  const live = useLive(['order', id], () => api.orders.get.query({ id }), initial)
  const payments = useLive(
    ['payments-of-order', id],
    () => api.payments.list.query({ search: id }),
    initialPayments ?? undefined,
  )
  const order = live.data ?? initial
  return (
    <>
      <p className="mb-2">
        <Link href="/dashboard/orders" className={LINK}>
          Orders
        </Link>
      </p>
      <PageHeader
        title={<Money minor={order.amount} currency={order.currency} />}
        note={<CopyId id={order.id} />}
        actions={
          <>
            <CopyCheckout order={order} />
            <OrderActions order={order} onChange={() => void live.refetch()} />
          </>
        }
      />
      <StaleDataBanner query={live} />
      <p className="mb-4">
        <OrderState order={order} />
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Items order={order} />
          <OrderPayments payments={payments.data?.items ?? null} failed={payments.isError} />
          <OrderHistory order={order} />
        </div>
        <OrderFacts order={order} />
      </div>
    </>
  )
}

/** The link at which the shopper pays; of a paid order there is nothing to send. */
function CopyCheckout({ order }: { order: OrderData }) {
  const [said, setSaid] = useState('')
  if (order.state !== 'open') return null
  const copy = () => {
    navigator.clipboard?.writeText(order.checkoutUrl).then(
      () => setSaid('The link is copied.'),
      () => setSaid('The browser did not allow copying.'),
    )
  }
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span role="status" className="text-ink-2 text-ui empty:sr-only">
        {said}
      </span>
      <Button onClick={copy}>Copy the checkout link</Button>
    </span>
  )
}

function Items({ order: { items, amount, currency } }: { order: OrderData }) {
  return (
    <Card>
      <CardHeader title="Items" />
      <ul className="px-4 py-3 text-sm sm:px-5">
        {items.map((item, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an order's items are numbered by their position, also in the table
          <li key={position} className="flex items-baseline justify-between gap-4 py-1">
            <span className="min-w-0 break-words">
              <Verbatim>{item.name}</Verbatim>{' '}
              <span className="figures whitespace-nowrap text-ink-3">× {item.quantity}</span>
            </span>
            <Money minor={item.quantity * item.unitAmount} currency={currency} />
          </li>
        ))}
        <li className="mt-2 flex items-baseline justify-between border-line border-t pt-3 font-semibold">
          Total <Money minor={amount} currency={currency} />
        </li>
      </ul>
    </Card>
  )
}

function OrderFacts({ order }: { order: OrderData }) {
  const entries = Object.entries(order.metadata)
  return (
    <Card>
      <CardHeader title="Facts" />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          {order.reference && (
            <Fact name="Reference">
              <Verbatim>{order.reference}</Verbatim>
            </Fact>
          )}
          <Fact name="Customer">
            <span className="break-all">{order.customerEmail ?? '—'}</span>
          </Fact>
          <Fact name="Created">
            <Timestamp at={order.createdAt} />
          </Fact>
          <Fact name="By">
            <ActorName by={order.by} />
          </Fact>
          <ActorOrigin by={order.by} />
          <Fact name="Version">{order.version}</Fact>
          <Fact name="Expires">{order.expiresAt ? <Timestamp at={order.expiresAt} /> : 'Never'}</Fact>
          <Fact name="Back after paying">
            <span className="break-all">{order.successUrl ?? '—'}</span>
          </Fact>
          <Fact name="Back without paying">
            <span className="break-all">{order.cancelUrl ?? '—'}</span>
          </Fact>
          {entries.map(([key, value]) => (
            <Fact key={key} name={key}>
              <span className="break-all">
                <Verbatim>{value}</Verbatim>
              </span>
            </Fact>
          ))}
        </Facts>
      </div>
    </Card>
  )
}
