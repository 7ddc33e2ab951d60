import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { newCapture, newVoid } from '@/checkout/schema'
import type { Deps } from '../deps'
import { paymentShape } from '../wire/api-shapes'
import { uuidOf } from '../wire/json'
import { openKeyed } from './keyed-route'
import { PAYMENTS } from './payments'
import type { RestEnv } from './respond'
import { body, idParam, KEYED, keyHeaders, needs, problems, stored } from './routes'

/** What becomes of an authorised payment: it is captured, or voided. */

const whole = { summary: 'The whole amount', value: {} }
const request = { params: idParam('pay', 'payment'), headers: keyHeaders }

const capture = createRoute({
  method: 'post',
  path: `${PAYMENTS}/{id}/capture`,
  operationId: 'capturePayment',
  tags: ['Payments'],
  summary: 'Capture an authorised payment, once',
  description:
    'Charges the amount that was reserved, or with `amount` a part of it; then the rest is released, and `amount` of the payment is what was charged. A payment is captured or voided at most once, under whichever keys both are asked for. While the bank has not said how it ended, every other capture and void of it is refused with `in-progress`.',
  ...needs('payments:write'),
  request: {
    ...request,
    body: body(newCapture, { whole, part: { summary: 'A part of it', value: { amount: 1500 } } }),
  },
  responses: {
    200: stored(paymentShape, 'The payment was captured.'),
    ...problems('authorisation-ended', 'not-capturable', 'not-found', ...KEYED),
  },
})

const voided = createRoute({
  method: 'post',
  path: `${PAYMENTS}/{id}/void`,
  operationId: 'voidPayment',
  tags: ['Payments'],
  summary: 'Void an authorised payment, once',
  description:
    'Releases what was reserved; nothing is charged, and the order can be paid again. An authorisation that nobody captures or voids is voided by itself after its `captureBefore`.',
  ...needs('payments:write'),
  request: { ...request, body: body(newVoid, { whole }) },
  responses: {
    200: stored(paymentShape, 'The payment was voided.'),
    ...problems('authorisation-ended', 'not-capturable', 'not-found', ...KEYED),
  },
})

export function captureRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  const path = () => PAYMENTS
  openKeyed(app, deps, capture, {
    operation: 'capture',
    path,
    input: (c) => {
      const { amount } = c.req.valid('json')
      const paymentId = uuidOf('pay', c.req.valid('param').id)
      return { merchantId: c.var.caller.merchantId, paymentId, amount }
    },
  })
  openKeyed(app, deps, voided, {
    operation: 'voidPayment',
    path,
    input: (c) => ({
      merchantId: c.var.caller.merchantId,
      paymentId: uuidOf('pay', c.req.valid('param').id),
    }),
  })
}
