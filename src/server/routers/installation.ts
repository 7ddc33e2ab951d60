import { z } from 'zod'
import { publicProcedure, router } from '../trpc'

export const installationRouter = router({
  /** Whether this installation is a sandbox, with the test shop, the test cards and the gallery. Asks no database. */
  current: publicProcedure
    .output(z.object({ sandbox: z.boolean() }))
    .query(({ ctx }) => ({ sandbox: ctx.env.PAYONCE_MODE === 'sandbox' })),
})
