import type { Page } from '@playwright/test'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import type { TestOrder } from './orders'
import { addressesOf, pagePatterns } from './pages'
import { expectPerceivable } from './perceivable'

/** Excludes the markup that Scalar renders in the API reference, which we cannot fix. Our own frame around it is checked. */
const NOT_OURS: Record<string, string> = { '/docs/api': '.scalar-app' }
const operatorsOnly = (pattern: string) => pattern.startsWith('/dashboard')

test('every page of the shopper and the reader: axe, reflow, zoom, wider text, focus', async ({
  page,
  newOrder,
  sql,
}) => {
  test.setTimeout(240_000)
  const { receipt } = await payOne(page, await newOrder(), sql)
  const complaints = complaintsOf(page)
  const open = { problems: 'payment-declined', checkout: (await newOrder()).id, receipt, invitation: 'used' }
  for (const address of addressesOf(
    pagePatterns().filter((pattern) => !operatorsOnly(pattern)),
    open,
  )) {
    const notOurs = NOT_OURS[address]
    await page.goto(address, { waitUntil: 'networkidle' })
    // The API reference is drawn by its script.
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
    await expectPerceivable(page, notOurs ? { notOurs } : {})
  }
  expect(complaints).toEqual([])
})

test('every page of the operator: axe, reflow, zoom, wider text, focus', async ({
  operatorPage,
  page,
  newOrder,
  sql,
}) => {
  test.setTimeout(420_000)
  const { payment, record, account } = await payOne(page, await newOrder(), sql)
  const complaints = complaintsOf(operatorPage)
  await sql(
    `INSERT INTO stripe_event (account, id, type, object_id, gateway_key, created_at, facts, source, reason)
     VALUES ('main', 'evt_accessible', 'payment_intent.succeeded', 'pi_accessible', $1, now(), '{"amount": 2400, "currency": "eur"}', 'webhook', 'its payment is not in our books yet') ON CONFLICT DO NOTHING`,
    [payment],
  )
  const open = {
    inbox: 'evt_accessible',
    ...(await deliverOne(payment, sql)),
    payments: `pay_${payment.replaceAll('-', '')}`,
    idempotency: record,
    ledger: `acc_${account.replaceAll('-', '')}`,
  }
  for (const address of addressesOf(pagePatterns().filter(operatorsOnly), open)) {
    await operatorPage.goto(address)
    await expect(operatorPage.getByRole('heading', { level: 1 })).toBeVisible()
    await expectPerceivable(operatorPage)
  }
  expect(complaints).toEqual([])
})

test('the checkout in its other states: fields in error, declined', async ({ page, newOrder }) => {
  test.setTimeout(120_000)
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'There is a problem' })).toBeVisible()
  await expectPerceivable(page)
  await openCheckout(page, order, 'pm_card_declined')
  await payButton(page).click()
  await expect(page.getByText('Nothing was charged.').first()).toBeVisible()
  await expectPerceivable(page)
})

test('the checkout can be paid with the keyboard alone', async ({ page, newOrder }) => {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  await expect(payButton(page)).toBeVisible()
  for (const [field, value] of [
    ['Card number', '4242424242424242'],
    ['Expiry date', '1234'],
    ['Security code', '123'],
    ['Name on card', 'Zoë O’Neill'],
  ] as const) {
    for (
      let steps = 0;
      steps < 12 && !(await page.getByLabel(field).evaluate((input) => input === document.activeElement));
      steps++
    )
      await page.keyboard.press('Tab')
    await expect(page.getByLabel(field)).toBeFocused()
    await page.keyboard.type(value)
  }
  await page.keyboard.press('Tab')
  await expect(payButton(page)).toBeFocused()
  await page.keyboard.press('Space')
  await expectReceipt(page)
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
})

/** Errors thrown by scripts, such as React's hydration errors. */
function complaintsOf(page: Page): string[] {
  const found: string[] = []
  page.on('pageerror', (error) => found.push(`${new URL(page.url()).pathname}: ${error.message}`))
  return found
}

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

type Sql = <Row extends object>(query: string, values?: unknown[]) => Promise<Row[]>

/** Data for the detail pages: a paid order, its record, and an account it was posted to. */
async function payOne(page: Page, order: TestOrder, sql: Sql) {
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  const [paid] = await sql<{ payment: string; record: string; receipt: string; account: string }>(
    `SELECT p.id AS payment, p.record_id AS record, p.receipt_token AS receipt, e.account_id AS account FROM payment p
       JOIN ledger_transaction t ON t.payment_id = p.id JOIN entry e ON e.transaction_id = t.id WHERE p.order_id = $1 LIMIT 1`,
    [order.uuid],
  )
  if (!paid) throw new Error('The order was not paid.')
  return paid
}
