import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { listApiKeys } from '@/access/api-key'
import type { Operator } from '@/access/operator'
import { createOrder } from '@/checkout/order'
import { receiptPath } from '@/checkout/receipt-path'
import { newOrder } from '@/checkout/schema'
import { showId, uuidv7 } from '@/lib/id'
import { firstStepFacts } from '@/payments/first-steps'
import { type Overview, overview, RANGES, type ReadFigure, type Totals } from '@/payments/overview'
import { PAYMENT_STATUSES } from '@/payments/payment'
import {
  COUNTED_MAX,
  countPayments,
  listPayments,
  type PaymentDetail,
  type PaymentSummary,
  paymentDetail,
} from '@/payments/read'
import { type BankList, bankCount, bankList } from '@/payments/reconciler/bank-count'
import { auditOf } from '@/platform/audit'
import { operatorActor } from '../actor'
import type { Context } from '../context'
import { refuseLoopback } from '../one-mode'
import { factsOf } from '../operations'
import { router, supportProcedure, viewerProcedure } from '../trpc'
import { actorOut, actorViewFor } from '../wire/actor-shapes'
import { refundShape, showRefund } from '../wire/api-shapes'
import { attemptOut, countsOut, showAttempt, showCounts } from '../wire/attempt-shapes'
import { readAmountCursor, readTimeCursor, writeCursor } from '../wire/cursor'
import { amount, maybeTime, notFound, paged, pageSize, sum, sumOut, time, uuidOf } from '../wire/json'
import { ledgerCheckOut, showTransaction, transactionOut } from '../wire/ledger-shapes'
import { disputeOut, showDispute } from '../wire/movement-shapes'
import { hasCurrency, NEEDS_CURRENCY, paymentFilter, readPaymentFilter } from '../wire/payment-filter'
import {
  actorsOfRequests,
  type RequestReader,
  refundRequestOut,
  showRefundRequest,
} from '../wire/refund-request-shapes'
import { authorisationOut, showAuthorisation } from './authorisations'
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
  sentBy: z.enum(['browser', 'program', 'operator', 'worker']).nullable(),
  state: z.string(),
  fence: z.number(),
  status: z.number().nullable(),
  /** When the claim that has it now, or had it last, was taken; and how long a lease lasts, in ms. */
  claimedAt: z.string(),
  leaseMs: z.number(),
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
  status: z.enum(['found', 'refunded', 'parked', 'kept']),
  reason: z.string().nullable(),
  foundAt: z.string(),
  settledAt: z.string().nullable(),
})

const parkedOut = z.object({
  since: z.string(),
  reason: z.string().nullable(),
  /** What the system and operators did with its record, newest first. */
  history: z.array(z.object({ id: z.string(), actor: z.string(), action: z.string(), at: z.string() })),
})

const detailOut = summaryOut.extend({
  method: z.string(),
  gatewayKey: z.string(),
  gatewayRef: z.string().nullable(),
  /** What had been reserved, where less of it was captured; null: the amount. */
  amountAuthorised: z.int().nullable(),
  fee: z.number().int().nullable(),
  orderStatus: z.string(),
  /** How two admins ended it; null: the bank's answer did, or nothing has yet. */
  declared: z.enum(['charged', 'not-charged', 'return']).nullable(),
  /** The customer's receipt. */
  receiptPath: z.string(),
  /** The page on which a person pays the order. */
  checkoutPath: z.string(),
  /** What was bought: the order's lines, the program's description, and both their metadata. */
  items: z.array(z.object({ name: z.string(), quantity: z.int(), unitAmount: z.int() })),
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  orderMetadata: z.record(z.string(), z.string()),
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
  events: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      createdAt: z.string(),
      delivered: z.number(),
      failed: z.number(),
      pending: z.number(),
      sentAt: z.string().nullable(),
    }),
  ),
  /** Who began it. */
  by: actorOut.nullable(),
  refunds: z.array(
    refundShape.extend({
      by: actorOut.nullable(),
      recordId: z.string(),
      parked: z.boolean(),
    }),
  ),
  refundRequests: z.array(refundRequestOut),
  refundRights: refundRightsOut.nullable(),
  /** Null: the amount was never reserved first. */
  authorisation: authorisationOut.nullable(),
  siblings: z.array(summaryOut),
})

const listInput = z
  .strictObject({
    ...paymentFilter,
    /** Newest first, or by amount, in one currency. */
    sort: z.enum(['newest', 'highest', 'lowest']).optional(),
    cursor: z.string().max(200).optional(),
    limit: pageSize,
  })
  .refine(hasCurrency, NEEDS_CURRENCY)

const countsInput = z.strictObject(paymentFilter).omit({ statuses: true }).refine(hasCurrency, NEEDS_CURRENCY)
const paymentCountsOut = z.object({
  /** Null: more than `countedMax`, which are not counted. */
  counts: z
    .array(
      z.object({ status: z.enum(PAYMENT_STATUSES), currency: z.string(), payments: z.int(), amount: sumOut }),
    )
    .nullable(),
  countedMax: z.int(),
})

const firstStepsOut = z.object({
  baseUrl: z.string(),
  /** The newest API key that works. */
  apiKey: z.object({ name: z.string(), hint: z.string() }).nullable(),
  paid: z.boolean(),
  repeated: z.boolean(),
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

  /** What a newcomer has tried in the sandbox, step by step. Null in live mode, in the sample shop, and where it cannot be read: no page needs it. */
  firstSteps: viewerProcedure.output(firstStepsOut.nullable()).query(({ ctx }) => {
    if (ctx.env.PAYONCE_MODE !== 'sandbox' || ctx.operator.sample !== null) return null
    return figure(ctx.log, 'first steps', readFirstSteps(ctx))
  }),

  list: viewerProcedure
    .input(listInput)
    .output(z.object({ items: z.array(summaryOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const { sort = 'newest', cursor, limit } = input
      const byAmount =
        sort === 'newest' ? null : { rising: sort === 'lowest', after: readAmountCursor(cursor) }
      const rows = await listPayments(ctx.pages, ctx.operator.merchantId, {
        ...readPaymentFilter(input),
        after: byAmount ? null : readTimeCursor(cursor),
        byAmount,
        limit: limit + 1,
      })
      return paged(rows, limit, showPayment, (row) =>
        byAmount ? writeCursor(row.amount.toString(), row.id) : writeCursor(row.cursor, row.id),
      )
    }),

  /** How many payments the list has by state, and what they sum up to. */
  counts: viewerProcedure
    .input(countsInput)
    .output(paymentCountsOut)
    .query(async ({ ctx, input }) => {
      const counts = await countPayments(ctx.pages, ctx.operator.merchantId, readPaymentFilter(input))
      return {
        counts: counts?.map((row) => ({ ...row, amount: sum(BigInt(row.amount)) })) ?? null,
        countedMax: COUNTED_MAX,
      }
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
      refuseLoopback(input, ctx.gateway.mode)
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
      const { payment, refunds, refundRequests, authorisation } = found
      const ended = authorisation?.end ? [authorisation.end] : []
      const actors = [payment, ...refunds, ...ended].map(({ actor }) => actor)
      const [names, rights, list, history] = await Promise.all([
        actorNames(ctx.pages, merchantId, [...actors, ...actorsOfRequests(refundRequests)]),
        refundRights(ctx, payment.id),
        bankList(ctx.pages, ctx.gateway, { merchantId, paymentId: payment.id }),
        payment.parked ? auditOf(ctx.pages, merchantId, payment.recordId) : [],
      ])
      const reading = { reader: ctx.actor.name, role, view: actorViewFor(role, names) }
      return {
        ...showDetail(found, { ...reading, rights, list, history, leaseMs: ctx.env.PAYONCE_LEASE_MS }),
        authorisation: authorisation && showAuthorisation(ctx, authorisation, reading.view),
      }
    }),
})

/** An id is looked for by itself: what else is asked of words and amounts does not count then. */
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
    leaseMs: number
  },
): Omit<z.infer<typeof detailOut>, 'authorisation'> {
  const { payment, attempts, record, transactions, events, refunds, surplus, disputes, siblings } = found
  const { method, gatewayKey, gatewayRef, orderStatus } = payment
  return {
    ...showPayment(payment),
    amountAuthorised: payment.authorisedAmount === null ? null : amount(payment.authorisedAmount),
    method,
    gatewayKey,
    gatewayRef,
    orderStatus,
    declared: payment.declared,
    receiptPath: receiptPath(payment.receiptToken),
    checkoutPath: `/checkout/${showId('ord', payment.orderId)}`,
    items: payment.items,
    description: payment.description,
    metadata: payment.metadata,
    orderMetadata: payment.orderMetadata,
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
          history: history.map(({ id, actor, action, at }) => ({ id, actor, action, at: time(at) })),
        }
      : null,
    fee: payment.fee === null ? null : amount(payment.fee),
    attempts: attempts.map(showAttempt),
    record: record && {
      ...record,
      sentBy: factsOf(record.operation)?.sentBy ?? null,
      claimedAt: time(record.claimedAt),
      leaseMs: reading.leaseMs,
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
      sentAt: maybeTime(event.sentAt),
    })),
    by: reading.view(payment),
    refunds: refunds.map((refund) => ({
      ...showRefund(refund),
      recordId: refund.recordId,
      parked: refund.parked,
      by: reading.view(refund),
    })),
    refundRequests: found.refundRequests.map((request) => showRefundRequest(request, reading)),
    refundRights: rights,
    siblings: siblings.map(showPayment),
  }
}

async function readFirstSteps({
  db,
  pages,
  env,
  operator: { merchantId },
}: Context & { operator: Operator }): Promise<z.infer<typeof firstStepsOut>> {
  const [keys, steps] = await Promise.all([listApiKeys(db, merchantId), firstStepFacts(pages, merchantId)])
  const working = keys.find(({ active }) => active)
  return {
    ...steps,
    baseUrl: env.baseUrl,
    apiKey: working ? { name: working.name, hint: working.hint } : null,
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
