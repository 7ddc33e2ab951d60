import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { mayActAs } from '@/access/operator'
import { createOrder } from '@/checkout/order'
import { newOrder } from '@/checkout/schema'
import { readId, showId, uuidv7 } from '@/lib/id'
import { type Overview, overview, RANGES, type ReadFigure, type Totals } from '@/payments/overview'
import { PAYMENT_STATUSES } from '@/payments/payment'
import { listPayments, type PaymentDetail, type PaymentSummary, paymentDetail } from '@/payments/read'
import { type BankList, bankCount, bankList } from '@/payments/reconciler/bank-count'
import { auditOf } from '@/platform/audit'
import { operatorActor } from '../actor'
import { factsOf } from '../operations'
import { router, supportProcedure, viewerProcedure } from '../trpc'
import { actorOut, actorViewFor } from '../wire/actor-shapes'
import { refundShape, showRefund } from '../wire/api-shapes'
import { attemptOut, countsOut, showAttempt, showCounts } from '../wire/attempt-shapes'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import {
  amount,
  instant,
  maybeTime,
  notFound,
  paged,
  pageSize,
  sum,
  sumOut,
  time,
  uuidOf,
  words,
} from '../wire/json'
import { ledgerCheckOut, showTransaction, transactionOut } from '../wire/ledger-shapes'
import { disputeOut, showDispute } from '../wire/movement-shapes'
import {
  actorsOfRequests,
  type RequestReader,
  refundRequestOut,
  showRefundRequest,
} from '../wire/refund-request-shapes'
import { figure } from './figure'
import { recentCheck } from './ledger'
import { refundRights, refundRightsOut } from './refunds'

const summaryOut = countsOut.extend({
  id: z.string(),
  orderId: z.string(),
  recordId: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  amount: z.number().int(),
  /** Of refunds that have not failed, those under way included. */
  amountRefunded: z.number().int(),
  amountRefundUnderWay: z.number().int(),
  /** Of its disputes: what the bank holds, and what was lost. */
  amountDisputed: z.number().int(),
  amountDisputeLost: z.number().int(),
  ...bankCount,
  parked: z.boolean(),
  currency: z.string(),
  cardLabel: z.string().nullable(),
  declineCode: z.string().nullable(),
  reference: z.string().nullable(),
  customerEmail: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

const totalsOut = z.object({
  payments: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  prevented: z.number(),
  protected: z.array(z.object({ currency: z.string(), amount: sumOut })),
  requests: z.number(),
  volume: z.array(z.object({ currency: z.string(), amount: sumOut, payments: z.number() })),
})

const bucketOut = countsOut
  .omit({ strip: true })
  .extend({ at: z.string(), again: z.number(), charges: z.number() })

const overviewOut = z.object({
  now: z.string(),
  from: z.string(),
  bucketSeconds: z.number(),
  /** Null, here and below: this one could not be read. The others are shown all the same. */
  buckets: z.array(bucketOut).nullable(),
  current: totalsOut.nullable(),
  previous: totalsOut.nullable(),
  ambiguous: z.number().nullable(),
  any: z.boolean(),
  feed: z.array(summaryOut).nullable(),
  ledger: ledgerCheckOut.nullable(),
})

const recordOut = z.object({
  id: z.string(),
  key: z.string(),
  operation: z.string(),
  sentBy: z.enum(['browser', 'program', 'operator']).nullable(),
  state: z.string(),
  fence: z.number(),
  status: z.number().nullable(),
  leaseUntil: z.string(),
  leaseOver: z.boolean(),
  worker: z.string(),
  createdAt: z.string(),
  completedAt: z.string().nullable(),
  expiresAt: z.string(),
})

const surplusOut = z.object({
  gatewayRef: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  status: z.enum(['found', 'refunded', 'parked']),
  reason: z.string().nullable(),
  foundAt: z.string(),
  settledAt: z.string().nullable(),
})

const parkedOut = z.object({
  since: z.string(),
  reason: z.string().nullable(),
  /** This operator may have the bank asked again. */
  mayAsk: z.boolean(),
  /** What the system and operators did with its record, newest first. */
  history: z.array(z.object({ id: z.string(), actor: z.string(), action: z.string(), at: z.string() })),
})

const detailOut = summaryOut.extend({
  method: z.string(),
  gatewayKey: z.string(),
  gatewayRef: z.string().nullable(),
  fee: z.number().int().nullable(),
  orderStatus: z.string(),
  /** The earliest time at which the bank may have been asked. */
  askedAt: z.string(),
  /** Our copy of the bank's list: every charge made until `wholeUntil` is in it. Null: it was never read. */
  bankList: z.object({ readAt: z.string(), wholeUntil: z.string() }).nullable(),
  surplus: z.array(surplusOut),
  disputes: z.array(disputeOut),
  /** Null: its record is not parked. */
  waitsForPerson: parkedOut.nullable(),
  attempts: z.array(attemptOut),
  record: recordOut.nullable(),
  transactions: z.array(transactionOut),
  events: z.array(z.object({ id: z.string(), type: z.string(), createdAt: z.string() })),
  /** Who began it. */
  by: actorOut.nullable(),
  refunds: z.array(
    refundShape.extend({
      by: actorOut.nullable(),
      recordId: z.string(),
      parked: z.boolean(),
      mayAsk: z.boolean(),
    }),
  ),
  refundRequests: z.array(refundRequestOut),
  refundRights: refundRightsOut.nullable(),
  siblings: z.array(summaryOut),
})

const listInput = z.strictObject({
  statuses: z.array(z.enum(PAYMENT_STATUSES)).max(6).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  search: words(200).optional(),
  from: instant.optional(),
  until: instant.optional(),
  cursor: z.string().max(200).optional(),
  limit: pageSize,
})

export const paymentsRouter = router({
  overview: viewerProcedure
    .input(z.strictObject({ range: z.enum(Object.keys(RANGES) as [keyof typeof RANGES]) }))
    .output(overviewOut)
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const alone: ReadFigure = (name, read) => figure(ctx.log, name, read)
      const [seen, feed, ledger] = await Promise.all([
        overview(ctx.pages, merchantId, input.range, alone),
        alone('feed', listPayments(ctx.pages, merchantId, { limit: 8 })),
        alone('ledger', recentCheck(ctx.pages, merchantId)),
      ])
      return { ...showOverview(seen), feed: feed?.map(showPayment) ?? null, ledger }
    }),

  list: viewerProcedure
    .input(listInput)
    .output(z.object({ items: z.array(summaryOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const id = input.search ? (readId('pay', input.search) ?? readId('ord', input.search)) : null
      const rows = await listPayments(ctx.pages, ctx.operator.merchantId, {
        statuses: input.statuses ?? [],
        currency: input.currency ?? null,
        id,
        text: id ? null : input.search || null,
        from: input.from ?? null,
        until: input.until ?? null,
        after: readTimeCursor(input.cursor),
        limit: input.limit + 1,
      })
      return paged(rows, input.limit, showPayment, (row) => writeCursor(row.cursor, row.id))
    }),

  /**
   * Places an order for a customer and returns a link to pay it. No key: an order charges nothing by itself,
   * so two do no harm.
   */
  createOrder: supportProcedure
    .input(newOrder)
    .output(
      z.object({ id: z.string(), checkoutUrl: z.string(), amount: z.number().int(), currency: z.string() }),
    )
    .mutation(async ({ ctx, input }) => {
      const items = input.items.map((item) => ({ ...item, unitAmount: BigInt(item.unitAmount) }))
      const order = await createOrder(
        ctx.db,
        { ...input, items, merchantId: ctx.operator.merchantId, by: operatorActor(ctx) },
        uuidv7(),
      )
      const id = showId('ord', order.id)
      return {
        id,
        checkoutUrl: `${ctx.env.baseUrl}/checkout/${id}`,
        amount: amount(order.amount),
        currency: input.currency,
      }
    }),

  get: viewerProcedure
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(detailOut)
    .query(async ({ ctx, input }) => {
      const { merchantId, role } = ctx.operator
      const found = (await paymentDetail(ctx.pages, merchantId, uuidOf('pay', input.id))) ?? notFound()
      const { payment, refunds, refundRequests } = found
      const actors = [payment, ...refunds].map(({ actor }) => actor)
      const [names, rights, list, history] = await Promise.all([
        actorNames(ctx.pages, merchantId, [...actors, ...actorsOfRequests(refundRequests)]),
        refundRights(ctx, payment.id),
        bankList(ctx.pages, ctx.gateway, { merchantId, paymentId: payment.id }),
        payment.parked ? auditOf(ctx.pages, merchantId, payment.recordId) : [],
      ])
      const reading = { reader: ctx.actor.name, role, view: actorViewFor(role, names) }
      return showDetail(found, { ...reading, rights, list, history })
    }),
})

function showPayment(row: PaymentSummary): z.infer<typeof summaryOut> {
  const { recordId, currency, cardLabel, declineCode, reference, customerEmail } = row
  return {
    ...showCounts(row),
    recordId,
    currency,
    cardLabel,
    declineCode,
    reference,
    customerEmail,
    id: showId('pay', row.id),
    orderId: showId('ord', row.orderId),
    status: z.enum(PAYMENT_STATUSES).parse(row.status),
    amount: amount(row.amount),
    amountRefunded: amount(row.refundedAmount),
    amountRefundUnderWay: amount(row.refundUnderWay),
    amountDisputed: amount(row.disputeHeld),
    amountDisputeLost: amount(row.disputeLost),
    charges: row.charges,
    unexplained: row.unexplained,
    surplusRefunded: row.surplusRefunded,
    surplusDue: row.surplusDue,
    surplusParked: row.surplusParked,
    parked: row.parked,
    createdAt: time(row.createdAt),
    updatedAt: time(row.updatedAt),
  }
}

function showDetail(
  found: PaymentDetail,
  {
    rights,
    list,
    history,
    ...reading
  }: RequestReader & {
    rights: z.infer<typeof refundRightsOut> | null
    list: BankList | null
    history: Awaited<ReturnType<typeof auditOf>>
  },
): z.infer<typeof detailOut> {
  const { payment, attempts, record, transactions, events, refunds, surplus, disputes, siblings } = found
  const { method, gatewayKey, gatewayRef, orderStatus } = payment
  return {
    ...showPayment(payment),
    method,
    gatewayKey,
    gatewayRef,
    orderStatus,
    askedAt: time(payment.askedAt),
    bankList: list && { readAt: time(list.readAt), wholeUntil: time(list.wholeUntil) },
    surplus: surplus.map((charge) => ({
      ...charge,
      amount: amount(charge.amount),
      foundAt: time(charge.foundAt),
      settledAt: maybeTime(charge.settledAt),
    })),
    disputes: disputes.map(showDispute),
    waitsForPerson: record?.parkedAt
      ? {
          since: time(record.parkedAt),
          reason: record.parkedReason,
          mayAsk: mayActAs(reading.role, 'support'),
          history: history.map(({ id, actor, action, at }) => ({ id, actor, action, at: time(at) })),
        }
      : null,
    fee: payment.fee === null ? null : amount(payment.fee),
    attempts: attempts.map(showAttempt),
    record: record && {
      ...record,
      sentBy: factsOf(record.operation)?.sentBy ?? null,
      leaseUntil: time(record.leaseUntil),
      createdAt: time(record.createdAt),
      completedAt: maybeTime(record.completedAt),
      expiresAt: time(record.expiresAt),
    },
    transactions: transactions.map(showTransaction),
    events: events.map((event) => ({
      ...event,
      id: showId('evt', event.id),
      createdAt: time(event.createdAt),
    })),
    by: reading.view(payment),
    refunds: refunds.map((refund) => ({
      ...showRefund(refund),
      recordId: refund.recordId,
      parked: refund.parked,
      mayAsk: mayActAs(reading.role, 'support'),
      by: reading.view(refund),
    })),
    refundRequests: found.refundRequests.map((request) => showRefundRequest(request, reading)),
    refundRights: rights,
    siblings: siblings.map(showPayment),
  }
}

function showOverview({ now, from, bucketSeconds, buckets, current, previous, ambiguous, any }: Overview) {
  return {
    bucketSeconds,
    ambiguous,
    any,
    now: time(now),
    from: time(from),
    buckets: buckets?.map((bucket) => ({ ...bucket, at: time(bucket.at) })) ?? null,
    current: current && showTotals(current),
    previous: previous && showTotals(previous),
  }
}

function showTotals(totals: Totals): z.infer<typeof totalsOut> {
  const summed = <Row extends { amount: bigint }>(rows: Row[]) =>
    rows.map((row) => ({ ...row, amount: sum(row.amount) }))
  return { ...totals, volume: summed(totals.volume), protected: summed(totals.protected) }
}
