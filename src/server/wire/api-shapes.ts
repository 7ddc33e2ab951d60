import { z } from 'zod'
import { ORDER_STATUSES } from '@/checkout/order'
import type { OrderRow } from '@/checkout/place-order'
import { receiptPath } from '@/checkout/receipt-path'
import { showId } from '@/lib/id'
import type { PaymentForApi } from '@/payments/api-read'
import { PAYMENT_STATUSES } from '@/payments/payment'
import type { ShownRefundStatus } from '@/payments/refund-store'
import { amount, maybeTime, time } from './json'

/**
 * Orders, payments and refunds as the API shows them: the schemas of the document, and the functions that fill
 * them.
 */

const ID = '018f3c2a9d4e7c31b2a45f60718293a4'
const id = (prefix: string, of: string) =>
  z.string().meta({ description: `The ${of}’s id.`, example: `${prefix}_${ID}` })
const money = z
  .int()
  .meta({ description: 'In the smallest unit of the currency: 2400 means €24.00.', example: 2400 })
const currency = z.string().meta({ example: 'EUR' })
const at = z.iso.datetime().meta({ description: 'RFC 3339, UTC.', example: '2026-11-24T12:00:00.000Z' })
const metadata = z.record(z.string(), z.string()).meta({ example: { cart: '7431' } })

export const orderShape = z
  .object({
    id: id('ord', 'order'),
    checkoutUrl: z.url().meta({
      description: 'The page where a person pays the order.',
      example: `https://pay.example/checkout/ord_${ID}`,
    }),
    amount: money,
    currency,
    status: z.enum(ORDER_STATUSES).meta({
      description: 'Only an `open` order can be paid, changed and cancelled. All others are final.',
      example: 'open',
    }),
    version: z.int().meta({ description: 'Grows whenever the items change.', example: 1 }),
    expiresAt: at.nullable().meta({ description: 'When an open order expires; null: never.' }),
    reference: z.string().nullable().meta({ example: 'R-1001' }),
    customerEmail: z.string().nullable().meta({ example: 'ann@example.com' }),
    metadata,
    successUrl: z.string().nullable().meta({
      description: 'Where the link on the receipt leads, as given.',
      example: 'https://shop.example/thanks?order={ORDER_ID}',
    }),
    cancelUrl: z.string().nullable().meta({
      description: 'Where the link on the checkout leads, as given.',
      example: 'https://shop.example/basket',
    }),
    items: z.array(
      z.object({
        name: z.string().meta({ example: 'T-shirt' }),
        quantity: z.int().meta({ example: 2 }),
        unitAmount: z.int().meta({ example: 1200 }),
      }),
    ),
    createdAt: at,
  })
  .meta({ id: 'Order' })

export const paymentShape = z
  .object({
    id: id('pay', 'payment'),
    orderId: id('ord', 'order'),
    amount: money,
    currency,
    status: z.enum(PAYMENT_STATUSES).meta({
      description:
        '`sending`: the bank is being asked. `unknown`: the bank did not answer; we are asking it for the outcome. `requires_action`: the shopper must confirm at `nextAction.url`. `authorised`: the bank has reserved the amount, until you capture or void it. All others are final.',
      example: 'succeeded',
    }),
    paymentMethod: z.string().meta({ example: 'pm_card_visa' }),
    cardLabel: z.string().nullable().meta({ example: 'Visa •••• 4242' }),
    declineCode: z.string().nullable().meta({ example: null }),
    amountRefunded: z
      .int()
      .meta({ description: 'Total refunded, including refunds that are pending.', example: 0 }),
    description: z.string().nullable().meta({ example: null }),
    metadata,
    receiptUrl: z.url().nullable().meta({
      description: 'The shopper’s receipt; null until the payment has succeeded.',
      example: 'https://pay.example/receipt/3p…',
    }),
    nextAction: z
      .object({ type: z.literal('redirect'), url: z.url() })
      .nullable()
      .meta({
        description: 'The next step of the shopper while the status is `requires_action`, else null.',
        example: null,
      }),
    amountAuthorised: z.int().optional().meta({
      description:
        'Only where a part was captured: what had been reserved. `amount` is what was charged, and the rest was released.',
      example: 2400,
    }),
    captureBefore: at.optional().meta({
      description:
        'Only of a payment that was authorised: from then on it cannot be captured, and what was reserved is released.',
    }),
    createdAt: at,
  })
  .meta({ id: 'Payment' })

export const refundShape = z
  .object({
    id: id('ref', 'refund'),
    paymentId: id('pay', 'payment'),
    amount: money,
    currency,
    status: z.enum(['pending', 'succeeded', 'failed', 'returned']).meta({
      example: 'succeeded',
      description: '`returned`: it succeeded, and the card’s bank gave the money back to us later.',
    }),
    reason: z.string().nullable().meta({ example: 'sent back' }),
    createdAt: at,
  })
  .meta({ id: 'Refund' })

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: 'Send it as `cursor` to get the next page; null on the last one.' }),
  })
}

export function showOrder(row: OrderRow, baseUrl: string): z.infer<typeof orderShape> {
  const { currency, status, version, reference, customerEmail, metadata, successUrl, cancelUrl, items } = row
  const shown = showId('ord', row.id)
  return {
    id: shown,
    checkoutUrl: `${baseUrl}/checkout/${shown}`,
    amount: amount(row.amount),
    currency,
    status,
    version,
    expiresAt: maybeTime(row.expiresAt),
    reference,
    customerEmail,
    metadata,
    successUrl,
    cancelUrl,
    items,
    createdAt: time(row.createdAt),
  }
}

/** @param actionUrl the bank's page while the shopper must confirm there, else null */
export function showPayment(
  row: PaymentForApi,
  actionUrl: string | null,
  baseUrl: string,
): z.infer<typeof paymentShape> {
  const { currency, status, cardLabel, declineCode, description, metadata } = row
  return {
    id: showId('pay', row.id),
    orderId: showId('ord', row.orderId),
    amount: amount(row.amount),
    currency,
    status,
    paymentMethod: row.method,
    cardLabel,
    declineCode,
    amountRefunded: amount(row.refundedAmount),
    description,
    metadata,
    receiptUrl: status === 'succeeded' ? `${baseUrl}${receiptPath(row.receiptToken)}` : null,
    nextAction: actionUrl ? { type: 'redirect', url: new URL(actionUrl, baseUrl).href } : null,
    ...(row.authorisedAmount ? { amountAuthorised: amount(row.authorisedAmount) } : {}),
    ...(row.captureBefore ? { captureBefore: time(row.captureBefore) } : {}),
    createdAt: time(row.createdAt),
  }
}

export interface ShownRefund {
  id: string
  paymentId: string
  amount: bigint
  currency: string
  status: ShownRefundStatus
  reason: string | null
  createdAt: Date
}

export function showRefund({
  id: refundId,
  paymentId,
  status,
  currency,
  reason,
  ...row
}: ShownRefund): z.infer<typeof refundShape> {
  return {
    id: showId('ref', refundId),
    paymentId: showId('pay', paymentId),
    amount: amount(row.amount),
    currency,
    status: refundState(status),
    reason,
    createdAt: time(row.createdAt),
  }
}

export function refundState(status: ShownRefundStatus): 'pending' | 'succeeded' | 'failed' | 'returned' {
  return status === 'sending' || status === 'unknown' ? 'pending' : status
}
