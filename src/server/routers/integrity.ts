import { z } from 'zod'
import { checkIntegrity, type IntegrityReport } from '@/payments/integrity'
import { OF_MERCHANTS } from '@/platform/integrity'
import { router, viewerProcedure } from '../trpc'
import { time } from '../wire/json'
import { offenderOut, showOffender } from '../wire/ledger-shapes'
import { coalesce } from './coalesce'

const countedOut = z.object({
  charges: z.number(),
  succeeded: z.number(),
  declined: z.number(),
  notCharged: z.number(),
  inDoubt: z.number(),
  transactions: z.number(),
  attempts: z.number(),
})

const verdictOut = z.object({
  checkedAt: z.string(),
  counted: countedOut,
  findings: z.array(
    z.object({
      id: z.string(),
      part: z.enum(OF_MERCHANTS),
      says: z.string(),
      offenders: z.array(offenderOut),
    }),
  ),
})

const checks = coalesce<IntegrityReport>()

export const integrityRouter = router({
  /**
   * Every invariant of this merchant, checked now or up to 2 s ago (`checkedAt`), and how many rows there were
   * to check.
   */
  check: viewerProcedure.output(verdictOut).query(async ({ ctx }) => {
    const { merchantId } = ctx.operator
    return showVerdict(await checks(merchantId, () => checkIntegrity(ctx.pages, merchantId)))
  }),
})

function showVerdict({ checkedAt, counted, findings }: IntegrityReport): z.infer<typeof verdictOut> {
  return {
    checkedAt: time(checkedAt),
    counted,
    findings: findings.map(({ id, part, rule, offenders }) => ({
      id,
      part: z.enum(OF_MERCHANTS).parse(part),
      says: rule,
      offenders: offenders.map(showOffender),
    })),
  }
}
