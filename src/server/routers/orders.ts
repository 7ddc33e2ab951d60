import type { EngineReply } from '@payonce/idempotency'
import { keyProblem } from '@payonce/idempotency'
import { ProblemError } from '@payonce/idempotency/problems'
import { resultOf } from '@payonce/idempotency/trpc'
import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { mayActAs, type SignedIn } from '@/access/operator'
import { changesOfOrder } from '@/checkout/orders/history'
import {
  countOrders,
  listOrders,
  ORDER_STATES,
  ORDERS_COUNTED_MAX,
  type OrderSummary,
  orderDetail,
} from '@/checkout/orders/list'
import { orderChanges } from '@/checkout/schema'
import type { Actor } from '@/lib/actor'
import { showId } from '@/lib/id'
import { PAYMENT_STATUSES } from '@/payments/payment'
import type { Context } from '../context'
import { router, supportProcedure, viewerProcedure } from '../trpc'
import { actorOut, actorViewFor } from '../wire/actor-shapes'
import type { orderShape } from '../wire/api-shapes'
import { readAmountCursor, readIdCursor, writeCursor } from '../wire/cursor'
import { amount, maybeTime, notFound, pageSize, sum, sumOut, time, uuidOf } from '../wire/json'
import { orderFilter, readOrderFilter } from '../wire/order-filter'
import { hasCurrency, NEEDS_CURRENCY } from '../wire/payment-filter'

const itemsOut = z.array(z.object({ name: z.string(), quantity: z.int(), unitAmount: z.number() }))

const summaryOut = z.object({
  id: z.string(),
  reference: z.string().nullable(),
  customerEmail: z.string().nullable(),
  amount: z.number().int(),
  currency: z.string(),
  state: z.enum(ORDER_STATES),
  /** Of the payment that holds it. */
  paymentStatus: z.enum(PAYMENT_STATUSES).nullable(),
  amountRefunded: z.number().int(),
  amountRefundUnderWay: z.number().int(),
  items: itemsOut,
  createdAt: z.string(),
})

const detailOut = summaryOut.extend({
  version: z.int(),
  metadata: z.record(z.string(), z.string()),
  successUrl: z.string().nullable(),
  cancelUrl: z.string().nullable(),
  checkoutUrl: z.string(),
  expiresAt: z.string().nullable(),
  by: actorOut.nullable(),
  /** Newest first. */
  changes: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['changed', 'cancelled', 'expired']),
      version: z.int(),
      amount: z.number().int(),
      expiresAt: z.string().nullable(),
      items: itemsOut,
      by: actorOut.nullable(),
      createdAt: z.string(),
    }),
  ),
  /** The operator may change and cancel it, as far as their role goes. */
  mayChange: z.boolean(),
})

/** Time that a press waits for one that is running. 10 s, as at the checkout. */
const JOIN_MS = 10_000

const which = { id: z.string().max(64), version: z.int().positive(), key: z.unknown().optional() }
const changedOut = z.object({ id: z.string(), version: z.int() })
const listInput = z
  .strictObject({
    ...orderFilter,
    /** Newest first, or by amount, in one currency. */
    sort: z.enum(['newest', 'highest', 'lowest']).optional(),
    cursor: z.string().max(200).optional(),
    limit: pageSize,
  })
  .refine((input) => hasCurrency({ ...input, lowest: undefined, highest: undefined }), NEEDS_CURRENCY)

const countsOut = z.object({
  /** Null: more than `countedMax`, which are not counted. */
  counts: z
    .array(z.object({ state: z.enum(ORDER_STATES), currency: z.string(), orders: z.int(), amount: sumOut }))
    .nullable(),
  countedMax: z.int(),
})

/** Orders of a merchant, for operators. */
export const ordersRouter = router({
  /** A filtered page looks through a part of the orders, and may have a next one though it is short or empty. */
  list: viewerProcedure
    .input(listInput)
    .output(
      z.object({
        items: z.array(summaryOut),
        nextCursor: z.string().nullable(),
        /** False: the period has more orders than were looked through. By amount, it is the newest of them that are in order. */
        whole: z.boolean(),
      }),
    )
    .query(async ({ ctx, input: { sort = 'newest', cursor, limit, ...filter } }) => {
      const byAmount =
        sort === 'newest' ? null : { rising: sort === 'lowest', after: readAmountCursor(cursor) }
      const { orders, next, whole } = await listOrders(ctx.pages, ctx.operator.merchantId, {
        ...readOrderFilter(filter),
        before: byAmount ? null : readIdCursor(cursor),
        byAmount,
        limit,
      })
      const last = byAmount ? orders.at(-1)?.amount.toString() : undefined
      return {
        items: orders.map(showOrder),
        nextCursor: next && (last === undefined ? writeCursor(next) : writeCursor(last, next)),
        whole,
      }
    }),

  /** How many orders the list has by state, and what they sum up to. */
  counts: viewerProcedure
    .input(z.strictObject(orderFilter).omit({ state: true }))
    .output(countsOut)
    .query(async ({ ctx, input }) => {
      const counts = await countOrders(ctx.pages, ctx.operator.merchantId, readOrderFilter(input))
      return {
        counts: counts?.map((row) => ({ ...row, amount: sum(BigInt(row.amount)) })) ?? null,
        countedMax: ORDERS_COUNTED_MAX,
      }
    }),

  get: viewerProcedure
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(detailOut)
    .query(async ({ ctx, input }) => {
      const { merchantId, role } = ctx.operator
      const found = (await orderDetail(ctx.pages, merchantId, uuidOf('ord', input.id))) ?? notFound()
      const { version, metadata, successUrl, cancelUrl, actor } = found
      const changes = await changesOfOrder(ctx.pages, merchantId, found.id)
      const actors = [actor, ...changes.map((change) => change.actor)].filter((name) => name !== null)
      const view = actorViewFor(role, await actorNames(ctx.pages, merchantId, actors))
      const id = showId('ord', found.id)
      return {
        ...showOrder(found),
        version,
        metadata,
        successUrl,
        cancelUrl,
        checkoutUrl: `${ctx.env.baseUrl}/checkout/${id}`,
        expiresAt: maybeTime(found.expiresAt),
        by: view(found),
        changes: changes.map((change) => ({
          id: change.id,
          kind: change.kind,
          version: change.version,
          amount: amount(change.amount),
          expiresAt: maybeTime(change.expiresAt),
          items: change.items,
          by: view(change),
          createdAt: time(change.createdAt),
        })),
        mayChange: mayActAs(role, 'support'),
      }
    }),

  /**
   * Changes an open order of the version that the operator has seen.
   * @param key made by the page when its dialog opens, so that a double press or a retry is one change
   */
  change: supportProcedure
    .input(orderChanges.safeExtend(which))
    .output(changedOut)
    .mutation(async ({ ctx, input: { id, key, ...changes } }) => {
      const { engine, operations } = ctx
      const input = { ...orderOf(ctx, id), ...changes }
      return afterChange(await engine.run(operations.operatorChangeOrder, { ...sentBy(ctx, key), input }))
    }),

  /** @param key as in `change` */
  cancel: supportProcedure
    .input(z.strictObject(which))
    .output(changedOut)
    .mutation(async ({ ctx, input: { id, key, version } }) => {
      const { engine, operations } = ctx
      const input = { ...orderOf(ctx, id), version }
      return afterChange(await engine.run(operations.operatorCancelOrder, { ...sentBy(ctx, key), input }))
    }),
})

type Caller = Context & { operator: SignedIn; actor: Actor }

function orderOf({ operator, actor }: Caller, shownId: string) {
  return { merchantId: operator.merchantId, orderId: uuidOf('ord', shownId), by: actor }
}

/** @throws ProblemError `key-missing` or `key-invalid`, before the database is asked */
function sentBy({ operator, actor, requestId }: Caller, key: unknown) {
  const problem = keyProblem(key)
  if (problem) throw new ProblemError(problem)
  const scope = { merchantId: operator.merchantId, actor: `operator:${operator.id}` }
  return { key: key as string, scope, waitMs: JOIN_MS, source: 'browser', requestId, by: actor }
}

function afterChange(reply: EngineReply): z.infer<typeof changedOut> {
  const { id, version } = resultOf<z.infer<typeof orderShape>>(reply)
  return { id, version }
}

function showOrder(order: OrderSummary): z.infer<typeof summaryOut> {
  const { reference, customerEmail, currency, state, paymentStatus, items } = order
  return {
    id: showId('ord', order.id),
    reference,
    customerEmail,
    amount: amount(order.amount),
    currency,
    state,
    paymentStatus,
    amountRefunded: amount(order.refunded),
    amountRefundUnderWay: amount(order.refundUnderWay),
    items,
    createdAt: time(order.createdAt),
  }
}
