import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { listOrders, ORDER_STATES, type OrderSummary, orderDetail } from '@/checkout/orders/list'
import { readId, showId } from '@/lib/id'
import { PAYMENT_STATUSES } from '@/payments/payment'
import { router, viewerProcedure } from '../trpc'
import { actorOut, actorViewFor } from '../wire/actor-shapes'
import { readIdCursor, writeCursor } from '../wire/cursor'
import { amount, notFound, pageSize, time, uuidOf, words } from '../wire/json'

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

/** Orders of a merchant, for operators. */
export const ordersRouter = router({
  /** A filtered page looks through a part of the orders, and may have a next one though it is short or empty. */
  list: viewerProcedure
    .input(
      z.strictObject({
        state: z.enum(ORDER_STATES).optional(),
        search: words(200).min(1).optional(),
        cursor: z.string().max(200).optional(),
        limit: pageSize,
      }),
    )
    .output(z.object({ items: z.array(summaryOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input: { state, search, cursor, limit } }) => {
      const filter = { state, search, id: search ? readId('ord', search) : null }
      const before = readIdCursor(cursor)
      const { orders, next } = await listOrders(ctx.pages, ctx.operator.merchantId, {
        ...filter,
        before,
        limit,
      })
      return { items: orders.map(showOrder), nextCursor: next && writeCursor(next) }
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
