import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/root'

export type CheckoutOrder = inferRouterOutputs<AppRouter>['checkout']['order']

/** What a finished payment leads to. */
export interface Paid {
  receiptUrl: string | null
}
