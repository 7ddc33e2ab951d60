import { z } from 'zod'
import { listViolations } from '../csp-reports'
import { readHealth } from '../jobs/health'
import { router, viewerProcedure } from '../trpc'
import { maybeTime, time } from '../wire/json'

const violationOut = z.object({
  directive: z.string(),
  blocked: z.string(),
  page: z.string(),
  count: z.number(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
})

const pageCheckOut = z.object({
  /** How often the checkout was compared. A turn that could not reach it, or found no order to open, does not count. */
  compared: z.number(),
  /** How often it differed from the build, or there was nothing to compare it with. */
  failures: z.number(),
  lastFinishedAt: z.string().nullable(),
  lastError: z.string().nullable(),
})

export const securityRouter = router({
  /** The job that compares the checkout with the build; null until it has run. */
  pageCheck: viewerProcedure.output(pageCheckOut.nullable()).query(async ({ ctx }) => {
    const health = (await readHealth(ctx.db)).find(({ job }) => job === 'page-check')
    if (!health) return null
    const { handled, failures, lastFinishedAt, lastError } = health
    return {
      compared: Number(handled + failures),
      failures: Number(failures),
      lastFinishedAt: maybeTime(lastFinishedAt),
      lastError,
    }
  }),

  /** Violations of our pages' Content-Security-Policy, the 100 latest. They name no order, reader or merchant. */
  violations: viewerProcedure
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
