import { z } from 'zod'
import { ROLES } from '@/access/operator'
import { readSettings } from '@/settings/settings'
import { mustAddFactor } from '../factor-rule'
import { ownProcedure, router } from '../trpc'

export const operatorRouter = router({
  /** The operator who is signed in, for the frame of the dashboard. */
  current: ownProcedure
    .output(
      z.object({
        name: z.string(),
        email: z.string(),
        role: z.enum(ROLES),
        sandbox: z.boolean(),
        /** The operator may do nothing until they have added a second factor. */
        factorNeeded: z.boolean(),
        /** Events of Stripe are received here. */
        inbox: z.boolean(),
        /** The merchant's own, a name of the IANA database. */
        timeZone: z.string().nullable(),
      }),
    )
    .query(async ({ ctx }) => ({
      name: ctx.operator.name,
      email: ctx.operator.email,
      role: ctx.operator.role,
      factorNeeded: mustAddFactor(ctx.env, ctx.operator),
      sandbox: ctx.env.PAYONCE_MODE === 'sandbox',
      inbox: (await ctx.stripeAccounts.all()).length > 0,
      timeZone: (await readSettings(ctx.db, ctx.operator.merchantId)).timeZone,
    })),
})
