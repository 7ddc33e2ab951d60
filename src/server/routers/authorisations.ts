import { resultOf } from '@payonce/idempotency/trpc'
import { z } from 'zod'
import { mayActAs } from '@/access/operator'
import { MAX_MINOR } from '@/lib/money'
import type { PaymentAuthorisation } from '@/payments/authorisation-read'
import { router, supportProcedure } from '../trpc'
import { actorOut, type actorViewFor } from '../wire/actor-shapes'
import { paymentShape } from '../wire/api-shapes'
import { time, uuidOf } from '../wire/json'
import { type OperatorCaller, refuseMoneyOfOtherMode, sentBy, validKey } from './by-operator'

const asked = z.strictObject({ payment: z.string().max(64), key: z.unknown().optional() })
const capture = asked.extend({
  /** Absent: the whole. */
  amount: z.int().positive().max(Number(MAX_MINOR)).optional(),
})
const ended = paymentShape.extend({
  idempotency: z.object({
    outcome: z.enum(['executed', 'replayed', 'joined']),
    firstExecutedAt: z.string(),
    expiresAt: z.string(),
  }),
})

/** Capture and void by operators: the operations of the API, under a key of the operator's own page. */
export const authorisationsRouter = router({
  capture: supportProcedure
    .input(capture)
    .output(ended)
    .mutation(({ ctx, input }) => end(ctx, input, 'capture')),

  void: supportProcedure
    .input(asked)
    .output(ended)
    .mutation(({ ctx, input }) => end(ctx, input, 'void')),
})

async function end(
  ctx: OperatorCaller,
  { payment, key: sent, amount }: z.infer<typeof capture>,
  kind: 'capture' | 'void',
): Promise<z.infer<typeof ended>> {
  const { merchantId, id } = ctx.operator
  const key = validKey(sent)
  const paymentId = uuidOf('pay', payment)
  await refuseMoneyOfOtherMode(ctx, kind === 'capture' ? 'captured' : 'voided')
  const operation = kind === 'capture' ? ctx.operations.capture : ctx.operations.voidPayment
  const reply = await ctx.engine.run(operation, {
    ...sentBy(ctx),
    key,
    scope: { merchantId, actor: `operator:${id}` },
    input: { merchantId, paymentId, amount, by: ctx.actor },
  })
  return resultOf<z.infer<typeof paymentShape>>(reply)
}

export const authorisationOut = z.object({
  authorisedAt: z.string(),
  /** From then on the bank releases it by itself. */
  captureBefore: z.string(),
  /** What was asked for; null: nothing yet. */
  end: z
    .object({
      kind: z.enum(['capture', 'void', 'expiry']),
      /** What was to be captured; null: the whole, or nothing. */
      amount: z.int().nullable(),
      /** What the bank has done, whatever was asked for; null: it has not said yet. */
      ended: z.enum(['captured', 'released']).nullable(),
      /** Nobody asks the bank any more: a person must decide. */
      parked: z.boolean(),
      recordId: z.string(),
      askedAt: z.string(),
      endedAt: z.string().nullable(),
      by: actorOut.nullable(),
    })
    .nullable(),
  /** Whether this operator may capture or void it now. */
  may: z.enum(['yes', 'role', 'ended']),
})

export function showAuthorisation(
  ctx: OperatorCaller,
  authorisation: PaymentAuthorisation,
  view: ReturnType<typeof actorViewFor>,
): z.infer<typeof authorisationOut> {
  const { end } = authorisation
  return {
    authorisedAt: time(authorisation.authorisedAt),
    captureBefore: time(authorisation.captureBefore),
    end: end && {
      kind: end.kind,
      amount: end.amount,
      ended: end.status === 'captured' || end.status === 'released' ? end.status : null,
      parked: end.parked,
      recordId: end.recordId,
      askedAt: time(new Date(end.askedAt)),
      endedAt: end.endedAt && time(new Date(end.endedAt)),
      by: view(end),
    },
    may: mayEnd(ctx, authorisation),
  }
}

function mayEnd(
  ctx: OperatorCaller,
  authorisation: PaymentAuthorisation,
): z.infer<typeof authorisationOut>['may'] {
  if (authorisation.end) return 'ended'
  return mayActAs(ctx.operator.role, 'support') ? 'yes' : 'role'
}
