import { z } from 'zod'
import { listViolations } from '../csp-reports'
import { operatorProcedure, router } from '../trpc'
import { time } from '../wire/json'

const violationOut = z.object({
  directive: z.string(),
  blocked: z.string(),
  page: z.string(),
  count: z.number(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
})

export const securityRouter = router({
  /** Violations of our pages' Content-Security-Policy, the 100 latest. They name no order, reader or merchant. */
  violations: operatorProcedure
    .output(z.object({ violations: z.array(violationOut) }))
    .query(async ({ ctx }) => ({
      violations: (await listViolations(ctx.db)).map(({ count, firstSeenAt, lastSeenAt, ...where }) => ({
        ...where,
        count: Number(count),
        firstSeenAt: time(firstSeenAt),
        lastSeenAt: time(lastSeenAt),
      })),
    })),
})
