import { z } from 'zod'
import { operatorProcedure, router } from '../trpc'

export const operatorRouter = router({
  /** The operator who is signed in, for the frame of the dashboard. */
  current: operatorProcedure
    .output(z.object({ name: z.string(), email: z.string(), sandbox: z.boolean() }))
    .query(({ ctx }) => ({
      name: ctx.operator.name,
      email: ctx.operator.email,
      sandbox: ctx.env.PAYONCE_MODE === 'sandbox',
    })),
})
