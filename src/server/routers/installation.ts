import { z } from 'zod'
import type { StripeConnection } from '@/payments/stripe/connection'
import { publicProcedure, router } from '../trpc'

/** Into which fields a shopper types a card: ours, which know test cards only, or Stripe's. */
const cardFields = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('simulator') }),
  z.object({ kind: z.literal('stripe'), publishableKey: z.string() }),
])

function cardFieldsOf([account]: readonly StripeConnection[]): z.infer<typeof cardFields> {
  const publishableKey = account?.publishableKey
  return publishableKey ? { kind: 'stripe', publishableKey } : { kind: 'simulator' }
}

export const installationRouter = router({
  /** Whether this installation is a sandbox, with the test shop, the test cards and the gallery. Asks no database. */
  current: publicProcedure.output(z.object({ sandbox: z.boolean(), cardFields })).query(({ ctx }) => ({
    sandbox: ctx.env.PAYONCE_MODE === 'sandbox',
    cardFields: cardFieldsOf(ctx.stripe),
  })),
})
