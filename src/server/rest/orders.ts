import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { ProblemKind } from '@payonce/idempotency/problems'
import { readOrder } from '@/checkout/place-order'
import { newOrder, orderCancellation, orderChanges } from '@/checkout/schema'
import type { Deps } from '../deps'
import { refuseLoopback } from '../one-mode'
import { orderShape, showOrder } from '../wire/api-shapes'
import { notFound, uuidOf } from '../wire/json'
import { openKeyed } from './keyed-route'
import type { RestEnv } from './respond'
import { body, idParam, json, KEYED, keyHeaders, needs, problems, stored } from './routes'

const PATH = '/api/v1/orders'

/** The problems of a request that changes an order. */
const ENDS: ProblemKind[] = ['not-found', 'order-changed', 'order-closed', 'order-under-payment', ...KEYED]

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

const change = createRoute({
  method: 'post',
  path: `${PATH}/{id}`,
  operationId: 'changeOrder',
  tags: ['Orders'],
  summary: 'Change an open order, once',
  description:
    'New `items` replace all of the order’s, and its `version` grows: an open checkout page says so, and charges nothing until the shopper has seen the new total. An order that is under payment cannot be changed; the answer names the payment.',
  ...needs('orders:write'),
  request: {
    params: idParam('ord', 'order'),
    headers: keyHeaders,
    body: body(orderChanges, {
      items: {
        summary: 'Three T-shirts',
        value: { items: [{ name: 'T-shirt', quantity: 3, unitAmount: 1200 }], version: 1 },
      },
      expiry: { summary: 'A time to pay it', value: { expiresAt: '2030-12-24T18:00:00Z' } },
    }),
  },
  responses: { 200: stored(orderShape, 'The order after the change.'), ...problems(...ENDS) },
})

const cancel = createRoute({
  method: 'post',
  path: `${PATH}/{id}/cancel`,
  operationId: 'cancelOrder',
  tags: ['Orders'],
  summary: 'Cancel an open order, once',
  description:
    'Nobody can pay it any more. An order that is under payment cannot be cancelled; the answer names the payment.',
  ...needs('orders:write'),
  request: {
    params: idParam('ord', 'order'),
    headers: keyHeaders,
    body: body(orderCancellation, { plain: { summary: 'Whatever its version is', value: {} } }),
  },
  responses: { 200: stored(orderShape, 'The cancelled order.'), ...problems(...ENDS) },
})

export function orderRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  const path = () => PATH
  openKeyed(app, deps, place, {
    operation: 'placeOrder',
    path,
    input: (c) => {
      const order = c.req.valid('json')
      refuseLoopback(order, deps.gateway.mode)
      return { ...order, merchantId: c.var.caller.merchantId }
    },
  })
  openKeyed(app, deps, change, {
    operation: 'changeOrder',
    path,
    input: (c) => {
      const { version = null, ...changes } = c.req.valid('json')
      return { ...of(c.var.caller.merchantId, c.req.valid('param').id), version, ...changes }
    },
  })
  openKeyed(app, deps, cancel, {
    operation: 'cancelOrder',
    path,
    input: (c) => {
      const { version = null } = c.req.valid('json')
      return { ...of(c.var.caller.merchantId, c.req.valid('param').id), version }
    },
  })

  app.openapi(get, async (c) => {
    const found = await readOrder(deps.db, c.var.caller.merchantId, uuidOf('ord', c.req.valid('param').id))
    return found ? c.json(showOrder(found, deps.env.baseUrl), 200) : notFound()
  })
}

function of(merchantId: string, shownId: string) {
  return { merchantId, orderId: uuidOf('ord', shownId) }
}
