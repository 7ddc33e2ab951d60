import { Hono } from 'hono'
import { CATALOGUE } from '@/checkout/catalogue'
import { createOrder } from '@/checkout/order'
import { showId, uuidv7 } from '@/lib/id'
import { sql } from '@/platform/db'
import type { Deps } from './deps'
import { ownPagesOnly } from './origin'

/** The sandbox shop's one action: a plain form, so that it works without JavaScript. Prices come from the catalogue. */
export function shopOrders(deps: Deps) {
  const app = new Hono()
  app.post('/orders', ownPagesOnly(['application/x-www-form-urlencoded'], deps.env.baseUrl), async (c) => {
    const form = await c.req.parseBody()
    const product = CATALOGUE.find(({ sku }) => sku === form.sku)
    const quantity = Number(form.quantity ?? 1)
    if (!product || !Number.isInteger(quantity) || quantity < 1 || quantity > 99)
      return c.text('Choose one of our products, from 1 to 99 of it.', 400)
    const merchantId = await shopOwner(deps)
    if (!merchantId) return c.text('This shop is open in the sandbox only.', 404)
    const item = { name: product.name, quantity, unitAmount: BigInt(product.unitAmount) }
    const { id } = await createOrder(deps.db, { merchantId, currency: product.currency, items: [item] }, uuidv7())
    return c.redirect(`/checkout/${showId('ord', id)}`, 303)
  })
  return app
}

async function shopOwner({ db, env }: Deps): Promise<string | null> {
  if (env.PAYONCE_MODE !== 'sandbox') return null
  const rows = await db.$queryRaw<Array<{ id: string }>>(sql`SELECT id::text FROM merchant WHERE mode = 'test' ORDER BY created_at LIMIT 1`)
  return rows[0]?.id ?? null
}
