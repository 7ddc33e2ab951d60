import { z } from 'zod'
import { ROLES } from '@/access/operator'
import { router, viewerProcedure } from '../trpc'

export const operatorRouter = router({
  /** The operator who is signed in, for the frame of the dashboard. */
  current: viewerProcedure
    .output(z.object({ name: z.string(), email: z.string(), role: z.enum(ROLES), sandbox: z.boolean() }))
    .query(({ ctx }) => ({
      name: ctx.operator.name,
      email: ctx.operator.email,
      role: ctx.operator.role,
      sandbox: ctx.env.PAYONCE_MODE === 'sandbox',
    })),
})
