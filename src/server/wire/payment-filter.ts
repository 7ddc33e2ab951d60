import { z } from 'zod'
import { readId } from '@/lib/id'
import { isLongEnough, SEARCH_MIN } from '@/lib/search-text'
import { PAYMENT_STATUSES } from '@/payments/payment'
import type { PaymentFilter } from '@/payments/read'
import { instant, words } from './json'

/** The filters of payments: of the list, of its counts and of its file. */
export const paymentFilter = {
  statuses: z.array(z.enum(PAYMENT_STATUSES)).max(PAYMENT_STATUSES.length).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  search: words(200)
    .refine((text) => text === '' || isLongEnough(text), `Search for at least ${SEARCH_MIN} characters.`)
    .optional(),
  from: instant.optional(),
  until: instant.optional(),
  /** In minor units of `currency`, inclusive. */
  lowest: z.int().nonnegative().optional(),
  highest: z.int().nonnegative().optional(),
  /** Beginning of the order's reference, and of the customer's address. */
  reference: words(100).optional(),
  email: words(254).optional(),
  /** Last digits of the card. */
  lastFour: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  metadata: z.strictObject({ key: words(40).min(1), value: words(500).optional() }).optional(),
}
export type PaymentFilterInput = z.infer<z.ZodObject<typeof paymentFilter>>

/** Amounts of two currencies do not compare. */
export const hasCurrency = ({
  currency,
  lowest,
  highest,
  sort = 'newest',
}: Pick<PaymentFilterInput, 'currency' | 'lowest' | 'highest'> & { sort?: string | undefined }) =>
  currency !== undefined || (lowest === undefined && highest === undefined && sort === 'newest')
export const NEEDS_CURRENCY = {
  path: ['currency'],
  error: 'Choose a currency: amounts of two do not compare.',
}

/** A search that is an id finds what has it; any other text is searched. */
export function readPaymentFilter(input: PaymentFilterInput): PaymentFilter {
  const { search, lowest, highest, ...rest } = input
  const id = search ? (readId('pay', search) ?? readId('ord', search)) : null
  return {
    ...rest,
    id,
    text: id ? null : search || null,
    lowest: lowest === undefined ? null : BigInt(lowest),
    highest: highest === undefined ? null : BigInt(highest),
  }
}
