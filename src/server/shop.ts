import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { sandboxMerchant } from '@/access/merchant'
import { CATALOGUE } from '@/checkout/catalogue'
import { createOrder } from '@/checkout/order'
import { safeBackPath } from '@/i18n/back-path'
import { localeOf } from '@/i18n/choose'
import { isLocale, LOCALE_COOKIE } from '@/i18n/locale'
import { MESSAGES } from '@/i18n/messages'
import { showId, uuidv7 } from '@/lib/id'
import type { Deps } from './deps'
import { ownPagesOnly } from './origin'

/** A year, in seconds: as long as the theme. */
const YEAR_S = 31_536_000

/** What a shopper sends with a plain form, so that it works without JavaScript: an order, and the language to read in. */
export function shopOrders(deps: Deps) {
  const app = new Hono()
  // Prices come from the catalogue; the name is what the shopper saw.
  app.post('/orders', ownPagesOnly(['application/x-www-form-urlencoded'], deps.env.baseUrl), async (c) => {
    const form = await c.req.parseBody()
    const product = CATALOGUE.find(({ sku }) => sku === form.sku)
    const quantity = Number(form.quantity ?? 1)
    if (!product || !Number.isInteger(quantity) || quantity < 1 || quantity > 99)
      return c.text('Choose one of our products, from 1 to 99 of it.', 400)
    const merchantId = await shopOwner(deps)
    if (!merchantId) return c.text('This shop is open in the sandbox only.', 404)
    const { name } = MESSAGES[localeOf(c.req.raw.headers)].shop.product[product.sku]
    const item = { name, quantity, unitAmount: BigInt(product.unitAmount) }
    const { id } = await createOrder(
      deps.db,
      { merchantId, currency: product.currency, items: [item] },
      uuidv7(),
    )
    return c.redirect(`/checkout/${showId('ord', id)}`, 303)
  })

  // Not `ownPagesOnly`: a receipt tells nobody its address, and so its forms have no origin. A reader's language is all that changes.
  app.post('/language', async (c) => {
    if (c.req.header('sec-fetch-site') === 'cross-site')
      return c.text('This form belongs to our own pages.', 403)
    const { to, back } = await c.req.parseBody()
    if (!isLocale(to)) return c.text('We do not speak this language.', 400)
    setCookie(c, LOCALE_COOKIE, to, { path: '/', maxAge: YEAR_S, sameSite: 'Lax' })
    return c.redirect(safeBackPath(back), 303)
  })
  return app
}

async function shopOwner({ db, env }: Deps): Promise<string | null> {
  if (env.PAYONCE_MODE !== 'sandbox') return null
  return sandboxMerchant(db)
}
