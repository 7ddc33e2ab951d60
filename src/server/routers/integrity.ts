import { z } from 'zod'
import { type IntegrityVerdict, integrityVerdict } from '@/payments/integrity'
import { OF_MERCHANTS } from '@/platform/integrity'
import { requestWholeCheck } from '@/platform/integrity-verdict'
import { adminProcedure, router, viewerProcedure } from '../trpc'
import { checkedOut, judgedOut, showChecked, showJudged } from '../wire/verdict-shapes'
import { coalesce } from './coalesce'

const countedOut = z.object({
  succeeded: z.number(),
  declined: z.number(),
  notCharged: z.number(),
  inDoubt: z.number(),
})

const verdictOut = checkedOut.extend({
  counted: countedOut,
  findings: z.array(judgedOut.extend({ part: z.enum(OF_MERCHANTS) })),
})

const recent = coalesce<IntegrityVerdict>()

export const integrityRouter = router({
  /** What the worker's checks say of each invariant of this merchant, now or up to 2 s ago (`now`). Evaluates none itself. */
  check: viewerProcedure.output(verdictOut).query(async ({ ctx }) => {
    const { merchantId } = ctx.operator
    return showVerdict(await recent(merchantId, () => integrityVerdict(ctx.pages, merchantId)))
  }),

  /** Asks the worker to check every row. `asked` of `check` tells how far it is. */
  checkEverything: adminProcedure.output(z.object({})).mutation(async ({ ctx }) => {
    await requestWholeCheck(ctx.db)
    return {}
  }),
})

function showVerdict(verdict: IntegrityVerdict): z.infer<typeof verdictOut> {
  return {
    ...showChecked(verdict),
    counted: verdict.counted,
    findings: verdict.judged.map((judged) => ({
      ...showJudged(judged),
      part: z.enum(OF_MERCHANTS).parse(judged.part),
    })),
  }
}
