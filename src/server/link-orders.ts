import { Hono, type Context as HonoContext } from 'hono'
import { z } from 'zod'
import { shopperCookie, shopperOf, shopperOfForm } from '@/access/shopper'
import { openLink, orderFromLink } from '@/checkout/links/order-from-link'
import type { Actor } from '@/lib/actor'
import { readId, showId, uuidv7 } from '@/lib/id'
import { shopperActor } from './actor'
import { requestAddress } from './admission/address'
import { contextFor } from './context'
import type { Deps } from './deps'
import { limitBody } from './limit-body'
import { FORM, ownPagesOnly } from './origin'
import { tooManyOrders } from './shop'

/** 1 KiB: the form has one short field. */
const FORM_MAX_BYTES = 1024

/** The button of a payment link, as a plain form: it makes the shopper's order, and leads to its checkout. */
export function linkOrders(deps: Deps) {
  const app = new Hono()
  app.use(ownPagesOnly([FORM], deps.env.baseUrl), limitBody(FORM_MAX_BYTES))
  app.post('/:id', (c) => orderOf(c, deps, c.req.param('id')))
  return app
}

/** The key came with the page in a hidden field, so that a double press is one order. Without an order the page of the link says why. */
async function orderOf(c: HonoContext, deps: Deps, shownId: string): Promise<Response> {
  const address = requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)
  const wait = deps.shopperLimits.orderWait(address)
  if (wait > 0) return tooManyOrders(c, wait)
  const back = `/link/${encodeURIComponent(shownId)}`
  const key = z.uuid().safeParse(new URLSearchParams(await c.req.text()).get('key'))
  const linkId = readId('lnk', shownId)
  const link = linkId && (await openLink(deps.db, linkId))
  if (!linkId || !link || !key.success || link.mode !== deps.gateway.mode) return c.redirect(back, 303)
  const request = { key: key.data, by: guestOf(c, deps, { address, key: key.data }), newId: uuidv7 }
  const order = await orderFromLink(deps.db, linkId, link, request)
  return c.redirect(order ? `/checkout/${showId('ord', order)}` : back, 303)
}

/** The guest by their cookie, else by the form's key: of two presses before the first answer, both are the same guest, who keeps the order. */
function guestOf(c: HonoContext, deps: Deps, { address, key }: { address: string; key: string }): Actor {
  const context = contextFor(deps, c.req.raw.headers, address)
  const known = shopperOf(c.req.header('cookie'), deps.shopperSecrets) !== null
  const made = known ? null : shopperOfForm(key, deps.shopperSecrets[0])
  const cookie = made ? shopperCookie(made.value, deps.env.baseUrl.startsWith('https:')) : context.setCookie
  if (cookie) c.header('Set-Cookie', cookie)
  return shopperActor({ ...context, shopper: made?.id ?? context.shopper })
}
