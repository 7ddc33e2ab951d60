import { z } from 'zod'
import { ORDER_STATES, type OrderFilter } from '@/checkout/orders/list'
import { readId } from '@/lib/id'
import { instant, words } from './json'

/** The filters of orders: of the list, of its counts and of its file. */
export const orderFilter = {
  state: z.enum(ORDER_STATES).optional(),
  search: words(200).min(1).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  from: instant.optional(),
  until: instant.optional(),
}

/** A search that is an id finds what has it; any other text is searched. */
export function readOrderFilter(input: z.infer<z.ZodObject<typeof orderFilter>>): OrderFilter {
  return { ...input, id: input.search ? readId('ord', input.search) : null }
}
