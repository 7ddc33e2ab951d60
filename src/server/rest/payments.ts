import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { confirmUrl } from '@/checkout/confirm-url'
import { payAmount, payOrder } from '@/checkout/schema'
import { findPaymentForApi, listPaymentsForApi, type PaymentApiRow } from '@/payments/api-read'
import { PAYMENT_STATUSES } from '@/payments/payment'
import type { Deps } from '../deps'
import { refuseTestToken } from '../one-mode'
import { pageOf, paymentShape, showPayment } from '../wire/api-shapes'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { instant, notFound, uuidOf } from '../wire/json'
import { openKeyed } from './keyed-route'
import type { RestEnv } from './respond'
import { body, idParam, json, KEYED, keyHeaders, needs, pageQuery, problems, stored } from './routes'
import { sendPage } from './send-page'

export const PAYMENTS = '/api/v1/payments'

const examples = {
  amount: {
    summary: 'An amount',
    value: {
      amount: 2400,
      currency: 'EUR',
      paymentMethod: 'pm_card_visa',
      description: 'Two T-shirts',
      metadata: { cart: '7431' },
    },
  },
  order: {
    summary: 'An order',
    value: { orderId: 'ord_018f3c2a9d4e7c31b2a45f60718293a4', paymentMethod: 'pm_card_visa' },
  },
}

const create = createRoute({
  method: 'post',
  path: PAYMENTS,
  operationId: 'createPayment',
  tags: ['Payments'],
  summary: 'Charge a card, once',
  description:
    'Pays an order, or an amount. The card is charged at most once, however often the request is sent under one key. Paying an order that is already paid charges nothing and answers `already-paid`.',
  ...needs('payments:write'),
  request: { headers: keyHeaders, body: body(z.union([payOrder, payAmount]), examples) },
  responses: {
    201: stored(paymentShape, 'The payment succeeded.'),
    202: stored(
      paymentShape,
      'The shopper must confirm at `nextAction.url` first. Send the same request again to learn the outcome.',
    ),
    ...problems(
      'payment-declined',
      'too-many-attempts',
      'already-paid',
      'not-charged',
      'not-found',
      ...KEYED,
    ),
  },
})

const get = createRoute({
  method: 'get',
  path: `${PAYMENTS}/{id}`,
  operationId: 'getPayment',
  tags: ['Payments'],
  summary: 'Read a payment',
  ...needs('payments:read'),
  request: { params: idParam('pay', 'payment') },
  responses: { 200: json(paymentShape, 'The payment.'), ...problems('not-found') },
})

const list = createRoute({
  method: 'get',
  path: PAYMENTS,
  operationId: 'listPayments',
  tags: ['Payments'],
  summary: 'List payments, newest first',
  ...needs('payments:read'),
  request: {
    query: pageQuery.extend({
      status: z.enum(PAYMENT_STATUSES).optional(),
      createdAfter: instant.optional(),
      createdBefore: instant.optional(),
    }),
  },
  responses: { 200: json(pageOf(paymentShape), 'A page of payments.'), ...problems() },
})

export function paymentRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  const show = (row: PaymentApiRow) =>
    showPayment(row, row.actionUrl && confirmUrl(row.actionUrl, row.orderId), deps.env.baseUrl)

  openKeyed(app, deps, create, {
    operation: 'createPayment',
    path: () => PAYMENTS,
    input: (c) => {
      const asked = c.req.valid('json')
      const { merchantId } = c.get('caller')
      refuseTestToken(asked.paymentMethod, deps.gateway.mode)
      // `version` is the order that a shopper saw on the page. A program has seen none: it pays the order as it stands.
      return 'orderId' in asked ? { ...asked, version: null, merchantId } : { ...asked, merchantId }
    },
  })

  app.openapi(get, async (c) => {
    const found = await findPaymentForApi(
      deps.db,
      c.var.caller.merchantId,
      uuidOf('pay', c.req.valid('param').id),
    )
    return found ? c.json(show(found), 200) : notFound()
  })

  app.openapi(list, async (c) => {
    const { limit, cursor, status = null, createdAfter = null, createdBefore = null } = c.req.valid('query')
    const filter = { status, createdAfter, createdBefore, after: readTimeCursor(cursor), limit: limit + 1 }
    const rows = await listPaymentsForApi(deps.db, c.var.caller.merchantId, filter)
    return sendPage(c, rows, limit, show, (row) => writeCursor(row.cursor, row.id))
  })
}
