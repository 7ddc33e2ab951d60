import { z } from 'zod'
import { readId } from '@/lib/id'
import { type Currency, isCurrency, MAX_MINOR } from '@/lib/money'
import { total } from './totals'

/** `ord_…` as people and programs send it → the order's UUID. What is not one of ours cannot exist. */
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
  .regex(/^pm_[a-z0-9_]{1,60}$/, 'Send a token such as pm_card_visa.')
  .meta({ description: 'A token for a card; never a card number.', example: 'pm_card_visa' })

/** Words that PostgreSQL can keep: it has no U+0000. */
const words = z.string().refine((text) => !text.includes('\0'), 'A text may not hold the character U+0000.')

/** Counted in a 32-bit column; a larger one cannot be the version of any order. */
const version = z.int().positive().max(2_147_483_647)

/** What the checkout page sends. There is no amount in it: the order says what it costs, and `version` which order the shopper saw. */
export const payInput = z.strictObject({ key: z.unknown().optional(), orderId, version, paymentMethod })

/** Money as JSON carries it: a whole number of the smallest unit, above zero and up to 2^53 − 1. */
const amount = z
  .int('An amount is a whole number of the smallest unit.')
  .positive('An amount must be above zero.')
  .max(Number(MAX_MINOR))
  .meta({ description: 'In the smallest unit of the currency: 2400 EUR cents are €24.00.', example: 2400 })

/** The merchant's own words about a thing: we keep them and give them back. 20 of them, so that a row stays a row. */
const metadata = z
  .record(words.min(1).max(40), words.max(500))
  .refine((all) => Object.keys(all).length <= 20, 'Metadata may have 20 entries.')
  .meta({
    description: 'Your own words, given back as they are: up to 20 texts of up to 500 characters.',
    example: { cart: '7431' },
  })

/** An order as a merchant places it: the total is computed, never sent. */
export const newOrder = z
  .strictObject({
    currency,
    items: z
      .array(
        z.strictObject({
          name: words.trim().min(1).max(200),
          quantity: z.int().positive().max(1_000_000),
          unitAmount: amount,
        }),
      )
      .min(1)
      .max(100),
    reference: words.trim().max(100).optional(),
    customerEmail: z.email().max(254).optional(),
    metadata: metadata.optional(),
  })
  .superRefine(({ items }, context) => {
    // What is wrong with a price by itself was said already.
    if (!items.every(({ unitAmount }) => Number.isSafeInteger(unitAmount))) return
    const sum = total(items.map((item) => ({ ...item, unitAmount: BigInt(item.unitAmount) })))
    if ('refused' in sum) context.addIssue({ code: 'custom', path: ['items'], message: sum.refused })
  })

/** A payment of an order that is there: the order says what it costs. */
export const payOrder = z.strictObject({ orderId, paymentMethod })

/** A payment of an amount, without an order before it. */
export const payAmount = z.strictObject({
  amount,
  currency,
  paymentMethod,
  description: words.trim().min(1).max(200).optional(),
  metadata: metadata.optional(),
})

/** Money back; without an amount, all that is left. */
export const newRefund = z.strictObject({
  amount: amount.optional(),
  reason: words.trim().min(1).max(200).optional(),
})
