import { z } from 'zod'
import { brand } from '@/checkout/brand'
import { ORDER_STATUSES } from '@/checkout/order'
import { LIVE, PAYMENT_STATUSES } from '@/payments/payment'
import { bankCount } from '@/payments/reconciler/bank-count'

/** What a shopper's page gets: an order, the state of an attempt, the answer to a payment, a receipt. Nothing else leaves. */

const itemOut = z.object({ name: z.string(), quantity: z.int(), unitAmount: z.number() })

export const checkoutOut = z.object({
  id: z.string(),
  reference: z.string().nullable(),
  merchantName: z.string(),
  /** Not there where the merchant has chosen nothing. */
  brand: brand.exactOptional(),
  currency: z.string(),
  amount: z.number(),
  version: z.int(),
  status: z.enum(ORDER_STATUSES),
  customerEmail: z.string().nullable(),
  items: z.array(itemOut),
  testMode: z.boolean(),
  /** The shop's own address for who does not pay; null while a payment holds the order. */
  cancelUrl: z.string().nullable(),
  payment: z
    .object({
      status: z.enum(LIVE),
      receiptUrl: z.string().nullable(),
      actionUrl: z.string().nullable(),
      paidAt: z.string().nullable(),
    })
    .nullable(),
})

export const paidOut = z.object({
  payment: z.object({
    id: z.string(),
    status: z.enum(['succeeded', 'authorised', 'requires_action']),
    amount: z.number(),
    currency: z.string(),
    cardLabel: z.string().nullable(),
    paidAt: z.string().nullable(),
  }),
  receiptUrl: z.string(),
  actionUrl: z.string().nullable(),
  idempotency: z.object({
    outcome: z.enum(['executed', 'replayed', 'joined']),
    firstExecutedAt: z.string(),
    expiresAt: z.string(),
  }),
})

export const attemptStateOut = z.object({
  state: z.enum(['none', 'working', 'checking', 'requires_action', 'succeeded', 'declined', 'not_charged']),
  receiptUrl: z.string().nullable(),
  declineCode: z.string().nullable(),
  actionUrl: z.string().nullable(),
})

export const receiptOut = z.object({
  paymentId: z.string(),
  orderId: z.string(),
  ledgerTransactionId: z.string().nullable(),
  status: z.enum(PAYMENT_STATUSES),
  merchantName: z.string(),
  brand: brand.nullable(),
  statementWords: z.string().nullable(),
  reference: z.string().nullable(),
  amount: z.number(),
  /** What was reserved beyond the amount, and released when a part was captured. */
  released: z.number(),
  refunded: z.number(),
  refundUnderWay: z.number(),
  currency: z.string(),
  cardLabel: z.string().nullable(),
  paidAt: z.string().nullable(),
  items: z.array(itemOut),
  fromPage: z.boolean(),
  parked: z.boolean(),
  requests: z.number(),
  held: z.number(),
  ...bankCount,
  surplusRefundedAmount: z.number(),
  surplusDueAmount: z.number(),
  surplusParkedAmount: z.number(),
  /** Our copy of the bank's list holds every charge made until after the payment ended. */
  listIsWhole: z.boolean(),
  listReadAt: z.string().nullable(),
  verificationCode: z.string(),
  earlierCode: z.string().nullable(),
  /** The page that checks the code, as it is printed. */
  verifyUrl: z.string(),
  /** The shop's own address for who has paid. */
  successUrl: z.string().nullable(),
})
