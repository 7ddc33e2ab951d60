import type { Problem } from '@payonce/idempotency/problems'
import { Hono, type Context as HonoContext } from 'hono'
import { sandboxMerchant } from '@/access/merchant'
import { CATALOGUE } from '@/checkout/catalogue'
import { createOrder } from '@/checkout/order'
import { localeOf } from '@/i18n/choose-locale'
import { MESSAGES } from '@/i18n/messages'
import { showId, uuidv7 } from '@/lib/id'
import { shopperActor } from './actor'
import { requestAddress } from './admission/address'
import { callerOf } from './caller'
import { contextFor } from './context'
import type { Deps } from './deps'
import { limitBody } from './limit-body'
import { FORM, ownPagesOnly } from './origin'
import { INTERNAL_PROBLEM, problemOf } from './problem-of'

/** 8 KiB: the forms have a few short fields. */
const FORM_MAX_BYTES = 8 * 1024

/** The sandbox's shop by plain forms, so that it works without JavaScript: place an order, and pay it with a test card. Its first merchant owns it. */
export function shopOrders(deps: Deps) {
  const app = new Hono()
  app.use(ownPagesOnly([FORM], deps.env.baseUrl), limitBody(FORM_MAX_BYTES))
  app.post('/', (c) => placeOrder(c, deps))
  app.post('/:orderId/pay', (c) => payOrder(c, deps, c.req.param('orderId')))
  return app
}

/** Prices come from the catalogue; the name is the one that the shopper read, in their language. */
async function placeOrder(c: HonoContext, deps: Deps): Promise<Response> {
  const address = requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)
  const wait = deps.shopperLimits.orderWait(address)
  if (wait > 0) return tooManyOrders(c, wait)
  const form = await c.req.parseBody()
  const product = CATALOGUE.find(({ sku }) => sku === form.sku)
  const quantity = Number(form.quantity ?? 1)
  if (!product || !Number.isInteger(quantity) || quantity < 1 || quantity > 99)
    return c.text('Choose a product and a quantity from 1 to 99.', 400)
  const merchantId = await sandboxMerchant(deps.db)
  if (!merchantId) return c.text('This sandbox has no shop. Make one with: npm run seed', 404)
  const { name } = MESSAGES[localeOf(c.req.raw.headers)].shop.product[product.sku]
  const context = contextFor(deps, c.req.raw.headers, address)
  if (context.setCookie) c.header('Set-Cookie', context.setCookie)
  const by = shopperActor(context)
  const item = { name, quantity, unitAmount: BigInt(product.unitAmount) }
  const { id } = await createOrder(
    deps.db,
    { merchantId, currency: product.currency, items: [item], by },
    uuidv7(),
  )
  return c.redirect(`/checkout/${showId('ord', id)}`, 303)
}

/** For a person: the form has no script that would wait by itself. */
export function tooManyOrders(c: HonoContext, waitSeconds: number): Response {
  c.header('Retry-After', String(waitSeconds))
  return c.text(MESSAGES[localeOf(c.req.raw.headers)].shop.tooManyOrders, 429)
}

/**
 * The form of the checkout page, for a browser without scripts and for a press before they have loaded: post,
 * then see other. The key came with the page in a hidden field, so a double submit is one charge.
 */
async function payOrder(c: HonoContext, deps: Deps, orderId: string): Promise<Response> {
  const form = new URLSearchParams(await c.req.text())
  const key = form.get('key') ?? ''
  const paymentMethod = form.get('paymentMethod') ?? ''
  const checkout = (query: Record<string, string>) =>
    `/checkout/${encodeURIComponent(orderId)}?${new URLSearchParams(query)}`
  if (paymentMethod === '') return c.redirect(checkout({ problem: 'no-card' }), 303)
  const context = contextFor(deps, c.req.raw.headers, requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS))
  if (context.setCookie) c.header('Set-Cookie', context.setCookie)
  try {
    const version = Number(form.get('version'))
    const email = form.get('email') || undefined
    const paid = await callerOf(context).checkout.pay({ key, orderId, version, paymentMethod, email })
    const next = paid.actionUrl ? returningTo(paid.actionUrl, checkout({ attempt: key })) : paid.receiptUrl
    return c.redirect(next, 303)
  } catch (error) {
    const { kind, facts } = problemIn(error)
    // Already paid under another key: the receipt answers that. After any other problem the page asks what
    // became of this key.
    const receipt = kind === 'already-paid' && facts?.receiptUrl
    return c.redirect(receipt ? String(receipt) : checkout({ attempt: key, problem: kind }), 303)
  }
}

/** The bank's page, with the checkout as the address that it returns to. A bank elsewhere was told its way back with the charge. */
function returningTo(actionUrl: string, checkout: string): string {
  if (URL.canParse(actionUrl)) return actionUrl
  const [address = '', query] = actionUrl.split('?')
  const all = new URLSearchParams(query)
  all.set('return', checkout)
  return `${address}?${all}`
}

/** A procedure that is called without HTTP throws its problem as the cause of tRPC's error. */
function problemIn(error: unknown): Problem {
  return problemOf((error as { cause?: unknown } | null)?.cause) ?? INTERNAL_PROBLEM
}
