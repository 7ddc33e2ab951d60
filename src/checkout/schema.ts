import { z } from 'zod'
import { readId } from '@/lib/id'
import { type Currency, isCurrency, MAX_MINOR, MAX_PAYMENT_MINOR } from '@/lib/money'
import { isKnownTime, storable } from '@/lib/text'
import { returnUrl } from './return-url'
import { total } from './totals'

/** `ord_…`, as people and programs send it, to the order's UUID. Any other text is refused. */
export const orderId = z.string().transform((shown, context) => {
  const id = readId('ord', shown)
  if (id) return id
  context.addIssue({ code: 'custom', message: 'This is not an order id.' })
  return z.NEVER
})

const currency = z
  .string()
  .refine(
    (code): code is Currency => isCurrency(code),
    'This currency is not accepted; send an ISO 4217 code such as EUR.',
  )
  .meta({ description: 'ISO 4217.', example: 'EUR' })

/** A token for a card, never a card number. */
const paymentMethod = z
  .string()
  .regex(/^(pm|ctoken)_[a-zA-Z0-9_]{1,60}$/, 'Send a token such as pm_card_visa.')
  .meta({ description: 'A token for a card; never a card number.', example: 'pm_card_visa' })

const words = storable

/** Stored in a 32-bit column, so a larger number cannot be the version of any order. */
const version = z.int().positive().max(2_147_483_647)

/**
 * Body of the checkout page's payment. It has no amount: the order has one, and `version` names the state of the order that the shopper saw.
 * An e-mail that is none stops no payment: it is left out.
 */
export const payInput = z.strictObject({
  key: z.unknown().optional(),
  orderId,
  version,
  paymentMethod,
  email: z.email().max(254).optional().catch(undefined),
})

/** Amount in JSON: a whole number of the currency's smallest unit, from 1. */
const amountUpTo = (max: bigint) =>
  z
    .int('An amount is a whole number of the smallest unit.')
    .positive('An amount must be above zero.')
    .max(Number(max), `An amount may be at most ${max} in the smallest unit of the currency.`)
    .meta({ description: 'In the smallest unit of the currency: 2400 means €24.00.', example: 2400 })

const amount = amountUpTo(MAX_PAYMENT_MINOR)

/** The merchant's own key-value pairs, stored and returned unchanged. At most 20 of them, so that a row stays small. */
const metadata = z
  .record(words.min(1).max(40), words.max(500))
  .refine((all) => Object.keys(all).length <= 20, 'Metadata may have up to 20 entries.')
  .meta({
    description:
      'Your own key-value pairs, returned unchanged: up to 20, with values of up to 500 characters.',
    example: { cart: '7431' },
  })

/** The lines of an order. Their number bounds the places of `LINES_MAX` (orders/change.ts), too. */
const items = z
  .array(
    z.strictObject({
      name: words.trim().min(1).max(200),
      quantity: z.int().positive().max(1_000_000),
      unitAmount: amount,
    }),
  )
  .min(1)
  .max(100)

type Items = z.infer<typeof items>

/** Refuses items without a valid total. */
function demandTotal(given: Items, context: z.core.$RefinementCtx): void {
  // A price that is wrong has its own issue already.
  if (!given.every(({ unitAmount }) => amount.safeParse(unitAmount).success)) return
  const sum = total(given.map((item) => ({ ...item, unitAmount: BigInt(item.unitAmount) })))
  if ('refused' in sum) context.addIssue({ code: 'custom', path: ['items'], message: sum.refused })
}

const expiresAt = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: 'Send an instant as RFC 3339 has it, such as 2026-11-27T09:30:00Z.',
  })
  .refine(isKnownTime, 'An instant must be of the years 1900 to 2999.')
  .meta({
    description:
      'From this instant on no payment of the order begins, by the server’s clock; one that began before goes on. RFC 3339.',
    example: '2026-12-24T18:00:00Z',
  })

/** Body of a new order. The total is computed, never sent. */
export const newOrder = z
  .strictObject({
    currency,
    items,
    reference: words.trim().max(100).optional(),
    customerEmail: z.email().max(254).optional(),
    metadata: metadata.optional(),
    successUrl: returnUrl.optional().meta({
      description:
        'Where the link on the receipt leads, after a payment. Absolute, https (http for localhost in the sandbox), up to 2,000 characters; `{ORDER_ID}` in the path or the query stands for the id of the order. Nobody is sent there without a click: rely on webhooks, not on the visit.',
      example: 'https://shop.example/thanks?order={ORDER_ID}',
    }),
    cancelUrl: returnUrl.optional().meta({
      description: 'Where the link on the checkout leads for a shopper who does not pay. As `successUrl`.',
      example: 'https://shop.example/basket',
    }),
    expiresAt: expiresAt.optional(),
  })
  .superRefine((order, context) => demandTotal(order.items, context))

const readVersion = version.optional().meta({
  description:
    'The `version` that you have read: if the order is at another one, nothing is done. Without it, whatever the version is.',
  example: 1,
})

/** Body of a change of an order: what is left out stays. */
export const orderChanges = z
  .strictObject({
    items: items.optional().meta({ description: 'All items of the order, also those that stay.' }),
    expiresAt: expiresAt.nullable().optional().meta({
      description:
        'From this instant on no payment of the order begins; null: it does not expire. One that has passed ends the order at once.',
      example: '2026-12-24T18:00:00Z',
    }),
    version: readVersion,
  })
  .refine(
    (changes) => changes.items !== undefined || changes.expiresAt !== undefined,
    'Name what to change: items or expiresAt.',
  )
  .superRefine((changes, context) => {
    if (changes.items) demandTotal(changes.items, context)
  })

/** Body of a cancellation. */
export const orderCancellation = z.strictObject({ version: readVersion })

/** `automatic` said outright is the request that says nothing: the same to its fingerprint. */
const capture = z
  .enum(['automatic', 'manual'])
  .optional()
  .transform((mode) => (mode === 'manual' ? mode : undefined))
  .meta({
    description:
      '`manual`: the amount is only reserved, and no money moves until you capture the payment. Left out, or `automatic`: the card is charged at once.',
  })

/** Body of a payment for an existing order, which has the amount. */
export const payOrder = z.strictObject({ orderId, paymentMethod, capture })

/** Body of a payment of an amount, without an order before it. */
export const payAmount = z.strictObject({
  amount,
  currency,
  paymentMethod,
  capture,
  description: words.trim().min(1).max(200).optional(),
  metadata: metadata.optional(),
})

/** Body of a capture; without an amount, of the whole that is authorised. */
export const newCapture = z.strictObject({
  amount: amountUpTo(MAX_MINOR).optional().meta({
    description:
      'What to charge, in the smallest unit of the currency: at most what is authorised. The rest is released. Left out: the whole.',
    example: 1500,
  }),
})

/** Body of a void: of the whole that is authorised. */
export const newVoid = z.strictObject({})

/** Body of a refund; without an amount, all that is left. */
export const newRefund = z.strictObject({
  // The payment limits its refunds. One from before there was a maximum can be refunded too.
  amount: amountUpTo(MAX_MINOR).optional(),
  reason: words.trim().min(1).max(200).optional(),
})
