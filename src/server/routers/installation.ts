import { z } from 'zod'
import { publicProcedure, router } from '../trpc'

/** Into which fields a shopper types a card: ours, which know test cards only, or Stripe's. */
const cardFields = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('simulator') }),
  z.object({ kind: z.literal('stripe'), publishableKey: z.string() }),
])

export const installationRouter = router({
  /** Whether this installation is a sandbox, with the test shop, the test cards and the gallery. Asks no database. */
  current: publicProcedure.output(z.object({ sandbox: z.boolean(), cardFields })).query(({ ctx }) => ({
    sandbox: ctx.env.PAYONCE_MODE === 'sandbox',
    cardFields: ctx.stripe[0]
      ? { kind: 'stripe', publishableKey: ctx.stripe[0].publishableKey }
      : { kind: 'simulator' },
  })),
})
