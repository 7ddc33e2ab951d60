import { z } from 'zod'
import { showId, uuidv7 } from '@/lib/id'
import type { InboxAccounts } from '@/payments/stripe/inbox/account'
import { applyAgain } from '@/payments/stripe/inbox/queue'
import {
  EVENT_STATES,
  findStripeEvent,
  type InboxReader,
  listStripeEvents,
  type ShownEvent,
} from '@/payments/stripe/inbox/read'
import { audit } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { operatorActor } from '../actor'
import { router, supportProcedure, viewerProcedure } from '../trpc'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { maybeTime, notFound, paged, pageSize, time, words } from '../wire/json'

const EVENT_ID = /^evt_[A-Za-z0-9_]{1,250}$/
const eventId = z.string().regex(EVENT_ID)

const eventOut = z.object({
  id: z.string(),
  account: z.string(),
  type: z.string(),
  objectId: z.string().nullable(),
  paymentId: z.string().nullable(),
  state: z.enum(EVENT_STATES),
  reason: z.string().nullable(),
  source: z.enum(['webhook', 'pull']),
  createdAt: z.string(),
  receivedAt: z.string(),
})

const detailOut = eventOut.extend({
  tries: z.number(),
  nextAt: z.string().nullable(),
  settledAt: z.string().nullable(),
  /** A worker has it now. */
  running: z.boolean(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
})

export const inboxRouter = router({
  list: viewerProcedure
    .input(
      z.strictObject({
        state: z.enum(EVENT_STATES).optional(),
        search: words(255).optional(),
        cursor: z.string().max(500).optional(),
        limit: pageSize,
      }),
    )
    .output(z.object({ items: z.array(eventOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const reader = await readerOf(ctx.operator.merchantId, ctx.stripeAccounts)
      const rows = await listStripeEvents(ctx.pages, reader, {
        state: input.state ?? null,
        search: input.search || null,
        after: readTimeCursor(input.cursor, EVENT_ID),
        limit: input.limit + 1,
      })
      return paged(rows, input.limit, showEvent, (row) => writeCursor(row.cursor, row.id))
    }),

  get: viewerProcedure
    .input(z.strictObject({ id: eventId }))
    .output(detailOut)
    .query(async ({ ctx, input }) => {
      const reader = await readerOf(ctx.operator.merchantId, ctx.stripeAccounts)
      return showDetail((await findStripeEvent(ctx.pages, reader, input.id)) ?? notFound())
    }),

  /** Has an event worked on again. It asks Stripe only, and what has had its effect has none again. */
  applyAgain: supportProcedure
    .input(z.strictObject({ id: eventId }))
    .output(z.object({ asked: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const reader = await readerOf(merchantId, ctx.stripeAccounts)
      const { account, id } = (await findStripeEvent(ctx.db, reader, input.id)) ?? notFound()
      const trace = audit({
        merchantId,
        id: uuidv7(),
        by: operatorActor(ctx),
        action: 'stripe-event.applied-again',
        subject: id,
        detail: 'the worker asks Stripe about it again',
      })
      return { asked: (await commit(ctx.db, [applyAgain(account, id), trace])).committed }
    }),
})

/** A merchant without an account of their own uses the installation's. */
async function readerOf(merchantId: string, accounts: InboxAccounts): Promise<InboxReader> {
  const all = await accounts.all()
  const own = all.filter((account) => account.merchantId === merchantId)
  const shared = all.filter((account) => account.merchantId === null)
  return { merchantId, accounts: (own.length > 0 ? own : shared).map(({ name }) => name) }
}

function showEvent(event: ShownEvent): z.infer<typeof eventOut> {
  const { id, account, type, objectId, state, reason, source } = event
  return {
    id,
    account,
    type,
    objectId,
    state,
    reason,
    source,
    paymentId: event.paymentId && showId('pay', event.paymentId),
    createdAt: time(event.createdAt),
    receivedAt: time(event.receivedAt),
  }
}

function showDetail(event: ShownEvent): z.infer<typeof detailOut> {
  return {
    ...showEvent(event),
    tries: event.tries,
    nextAt: maybeTime(event.nextAt),
    settledAt: maybeTime(event.settledAt),
    running: event.running,
    facts: Object.entries(event.facts).map(([name, value]) => ({ name, value: String(value) })),
  }
}
