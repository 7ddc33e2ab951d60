import type { EngineReply } from '@payonce/idempotency'
import { keyProblem, recordId, type Scope } from '@payonce/idempotency'
import { ProblemError } from '@payonce/idempotency/problems'
import { resultOf } from '@payonce/idempotency/trpc'
import { z } from 'zod'
import { keepEmail } from '@/checkout/order'
import { readAttemptState, readCheckout, readReceipt } from '@/checkout/read'
import { verifyPath } from '@/checkout/receipt-path'
import { recheckPayment } from '@/checkout/recheck'
import { nextReport, reportedPresses } from '@/checkout/reported-presses'
import { orderId, payInput } from '@/checkout/schema'
import type { PaymentBody } from '@/checkout/shopper-answers'
import { localeOf } from '@/i18n/choose-locale'
import { bankList } from '@/payments/reconciler/bank-count'
import { shopperActor } from '../actor'
import type { Context } from '../context'
import { refuseOtherMode, refuseTestToken } from '../one-mode'
import { router, senderOf, shopperProcedure } from '../trpc'
import { attemptStateOut, checkoutOut, paidOut, receiptOut } from '../wire/checkout-shapes'

/** Time that a press waits for one that is running. 10 s: by then the page shows that it takes longer. */
const JOIN_MS = 10_000

/** The shopper's procedures. An order's id is the right to see and pay it. */
export const checkoutRouter = router({
  order: shopperProcedure
    .input(z.strictObject({ orderId }))
    .output(checkoutOut)
    .query(async ({ ctx, input }) => {
      const order = found(await readCheckout(ctx.db, input.orderId), 'order')
      refuseOtherMode(order.testMode ? 'test' : 'live', ctx.gateway.mode)
      return order
    }),

  pay: shopperProcedure
    .input(payInput)
    .output(paidOut)
    .mutation(async ({ ctx, input }) => {
      const { key, email, ...order } = input
      refuseTestToken(order.paymentMethod, ctx.gateway.mode)
      const scope = await scopeOf(ctx, order.orderId)
      const by = shopperActor(ctx)
      const request = {
        key: validKey(key),
        scope,
        waitMs: JOIN_MS,
        source: 'browser',
        requestId: ctx.requestId,
        by,
      }
      const payment = { merchantId: scope.merchantId, orderId: order.orderId }
      const limit = ctx.shopperLimits.payment({ ...senderOf(ctx), ...payment })
      const record = recordId(scope, ctx.operations.pay.name, request.key)
      if (email) await keepTypedEmail(ctx, { ...payment, email, locale: localeOf(ctx.headers), record })
      let reply: EngineReply | null = null
      try {
        reply = await ctx.engine.run(ctx.operations.pay, {
          ...request,
          notNow: limit.notNow,
          input: { ...order, merchantId: scope.merchantId, by },
        })
      } finally {
        limit.end(reply)
      }
      return resultOf<PaymentBody>(reply)
    }),

  /**
   * The shopper comes back from the bank's own page, which told us nothing: asks the bank what they answered, rather than at the resolver's
   * next turn. Believes nothing of the request, and does nothing where no payment of the order waits for an answer.
   */
  returned: shopperProcedure
    .input(z.strictObject({ orderId }))
    .output(z.object({ ok: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      const order = found(await readCheckout(ctx.db, input.orderId), 'order')
      const waiting = order.payment?.status === 'requires_action' ? order.payment.actionUrl : null
      const { db, engine, operations } = ctx
      // If this fails, the resolver's turn still comes.
      if (waiting && URL.canParse(waiting))
        await recheckPayment(
          { db, engine, operations: Object.values(operations) },
          waiting,
          ctx.requestId,
        ).catch((error: unknown) =>
          ctx.log.warn({ err: error }, 'the payment of a shopper who came back could not be rechecked'),
        )
      return { ok: true as const }
    }),

  status: shopperProcedure
    .input(z.strictObject({ orderId, key: z.unknown().optional() }))
    .output(attemptStateOut)
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
   * counts them as such. Only for a payment that this guest began, and few of them: the page says it, and pages
   * can be forged.
   */
  held: shopperProcedure
    .input(z.strictObject({ orderId, key: z.unknown().optional(), presses: z.int().min(1).max(10_000) }))
    .output(z.object({ ok: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      const key = validKey(input.key)
      await ctx.pressReports.add(reportPresses(ctx, { ...input, key }))
      return { ok: true as const }
    }),

  receipt: shopperProcedure
    .input(z.strictObject({ token: z.string().min(20).max(100) }))
    .output(receiptOut)
    .query(async ({ ctx, input }) => {
      // The attempt of the request that paid, and the presses of its page, may still wait to be written; the
      // receipt counts them.
      await ctx.pressReports.ended()
      await ctx.attempts.flush()
      const list = await bankList(ctx.db, ctx.gateway, { receiptToken: input.token })
      const receipt = found(await readReceipt(ctx.db, input.token, ctx.receiptSecrets, list), 'receipt')
      return { ...receipt, verifyUrl: `${ctx.env.baseUrl}${verifyPath(receipt)}` }
    }),
})

/** Beside the payment, not part of it: a retry with another address is the same payment, and without the address it still goes on. */
async function keepTypedEmail(ctx: Context, typed: Parameters<typeof keepEmail>[1]): Promise<void> {
  await keepEmail(ctx.db, typed).catch((error: unknown) =>
    ctx.log.warn({ err: error }, 'the e-mail that a shopper typed was not kept'),
  )
}

async function reportPresses(
  ctx: Context,
  { orderId, key, presses }: { orderId: string; key: string; presses: number },
): Promise<void> {
  const scope = await scopeOf(ctx, orderId)
  const { merchantId } = scope
  const operation = ctx.operations.pay.name
  const record = recordId(scope, operation, key)
  // What was reported before may still wait to be written.
  await ctx.attempts.flush()
  const reported = await reportedPresses(ctx.db, { merchantId, orderId, recordId: record })
  const report = reported === null ? null : nextReport(record, reported, presses)
  if (!report) return
  const { name: actor, address } = shopperActor(ctx)
  const { requestId } = ctx
  const about = { merchantId, recordId: record, operation, requestId, actor, address, at: new Date() }
  ctx.attempts.addHeldPresses({ ...about, ...report })
}

async function scopeOf(ctx: Context, id: string): Promise<Scope> {
  const { merchantId, mode } = found(await ctx.owners.ownerOf(id), 'order')
  refuseOtherMode(mode, ctx.gateway.mode)
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
