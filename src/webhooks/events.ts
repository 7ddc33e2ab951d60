import { z } from 'zod'

/** The events that are sent, with the shape of their `data`. The OpenAPI document shows this list, and a test compares it with what is written. */

const payment = z.string().meta({ example: 'pay_018f3c2a9d4e7c31b2a45f60718293a4' })
const money = {
  amount: z.int().meta({ description: 'In the smallest unit of the currency.', example: 2400 }),
  currency: z.string().meta({ example: 'EUR' }),
}
const paymentData = (status: string) =>
  z.strictObject({ payment, ...money, status: z.literal(status), declineCode: z.null() })
const refundData = (status: string) =>
  z.strictObject({
    refund: z.string().meta({ example: 'ref_018f3c2a9d4e7c31b2a45f60718293a4' }),
    payment,
    ...money,
    status: z.literal(status),
  })
const surplusData = z.strictObject({
  payment,
  charge: z.string().meta({ description: 'The bank’s reference of the charge.' }),
  ...money,
})

const disputeData = (status: string) =>
  z.strictObject({
    dispute: z
      .string()
      .meta({ description: 'The bank’s reference of the dispute.', example: 'dp_1QfYzX2eZvKYlo2C' }),
    payment: payment
      .nullable()
      .meta({ description: 'Null: of a charge that somebody made at the bank itself.' }),
    charge: z.string().nullable().meta({ description: 'The bank’s reference of the disputed charge.' }),
    amount: z.int().meta({
      description:
        'What the bank has taken because of the dispute, without its fee; in the smallest unit of the currency.',
      example: 2400,
    }),
    currency: z.string().meta({ example: 'EUR' }),
    status: z.literal(status),
  })
const alertData = z.strictObject({
  alert: z.string().meta({ example: 'alr_018f3c2a9d4e7c31b2a45f60718293a4' }),
  kind: z.string().meta({ description: 'Such as `parked`; new kinds may come.', example: 'parked' }),
  subject: z.string().meta({
    description: 'What it is about: the kind of row and its UUID or name.',
    example: 'payment 018f3c2a-9d4e-7c31-b2a4-5f60718293a4',
  }),
  detail: z.string(),
  money: z.boolean().meta({ description: 'Money may be wrong or late because of it.' }),
  since: z.iso.datetime(),
})

const orderData = (status: string) =>
  z.strictObject({
    order: z.string().meta({ example: 'ord_018f3c2a9d4e7c31b2a45f60718293a4' }),
    ...money,
    version: z.int().meta({ description: 'Grows whenever the items change.', example: 2 }),
    status: z.literal(status),
  })

export const EVENTS = {
  'order.changed': {
    summary: 'The items of an open order, or when it expires, have changed',
    data: orderData('open'),
  },
  'order.cancelled': { summary: 'An order was cancelled; nobody can pay it', data: orderData('cancelled') },
  'order.expired': {
    summary: 'The time to pay an order has passed; nobody can pay it',
    data: orderData('expired'),
  },
  'payment.authorised': {
    summary: 'The bank has reserved the amount of a payment; capture it before its time passes',
    data: paymentData('authorised'),
  },
  'payment.voided': {
    summary: 'What was reserved for a payment was released; nothing was charged',
    data: paymentData('voided'),
  },
  'payment.succeeded': {
    summary: 'A payment has succeeded',
    data: paymentData('succeeded').extend({
      amountAuthorised: z.int().optional().meta({
        description: 'Only where a part was captured: what had been reserved. `amount` is what was charged.',
        example: 2400,
      }),
    }),
  },
  'payment.declined': {
    summary: 'A card was declined; nothing was charged',
    data: paymentData('declined').extend({ declineCode: z.string().nullable() }),
  },
  'payment.not_charged': {
    summary: 'A payment has ended without a charge',
    data: paymentData('not_charged'),
  },
  'payment.surplus_found': {
    summary: 'The bank has a charge more than the payment; it is being refunded',
    data: surplusData,
  },
  'payment.surplus_refunded': { summary: 'A surplus charge was refunded', data: surplusData },
  'payment.surplus_parked': {
    summary: 'A surplus charge could not be refunded; a person must look',
    data: surplusData,
  },
  'refund.succeeded': { summary: 'A refund has succeeded', data: refundData('succeeded') },
  'refund.failed': { summary: 'A refund has failed; no money moved', data: refundData('failed') },
  'refund.returned': {
    summary:
      'A refund that had succeeded was returned by the card’s bank; the money is ours again, and the payment can be refunded again',
    data: refundData('returned'),
  },
  'dispute.opened': {
    summary:
      'A shopper disputes a payment at their bank, or again after its end; the bank has taken the amount',
    data: disputeData('opened'),
  },
  'dispute.won': { summary: 'A dispute was won; the bank gives the amount back', data: disputeData('won') },
  'dispute.lost': { summary: 'A dispute was lost; the amount is gone', data: disputeData('lost') },
  'dispute.closed': {
    summary: 'A dispute is over without a decision; what the bank gives back is in the list of its movements',
    data: disputeData('closed'),
  },
  'alert.opened': { summary: 'Something needs a person; the dashboard says what to do', data: alertData },
  'alert.ended': { summary: 'What an alert was about is so no more', data: alertData },
  'webhook.test': {
    summary: 'A test that somebody sent to this endpoint',
    data: z.strictObject({ endpoint: z.string().meta({ example: 'whe_018f3c2a9d4e7c31b2a45f60718293a4' }) }),
  },
} as const

export type EventType = keyof typeof EVENTS

/** Types that an endpoint may choose; a test goes to the endpoint that it was sent to. */
export const CHOSEN_TYPES = Object.keys(EVENTS).filter((type) => type !== 'webhook.test')

/** The body of a request, by the type of its event (Standard Webhooks 1.0, "Payload structure"). */
export function bodyShape(type: EventType) {
  return z.strictObject({
    type: z.literal(type),
    timestamp: z.iso.datetime().meta({ description: 'When it happened, in UTC.' }),
    data: EVENTS[type].data,
  })
}
