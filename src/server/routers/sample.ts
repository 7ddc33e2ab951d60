import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { mayActAs } from '@/access/operator'
import { enterSample, hasSample, leaveSample, removeSample } from '@/access/sample'
import { uuidv7 } from '@/lib/id'
import { removeSampleProcedure, router, sampleProcedure } from '../trpc'

const done = z.object({ done: z.literal(true) })

/** The sample shop of the sandbox, whose payments are made up: looking at it, leaving it, and removing it for everybody. */
export const sampleRouter = router({
  /** Whether there is one, whether this session looks at it, and whether the operator may remove it. */
  current: sampleProcedure
    .output(z.object({ there: z.boolean(), shown: z.boolean(), mayRemove: z.boolean() }))
    .query(async ({ ctx: { db, operator } }) => ({
      there: operator.sample !== null || (await hasSample(db)),
      shown: operator.sample !== null,
      mayRemove: mayActAs(operator.role, 'admin'),
    })),

  enter: sampleProcedure.output(done).mutation(async ({ ctx: { db, operator } }) => {
    if (await enterSample(db, operator.sessionId)) return { done: true }
    throw new ProblemError({ kind: 'not-found', detail: 'There is no sample shop here any more.' })
  }),

  leave: sampleProcedure.output(done).mutation(async ({ ctx: { db, operator } }) => {
    await leaveSample(db, operator.sessionId)
    return { done: true }
  }),

  /** Sent twice, it removes once. */
  remove: removeSampleProcedure.output(done).mutation(async ({ ctx: { db, operator, actor } }) => {
    await removeSample(db, { merchantId: operator.merchantId, by: actor }, uuidv7)
    return { done: true }
  }),
})
