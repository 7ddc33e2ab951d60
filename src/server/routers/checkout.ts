import { z } from 'zod'
import { readAttemptState, readCheckout, readReceipt } from '@/checkout/read'
import { orderId, payInput } from '@/checkout/schema'
import type { PaymentBody } from '@/checkout/shopper-answers'
import { resultOf } from '@/idempotency/adapters/trpc'
import { recordId, type Scope } from '@/idempotency/core/fingerprint'
import { keyProblem } from '@/idempotency/core/key'
import { ProblemError } from '@/idempotency/problems'
import { shopperActor } from '../actor'
import type { Context } from '../context'
import { publicProcedure, router } from '../trpc'

/** Time that a press waits for one that is running. 10 s: by then the page shows that it takes longer. */
const JOIN_MS = 10_000

/** The shopper's procedures. An order's id is the right to see and pay it. */
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
      by: shopperActor(ctx),
    }
    return resultOf<PaymentBody>(
      await ctx.engine.run(ctx.operations.pay, {
        ...request,
        input: { ...order, merchantId: scope.merchantId, by: request.by },
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

  /**
   * Logs presses that the page held back while one request was running: never requests, and the dashboard
   * counts them as such.
   */
  held: publicProcedure
    .input(z.strictObject({ orderId, key: z.unknown().optional(), presses: z.int().min(1).max(10_000) }))
    .mutation(async ({ ctx, input }) => {
      const key = validKey(input.key)
      const scope = await scopeOf(ctx, input.orderId)
      const operation = ctx.operations.pay.name
      const { name: actor, address } = shopperActor(ctx)
      ctx.attempts.addHeldPresses({
        merchantId: scope.merchantId,
        recordId: recordId(scope, operation, key),
        operation,
        presses: input.presses,
        requestId: ctx.requestId,
        actor,
        address,
        at: new Date(),
      })
      return { ok: true as const }
    }),

  receipt: publicProcedure
    .input(z.strictObject({ token: z.string().min(20).max(100) }))
    .query(async ({ ctx, input }) => {
      // The attempt of the request that paid may still wait to be written; the receipt counts it.
      await ctx.attempts.flush()
      return found(await readReceipt(ctx.db, input.token, ctx.receiptSecret), 'receipt')
    }),
})

async function scopeOf(ctx: Context, id: string): Promise<Scope> {
  const merchantId = found(await ctx.owners.merchantOf(id), 'order')
  return { merchantId, actor: `shopper:${ctx.shopper}` }
}

/** @throws ProblemError `key-missing` or `key-invalid`, before the database is asked */
function validKey(key: unknown): string {
  const problem = keyProblem(key)
  if (problem) throw new ProblemError(problem)
  return key as string
}

function found<T>(value: T | null, what: string): T {
  if (value === null) throw new ProblemError({ kind: 'not-found', detail: `This ${what} does not exist.` })
  return value
}
