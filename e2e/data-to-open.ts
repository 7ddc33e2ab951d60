import type { Page } from '@playwright/test'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import type { Sql, TestOrder } from './orders'

/** A delivery that was tried twice, to an endpoint that is paused: nothing is sent. */
async function deliverOne(payment: string, sql: Sql) {
  const [made] = await sql<{ endpoint: string; delivery: string }>(
    `WITH e AS (
       INSERT INTO webhook_endpoint (merchant_id, id, url, description, event_types, state)
       SELECT merchant_id, gen_random_uuid(), 'https://shop.example.org/webhooks/of/the/shop', 'Shop', '{payment.succeeded,refund.failed}', 'paused'
       FROM payment WHERE id = $1 RETURNING merchant_id, id),
     d AS (
       INSERT INTO webhook_delivery (merchant_id, id, endpoint_id, event_id, event_type, body, attempts, tries)
       SELECT merchant_id, gen_random_uuid(), id, gen_random_uuid(), 'payment.succeeded', '{"type":"payment.succeeded"}', 2, 2 FROM e
       RETURNING merchant_id, id, endpoint_id),
     a AS (
       INSERT INTO webhook_attempt (merchant_id, delivery_id, number, at, duration_ms, status, error, answer)
       SELECT d.merchant_id, d.id, n, now(), 12, s, r, w FROM d, (VALUES (1, NULL, 'The connection was refused.', NULL), (2, 500, NULL, '{"ok":false}')) AS v (n, s, r, w))
     SELECT replace(endpoint_id::text, '-', '') AS endpoint, replace(id::text, '-', '') AS delivery FROM d`,
    [payment],
  )
  return { webhooks: `whe_${made?.endpoint}`, deliveries: `whd_${made?.delivery}` }
}

/** Something to open for each `[part]` of an operator's address. */
export async function dataToOpen(page: Page, order: TestOrder, sql: Sql) {
  const { payment, record, account } = await payOne(page, order, sql)
  await sql(
    `INSERT INTO stripe_event (account, id, type, object_id, gateway_key, created_at, facts, source, reason)
     VALUES ('main', 'evt_accessible', 'payment_intent.succeeded', 'pi_accessible', $1, now(), '{"amount": 2400, "currency": "eur"}', 'webhook', 'its payment is not in our books yet') ON CONFLICT DO NOTHING`,
    [payment],
  )
  const [logged] = await sql<{ id: string }>(
    `INSERT INTO api_request (merchant_id, id, api_key_id, at, duration_ms, method, path, status, request_headers, request_body, answer_headers, answer_body)
     SELECT merchant_id, gen_random_uuid(), id, now(), 12, 'POST', '/api/v1/payments', 422, '{"user-agent":"curl/8.5.0"}', '{"amount":24.5}', '{"content-type":"application/problem+json"}', '{"title":"Not valid"}'
     FROM api_key LIMIT 1 RETURNING id`,
  )
  return {
    inbox: 'evt_accessible',
    requests: logged?.id ?? '',
    ...(await deliverOne(payment, sql)),
    payments: `pay_${payment.replaceAll('-', '')}`,
    orders: order.id,
    idempotency: record,
    ledger: `acc_${account.replaceAll('-', '')}`,
  }
}

/** Data for the detail pages: a paid order, its record, and an account it was posted to. */
export async function payOne(page: Page, order: TestOrder, sql: Sql) {
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  const [paid] = await sql<{ payment: string; record: string; receipt: string; account: string }>(
    `SELECT p.id AS payment, p.record_id AS record, p.receipt_token AS receipt, e.account_id AS account FROM payment p
       JOIN ledger_transaction t ON t.payment_id = p.id JOIN entry e ON e.transaction_id = t.id
       JOIN account a ON a.id = e.account_id AND a.code = 'gateway_clearing' WHERE p.order_id = $1`,
    [order.uuid],
  )
  if (!paid) throw new Error('The order was not paid.')
  return paid
}
