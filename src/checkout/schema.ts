import { z } from 'zod'
import { readId } from '@/lib/id'
import { isCurrency, MAX_MINOR } from '@/lib/money'

/** `ord_…` as people and programs send it → the order's UUID. What is not one of ours cannot exist. */
export const orderId = z.string().transform((shown, context) => {
  const id = readId('ord', shown)
  if (id) return id
  context.addIssue({ code: 'custom', message: 'This is not an order id.' })
  return z.NEVER
})

const currency = z.string().refine(isCurrency, 'This currency is not accepted; send an ISO 4217 code such as EUR.')

/** A token for a card, never a card number. */
const paymentMethod = z.string().regex(/^pm_[a-z0-9_]{1,60}$/, 'Send a token such as pm_card_visa.')

/** Words that PostgreSQL can keep: it has no U+0000. */
const words = z.string().refine((text) => !text.includes('\0'), 'A text may not hold the character U+0000.')

/** Counted in a 32-bit column; a larger one cannot be the version of any order. */
const version = z.int().positive().max(2_147_483_647)

/** What the checkout page sends. There is no amount in it: the order says what it costs, and `version` which order the shopper saw. */
export const payInput = z.strictObject({ key: z.unknown().optional(), orderId, version, paymentMethod })

/** Money as JSON carries it: a whole number of the smallest unit, above zero and up to 2^53 − 1. */
const amount = z.int('An amount is a whole number of the smallest unit.').positive('An amount must be above zero.').max(Number(MAX_MINOR))

/** An order as a merchant places it: the total is computed, never sent. */
export const newOrder = z.strictObject({
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
})
