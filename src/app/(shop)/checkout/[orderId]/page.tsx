import { randomUUID } from 'node:crypto'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { caller } from '@/server/caller'
import { isNotFound } from '../../_parts/not-found'
import { ShopFrame } from '../../_parts/shop-frame'
import { AlreadyPaid } from './_parts/already-paid'
import { Checkout } from './_parts/checkout'
import { OrderSummary } from './_parts/order-summary'

export const metadata: Metadata = { title: 'Pay', robots: { index: false } }

/** One order, one attempt. The key is made here, with the page: it is there before anything can be pressed. */
export default async function CheckoutPage({ params }: { params: Promise<{ orderId: string }> }) {
  const { orderId } = await params
  const api = await caller()
  const order = await api.checkout.order({ orderId }).catch((error: unknown) => {
    if (isNotFound(error)) notFound()
    throw error
  })
  const paid = order.status === 'paid' || order.payment?.status === 'succeeded'
  return (
    <ShopFrame merchantName={order.merchantName}>
      <div className="grid items-start gap-5 md:grid-cols-[minmax(0,1fr)_20rem] md:gap-8">
        <div className="md:order-2">
          <OrderSummary order={order} />
        </div>
        {paid ? <AlreadyPaid order={order} /> : <Checkout order={order} freshKey={randomUUID()} />}
      </div>
    </ShopFrame>
  )
}
