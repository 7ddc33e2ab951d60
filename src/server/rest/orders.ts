import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { readOrder } from '@/checkout/place-order'
import { newOrder } from '@/checkout/schema'
import type { Deps } from '../deps'
import { refuseLoopback } from '../one-mode'
import { orderShape, showOrder } from '../wire/api-shapes'
import { notFound, uuidOf } from '../wire/json'
import type { RestEnv } from './respond'
import { body, idParam, json, KEYED, keyHeaders, needs, problems, stored } from './routes'
import { runOnce } from './run-once'

const PATH = '/api/v1/orders'

const examples = {
  order: {
    summary: 'Two T-shirts',
    value: {
      currency: 'EUR',
      items: [{ name: 'T-shirt', quantity: 2, unitAmount: 1200 }],
      reference: 'R-1001',
      customerEmail: 'ann@example.com',
      metadata: { cart: '7431' },
      successUrl: 'https://shop.example/thanks?order={ORDER_ID}',
      cancelUrl: 'https://shop.example/basket',
    },
  },
}

const place = createRoute({
  method: 'post',
  path: PATH,
  operationId: 'createOrder',
  tags: ['Orders'],
  summary: 'Place an order',
  description: 'The total is computed from the items. Send the shopper to `checkoutUrl` to pay.',
  ...needs('orders:write'),
  request: { headers: keyHeaders, body: body(newOrder, examples) },
  responses: { 201: stored(orderShape, 'The new order.'), ...problems(...KEYED) },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  operationId: 'getOrder',
  tags: ['Orders'],
  summary: 'Read an order',
  ...needs('orders:read'),
  request: { params: idParam('ord', 'order') },
  responses: { 200: json(orderShape, 'The order.'), ...problems('not-found') },
})

export function orderRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  app.openapi(place, (c) => {
    const order = c.req.valid('json')
    refuseLoopback(order, deps.gateway.mode)
    const input = { ...order, merchantId: c.var.caller.merchantId }
    return runOnce(c, deps, deps.operations.placeOrder, input, PATH)
  })

  app.openapi(get, async (c) => {
    const found = await readOrder(deps.db, c.var.caller.merchantId, uuidOf('ord', c.req.valid('param').id))
    return found ? c.json(showOrder(found, deps.env.baseUrl), 200) : notFound()
  })
}
