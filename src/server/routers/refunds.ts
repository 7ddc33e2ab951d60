import { type Problem, ProblemError } from '@payonce/idempotency/problems'
import { resultOf } from '@payonce/idempotency/trpc'
import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { mayActAs } from '@/access/operator'
import { isFresh } from '@/access/session'
import { uuidv7 } from '@/lib/id'
import { MAX_MINOR } from '@/lib/money'
import { storable } from '@/lib/text'
import type { RefundNeeds } from '@/payments/operator-refund'
import { allowanceOf, largestWithin, type RefundTier, refundedByOperators } from '@/payments/refund-limits'
import {
  endRefundRequest,
  findRefundRequest,
  openRefundRequests,
  requestRefund,
} from '@/payments/refund-request'
import { refundLimitsOf } from '@/platform/env'
import { adminProcedure, freshAdminProcedure, router, supportProcedure, viewerProcedure } from '../trpc'
import { actorViewFor } from '../wire/actor-shapes'
import { refundShape } from '../wire/api-shapes'
import { notFound, uuidOf } from '../wire/json'
import { actorsOfRequests, refundRequestOut, showRefundRequest } from '../wire/refund-request-shapes'
import { type OperatorCaller, refuseMoneyOfOtherMode, sentBy, validKey } from './by-operator'

/** Scope of all approvals of a merchant, whoever approves: the request's own id is their one key. */
const APPROVALS = 'refund-request'

const paymentId = z.string().max(64)
const amount = z.int().positive().max(Number(MAX_MINOR))
const reason = storable.trim().min(1).max(200)
const requestId = z.strictObject({ id: z.uuid() })
const done = z.object({ done: z.literal(true) })
const refundOut = refundShape.extend({
  idempotency: z.object({
    outcome: z.enum(['executed', 'replayed', 'joined']),
    firstExecutedAt: z.string(),
    expiresAt: z.string(),
  }),
})

/**
 * Money back, by operators: within limits by themselves, above them by two admins. Each is the engine's operation of its own key, so that a
 * double click or a retry is the same refund.
 */
export const refundsRouter = router({
  /** An admin's refund above what support may needs a confirmation: `step-up-required` by the amount, so not in the policy. */
  create: supportProcedure
    .input(
      z.strictObject({ payment: paymentId, amount, reason: reason.optional(), key: z.unknown().optional() }),
    )
    .output(refundOut)
    .mutation(async ({ ctx, input }) => {
      const { merchantId, id } = ctx.operator
      const key = validKey(input.key)
      const which = { merchantId, paymentId: uuidOf('pay', input.payment) }
      await refuseMoneyOfOtherMode(ctx, 'refunded')
      const { currency } =
        (await refundedByOperators(ctx.db, { ...which, actor: ctx.actor.name })) ?? notFound()
      const { tier, above } = await tierOf(ctx)
      const reply = await ctx.engine.run(ctx.operations.operatorRefund, {
        ...sentBy(ctx),
        key,
        scope: { merchantId, actor: `operator:${id}` },
        input: {
          ...which,
          amount: input.amount,
          reason: input.reason ?? null,
          by: ctx.actor,
          allowance: allowanceOf(refundLimitsOf(ctx.env), tier, currency),
          above,
        },
      })
      return resultOf<z.infer<typeof refundShape>>(reply)
    }),

  /** Requests that wait for a decision. */
  requests: viewerProcedure
    .output(z.object({ requests: z.array(refundRequestOut) }))
    .query(async ({ ctx }) => {
      const { merchantId, role } = ctx.operator
      const rows = await openRefundRequests(ctx.pages, merchantId)
      const names = await actorNames(ctx.pages, merchantId, actorsOfRequests(rows))
      const view = actorViewFor(role, names)
      return { requests: rows.map((row) => showRefundRequest(row, { reader: ctx.actor.name, role, view })) }
    }),

  /** @param newId made by the page when its dialog opens, so that a double press or a retry makes one request */
  request: freshAdminProcedure
    .input(z.strictObject({ payment: paymentId, amount, reason, newId: z.uuid() }))
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input: { payment, newId, ...asked } }) => {
      const { merchantId } = ctx.operator
      const request = { ...asked, merchantId, id: newId, paymentId: uuidOf('pay', payment) }
      orThrow(await requestRefund(ctx.db, request, ctx.actor, uuidv7))
      return { id: newId }
    }),

  /** Two who approve at once get one answer, of one refund. */
  approve: freshAdminProcedure
    .input(requestId)
    .output(refundOut)
    .mutation(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      await refuseMoneyOfOtherMode(ctx, 'refunded')
      const request = (await findRefundRequest(ctx.db, merchantId, input.id)) ?? notFound()
      // Also where another has approved it: the answer is not for the one who asked to take for their own approval.
      if (request.actor === ctx.actor.name) {
        const detail = 'This is your own request. Another admin must approve it.'
        throw new ProblemError({ kind: 'forbidden', detail })
      }
      const reply = await ctx.engine.run(ctx.operations.approvedRefund, {
        ...sentBy(ctx),
        key: request.id,
        scope: { merchantId, actor: APPROVALS },
        input: { merchantId, refundRequestId: request.id, by: ctx.actor },
      })
      return resultOf<z.infer<typeof refundShape>>(reply)
    }),

  /** What moves no money needs no confirmation. */
  reject: adminProcedure
    .input(requestId)
    .output(done)
    .mutation(({ ctx, input }) => end(ctx, input.id, 'rejected')),

  withdraw: adminProcedure
    .input(requestId)
    .output(done)
    .mutation(({ ctx, input }) => end(ctx, input.id, 'withdrawn')),
})

async function end(ctx: OperatorCaller, id: string, to: 'rejected' | 'withdrawn'): Promise<{ done: true }> {
  const { merchantId } = ctx.operator
  orThrow(await endRefundRequest(ctx.db, { merchantId, id }, to, ctx.actor, uuidv7))
  return { done: true }
}

/** The limits that hold for this request, and what a refund above them needs. */
async function tierOf({ db, operator }: OperatorCaller): Promise<{ tier: RefundTier; above: RefundNeeds }> {
  if (!mayActAs(operator.role, 'admin')) return { tier: 'support', above: 'admin' }
  return (await isFresh(db, operator))
    ? { tier: 'fourEyes', above: 'approval' }
    : { tier: 'support', above: 'confirmation' }
}

export const refundRightsOut = z.object({
  /** What is left of the payment, in minor units, as all amounts here. */
  refundable: z.int(),
  /** The largest refund that this operator may make now, by themselves. */
  alone: z.int(),
  /** The same after a confirmation; null: this operator is no admin. Above it, another admin must approve. */
  confirmed: z.int().nullable(),
  /** Whose rights these are: the owner of the keys that the page makes. */
  operator: z.string(),
})

/** What the operator may refund of a payment; null: nothing, by their role or since nothing is left. */
export async function refundRights(
  ctx: OperatorCaller,
  paymentId: string,
): Promise<z.infer<typeof refundRightsOut> | null> {
  const { merchantId, role } = ctx.operator
  if (!mayActAs(role, 'support')) return null
  const counted = await refundedByOperators(ctx.db, { merchantId, paymentId, actor: ctx.actor.name })
  if (!counted || counted.refundable === 0n) return null
  const limits = refundLimitsOf(ctx.env)
  const most = (tier: RefundTier) => largestWithin(counted, allowanceOf(limits, tier, counted.currency))
  return {
    refundable: Number(counted.refundable),
    alone: most('support'),
    confirmed: mayActAs(role, 'admin') ? most('fourEyes') : null,
    operator: ctx.operator.id,
  }
}

function orThrow(problem: Problem | null): void {
  if (problem) throw new ProblemError(problem)
}
