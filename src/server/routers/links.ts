import { z } from 'zod'
import type { Operator } from '@/access/operator'
import { brand } from '@/checkout/brand'
import { openLink, openOrderOf } from '@/checkout/links/order-from-link'
import {
  createLink,
  findLink,
  LINK_STATES,
  type LinkChange,
  listLinks,
  setLinkPaused,
} from '@/checkout/links/payment-link'
import { showId } from '@/lib/id'
import { operatorActor, shopperActor } from '../actor'
import type { Context } from '../context'
import { refuseOtherMode } from '../one-mode'
import { router, shopperProcedure, supportProcedure, viewerProcedure } from '../trpc'
import { actIdOf } from '../wire/act-id'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { amount, notFound, paged, pageSize, uuidOf } from '../wire/json'
import { demandChanged, demandCreated, linkShape, newLinkIn, showLink } from '../wire/link-shapes'

const shownId = z.string().max(64)
/** A UUID that the page makes for each act, so that a double press or a retry after a lost answer is one act. */
const newId = z.uuid({ version: 'v4' })
const act = z.strictObject({ id: shownId, newId })

const openedOut = z.object({
  merchantName: z.string(),
  brand: brand.nullable(),
  name: z.string(),
  currency: z.string(),
  amount: z.number().int(),
  items: z.array(z.object({ name: z.string(), quantity: z.int(), unitAmount: z.number() })),
  state: z.enum(LINK_STATES),
  /** The order that this guest made from it and has not paid yet. */
  orderId: z.string().nullable(),
})

type OperatorContext = Context & { operator: Operator }

/** Payment links: as a shopper opens one, and as operators make them. The order itself is made by a form (`server/link-orders.ts`). */
export const linksRouter = router({
  /** Writes nothing: an address that is shared is fetched by previews and robots, too. */
  open: shopperProcedure
    .input(z.strictObject({ id: shownId }))
    .output(openedOut)
    .query(async ({ ctx, input }) => {
      const id = uuidOf('lnk', input.id)
      const link = (await openLink(ctx.db, id)) ?? notFound()
      refuseOtherMode(link.mode, ctx.gateway.mode, { subject: 'link', done: 'ordered' })
      // A guest who has only just got their cookie has no order.
      const order = ctx.setCookie ? null : await openOrderOf(ctx.db, id, shopperActor(ctx).name)
      const { merchantName, brand: chosen, name, currency, items, state } = link
      const orderId = order && showId('ord', order)
      return {
        merchantName,
        brand: chosen,
        name,
        currency,
        amount: amount(link.amount),
        items,
        state,
        orderId,
      }
    }),

  list: viewerProcedure
    .input(z.strictObject({ cursor: z.string().max(200).optional(), limit: pageSize }))
    .output(z.object({ items: z.array(linkShape), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input: { cursor, limit } }) => {
      const before = readTimeCursor(cursor)
      const found = await listLinks(ctx.pages, ctx.operator.merchantId, { before, limit: limit + 1 })
      return paged(
        found,
        limit,
        (row) => showLink(row, ctx.env.baseUrl),
        (row) => writeCursor(row.cursor, row.id),
      )
    }),

  create: supportProcedure
    .input(z.strictObject({ link: newLinkIn, newId }))
    .output(linkShape)
    .mutation(async ({ ctx, input }) => {
      const actId = actIdFor(ctx, 'links.create', input.newId)
      demandCreated(await createLink(ctx.db, changeOf(ctx, actId, actId), input.link))
      return shown(ctx, actId)
    }),

  pause: supportProcedure
    .input(act)
    .output(linkShape)
    .mutation(({ ctx, input }) => setPaused(ctx, input, true)),

  resume: supportProcedure
    .input(act)
    .output(linkShape)
    .mutation(({ ctx, input }) => setPaused(ctx, input, false)),
})

async function setPaused(ctx: OperatorContext, input: z.infer<typeof act>, paused: boolean) {
  const linkId = uuidOf('lnk', input.id)
  const actId = actIdFor(ctx, `links.${paused ? 'pause' : 'resume'}`, input.newId)
  demandChanged(await setLinkPaused(ctx.db, changeOf(ctx, linkId, actId), paused))
  return shown(ctx, linkId)
}

function actIdFor({ operator: { id, merchantId } }: OperatorContext, what: string, fromPage: string): string {
  return actIdOf(merchantId, `${what} by ${id}`, fromPage)
}

function changeOf(ctx: OperatorContext, linkId: string, actId: string): LinkChange {
  return { merchantId: ctx.operator.merchantId, linkId, by: operatorActor(ctx), actId }
}

async function shown({ db, operator, env }: OperatorContext, id: string) {
  return showLink((await findLink(db, operator.merchantId, id)) ?? notFound(), env.baseUrl)
}
