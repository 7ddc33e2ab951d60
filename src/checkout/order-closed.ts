import type { Problem } from '@payonce/idempotency/problems'
import type { OrderStatus } from './order'

/** Why an order that has ended is neither paid nor changed. Nothing was done. */
export function orderClosed(status: Exclude<OrderStatus, 'open'>): Problem {
  return { kind: 'order-closed', detail: DETAILS[status], facts: { status } }
}

const DETAILS: Record<Exclude<OrderStatus, 'open'>, string> = {
  paid: 'This order is paid, so it stays as it is. Give money back with a refund; for other items place a new order.',
  cancelled: 'This order was cancelled. Nothing was charged. Place a new order.',
  expired: 'The time to pay this order has passed. Nothing was charged. Place a new order.',
}
