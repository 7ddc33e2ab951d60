import { z } from 'zod'
import { orderId } from '@/checkout/schema'
import type { Context } from '../context'
import { publicProcedure, router } from '../trpc'

/** Into which fields a shopper types a card: ours, which know test cards only, or Stripe's. */
const cardFields = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('simulator') }),
  z.object({ kind: z.literal('stripe'), publishableKey: z.string() }),
])

/** Those of the account at which the payment would be begun: the merchant's own, or the installation's. */
async function cardFieldsFor(ctx: Context, shownId: string | undefined): Promise<z.infer<typeof cardFields>> {
  const id = orderId.safeParse(shownId)
  // Without the database there is no order to pay, and the page says so.
  const own = id.success ? await ownAccount(ctx, id.data).catch(() => null) : null
  const publishableKey = (own ?? ctx.stripe[0])?.publishableKey
  return publishableKey ? { kind: 'stripe', publishableKey } : { kind: 'simulator' }
}

async function ownAccount({ owners, ownAccounts }: Context, id: string) {
  const owner = await owners.ownerOf(id)
  return owner && ownAccounts.currentOf(owner.merchantId)
}

export const installationRouter = router({
  /**
   * Whether this installation is a sandbox, with the test shop, the test cards and the gallery, and the card fields: of an order, those of its
   * merchant. Asks no database without one.
   */
  current: publicProcedure
    .input(z.strictObject({ orderId: z.string().max(100) }).optional())
    .output(z.object({ sandbox: z.boolean(), cardFields }))
    .query(async ({ ctx, input }) => ({
      sandbox: ctx.env.PAYONCE_MODE === 'sandbox',
      cardFields: await cardFieldsFor(ctx, input?.orderId),
    })),
})
