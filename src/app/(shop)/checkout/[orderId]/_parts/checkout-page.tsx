'use client'
import { useState } from 'react'
import { ShopFrame } from '../../../_parts/shop-frame'
import { AlreadyPaid } from './already-paid'
import { Checkout, isPaid } from './checkout'
import type { Ended } from './ended'
import { LoadFailed } from './load-failed'
import type { CheckoutOrder } from './order'
import { OrderSummary } from './order-summary'

export interface CheckoutProps {
  orderId: string
  /** The attempt's key, made with the page. */
  freshKey: string
  /** Null when it could not be loaded. */
  order: CheckoutOrder | null
  /** What became of an attempt that the form posted by itself, without scripts. */
  ended: Ended | null
}

/** The order and the one attempt to pay it. */
export function CheckoutPage({ orderId, freshKey, order: first, ended }: CheckoutProps) {
  const [order, setOrder] = useState(first)
  if (!order) return <LoadFailed orderId={orderId} onLoad={setOrder} />
  // What was paid when the page came has nothing to press. What is paid by this page shows its own end.
  const paid = first !== null && isPaid(first)
  return (
    <ShopFrame merchantName={order.merchantName}>
      <div className="grid items-start gap-5 md:grid-cols-[minmax(0,1fr)_20rem] md:gap-8">
        <div className="md:order-2">
          <OrderSummary order={order} />
        </div>
        {paid ? <AlreadyPaid order={order} /> : <Checkout order={order} freshKey={freshKey} ended={ended} onChange={setOrder} />}
      </div>
    </ShopFrame>
  )
}
