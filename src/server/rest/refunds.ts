import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { newRefund } from '@/checkout/schema'
import { findPaymentForApi } from '@/payments/api-read'
import { listRefunds } from '@/payments/refund-store'
import type { Deps } from '../deps'
import { pageOf, refundShape, showRefund } from '../wire/api-shapes'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { notFound, uuidOf } from '../wire/json'
import { openKeyed } from './keyed-route'
import { PAYMENTS } from './payments'
import type { RestEnv } from './respond'
import { body, idParam, json, KEYED, keyHeaders, needs, pageQuery, problems, stored } from './routes'
import { sendPage } from './send-page'

const PATH = `${PAYMENTS}/{id}/refunds`

const examples = {
  part: { summary: 'A part of the payment', value: { amount: 1200, reason: 'One item was returned' } },
  rest: { summary: 'The remaining amount', value: {} },
}

const create = createRoute({
  method: 'post',
  path: PATH,
  operationId: 'createRefund',
  tags: ['Refunds'],
  summary: 'Refund a payment, once',
  description:
    'Refunds never exceed the captured amount, even if several are requested at once. Without `amount`, the remaining amount is refunded. Nor do they take the balance below a limit that the merchant has set (`balance-too-low`).',
  ...needs('refunds:write'),
  request: { params: idParam('pay', 'payment'), headers: keyHeaders, body: body(newRefund, examples) },
  responses: {
    201: stored(refundShape, 'The refund succeeded.'),
    ...problems('refund-declined', 'balance-too-low', 'not-refundable', 'not-found', ...KEYED),
  },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  operationId: 'listRefunds',
  tags: ['Refunds'],
  summary: 'List a payment’s refunds, newest first',
  ...needs('payments:read'),
  request: { params: idParam('pay', 'payment'), query: pageQuery },
  responses: { 200: json(pageOf(refundShape), 'A page of refunds.'), ...problems('not-found') },
})

export function refundRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  openKeyed(app, deps, create, {
    operation: 'refund',
    path: (c) => `${PAYMENTS}/${c.req.valid('param').id}/refunds`,
    input: (c) => {
      const { amount = null, reason = null } = c.req.valid('json')
      const paymentId = uuidOf('pay', c.req.valid('param').id)
      return { merchantId: c.var.caller.merchantId, paymentId, amount, reason }
    },
  })

  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const paymentId = uuidOf('pay', c.req.valid('param').id)
    if (!(await findPaymentForApi(deps.db, c.var.caller.merchantId, paymentId))) notFound()
    const rows = await listRefunds(deps.db, c.var.caller.merchantId, {
      paymentId,
      after: readTimeCursor(cursor),
      limit: limit + 1,
    })
    return sendPage(c, rows, limit, showRefund, (row) => writeCursor(row.cursor, row.id))
  })
}
