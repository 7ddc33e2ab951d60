import { z } from 'zod'
import { readAttemptState, readCheckout, readReceipt } from '@/checkout/read'
import { orderId, payInput } from '@/checkout/schema'
import type { PaidBody } from '@/checkout/shopper-answers'
import { resultOf } from '@/idempotency/adapters/trpc'
import { recordId, type Scope } from '@/idempotency/core/fingerprint'
import { keyProblem } from '@/idempotency/core/key'
import { ProblemError } from '@/idempotency/problems'
import type { Context } from '../context'
import { publicProcedure, router } from '../trpc'

/** How long a press waits for one that is running, in milliseconds. 10 s: by then the page has said that it takes longer. */
const JOIN_MS = 10_000

/** The shopper's procedures. An order's address is the right to see and pay it. */
export const checkoutRouter = router({
  order: publicProcedure
    .input(z.strictObject({ orderId }))
    .query(async ({ ctx, input }) => found(await readCheckout(ctx.db, input.orderId), 'order')),

  pay: publicProcedure.input(payInput).mutation(async ({ ctx, input }) => {
    const { key, ...order } = input
    const scope = await scopeOf(ctx, order.orderId)
    const request = {
      key: validKey(key),
      scope,
      waitMs: JOIN_MS,
      source: 'browser',
      requestId: ctx.requestId,
    }
    return resultOf<PaidBody>(
      await ctx.engine.run(ctx.operations.pay, {
        ...request,
        input: { ...order, merchantId: scope.merchantId },
      }),
    )
  }),

  status: publicProcedure
    .input(z.strictObject({ orderId, key: z.unknown().optional() }))
    .query(async ({ ctx, input }) => {
      const key = validKey(input.key)
      const scope = await scopeOf(ctx, input.orderId)
      return readAttemptState(ctx.db, {
        merchantId: scope.merchantId,
        orderId: input.orderId,
        recordId: recordId(scope, ctx.operations.pay.name, key),
      })
    }),

  /** Presses that the page held back while one was running: they never were requests, and the dashboard says so. */
  held: publicProcedure
    .input(z.strictObject({ orderId, key: z.unknown().optional(), presses: z.int().min(1).max(10_000) }))
    .mutation(async ({ ctx, input }) => {
      const key = validKey(input.key)
      const scope = await scopeOf(ctx, input.orderId)
      const operation = ctx.operations.pay.name
      ctx.attempts.addHeldPresses({
        merchantId: scope.merchantId,
        recordId: recordId(scope, operation, key),
        operation,
        presses: input.presses,
        requestId: ctx.requestId,
        at: new Date(),
      })
      return { ok: true as const }
    }),

  receipt: publicProcedure
    .input(z.strictObject({ token: z.string().min(20).max(100) }))
    .query(async ({ ctx, input }) => {
      // The request that brought the shopper here may still be waiting to be logged; the receipt counts it.
      await ctx.attempts.flush()
      return found(await readReceipt(ctx.db, input.token, ctx.receiptSecret), 'receipt')
    }),
})

async function scopeOf(ctx: Context, id: string): Promise<Scope> {
  const merchantId = found(await ctx.owners.merchantOf(id), 'order')
  return { merchantId, actor: `shopper:${ctx.shopper}` }
}

/** Before the database is touched. */
function validKey(key: unknown): string {
  const problem = keyProblem(key)
  if (problem) throw new ProblemError(problem)
  return key as string
}

function found<T>(value: T | null, what: string): T {
  if (value === null) throw new ProblemError({ kind: 'not-found', detail: `There is no such ${what}.` })
  return value
}
