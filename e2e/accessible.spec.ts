import type { Page } from '@playwright/test'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import { createLink, type TestOrder } from './orders'
import { addressesOf, pagePatterns } from './pages'
import { expectPerceivable } from './perceivable'

const isOperators = (pattern: string) => pattern.startsWith('/dashboard')
const isDocs = (pattern: string) => /^\/docs(\/|$)/.test(pattern)

/**
 * The pages of the dashboard by the first part of their address: a test for each group, so that none depends on how fast the others are. Other
 * dashboard pages, such as new ones, are the last group.
 */
const GROUPS: Record<string, string[]> = {
  'payments, orders and bank': ['payments', 'orders', 'links', 'reconciliation'],
  ledger: ['ledger'],
  'keys and checks': ['idempotency', 'integrity', 'inbox'],
  'developers and webhooks': ['developers', 'webhooks'],
}
const groupOf = (pattern: string): string | undefined =>
  Object.keys(GROUPS).find((group) => GROUPS[group]?.includes(pattern.split('/')[2] ?? ''))

test('every page of the docs: axe, reflow, zoom, wider text, focus', async ({ page }) => {
  test.setTimeout(240_000)
  const complaints = complaintsOf(page)
  const addresses = pagePatterns().filter(isDocs)
  expect(addresses.length).toBeGreaterThan(2)
  for (const address of addresses) {
    await page.goto(address, { waitUntil: 'networkidle' })
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
    await expectPerceivable(page)
  }
  expect(complaints).toEqual([])
})

test('every other page of the shopper and the reader: axe, reflow, zoom, wider text, focus', async ({
  page,
  newOrder,
  demo,
  sql,
}) => {
  test.setTimeout(300_000)
  const { receipt } = await payOne(page, await newOrder(), sql)
  const complaints = complaintsOf(page)
  const link = await createLink(sql, demo, 'Team shirts')
  const checkout = (await newOrder()).id
  const open = { problems: 'payment-declined', checkout, receipt, link, invitation: 'used' }
  for (const address of addressesOf(
    pagePatterns().filter((pattern) => !isOperators(pattern) && !isDocs(pattern)),
    open,
  )) {
    await page.goto(address, { waitUntil: 'networkidle' })
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
    await expectPerceivable(page)
  }
  expect(complaints).toEqual([])
})

for (const group of [...Object.keys(GROUPS), undefined])
  test(`every page of the operator, ${group ?? 'all others'}: axe, reflow, zoom, wider text, focus`, async ({
    operatorPage,
    page,
    newOrder,
    demo,
    sql,
  }) => {
    test.setTimeout(240_000)
    // With a second session, the account's page offers to end it.
    await page.request.post('/api/auth/sign-in/email', {
      data: demo.operator,
      headers: { origin: demo.baseUrl },
    })
    const patterns = pagePatterns().filter((pattern) => isOperators(pattern) && groupOf(pattern) === group)
    expect(patterns.length, 'pages of the group').toBeGreaterThan(0)
    if (patterns.includes('/dashboard/links')) await createLink(sql, demo, 'Team shirts')
    const complaints = complaintsOf(operatorPage)
    // Only where an address has a part that only data can give.
    const open = patterns.some((pattern) => pattern.includes('['))
      ? await dataToOpen(page, await newOrder(), sql)
      : {}
    for (const address of addressesOf(patterns, open)) {
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

/** Something to open for each `[part]` of an operator's address. */
async function dataToOpen(page: Page, order: TestOrder, sql: Sql) {
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
