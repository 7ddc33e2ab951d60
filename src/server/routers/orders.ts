import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import {
  countOrders,
  listOrders,
  ORDER_STATES,
  ORDERS_COUNTED_MAX,
  type OrderSummary,
  orderDetail,
} from '@/checkout/orders/list'
import { showId } from '@/lib/id'
import { PAYMENT_STATUSES } from '@/payments/payment'
import { router, viewerProcedure } from '../trpc'
import { actorOut, actorViewFor } from '../wire/actor-shapes'
import { readAmountCursor, readIdCursor, writeCursor } from '../wire/cursor'
import { amount, notFound, pageSize, sum, sumOut, time, uuidOf } from '../wire/json'
import { orderFilter, readOrderFilter } from '../wire/order-filter'
import { hasCurrency, NEEDS_CURRENCY } from '../wire/payment-filter'

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
  items: z.array(z.object({ name: z.string(), quantity: z.int(), unitAmount: z.number() })),
  createdAt: z.string(),
})

const detailOut = summaryOut.extend({
  version: z.int(),
  metadata: z.record(z.string(), z.string()),
  successUrl: z.string().nullable(),
  cancelUrl: z.string().nullable(),
  checkoutUrl: z.string(),
  by: actorOut.nullable(),
})

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
      const names = await actorNames(ctx.pages, merchantId, actor ? [actor] : [])
      const id = showId('ord', found.id)
      return {
        ...showOrder(found),
        version,
        metadata,
        successUrl,
        cancelUrl,
        checkoutUrl: `${ctx.env.baseUrl}/checkout/${id}`,
        by: actorViewFor(role, names)(found),
      }
    }),
})

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
