import { type APIResponse, expect, type Page, type Route } from '@playwright/test'
import type { Charge, TestOrder } from './fixtures'

type Sql = <Row extends object>(query: string, values?: unknown[]) => Promise<Row[]>

interface Paid {
  sql: Sql
  bankCharges: (id: string) => Promise<Charge[]>
  order: TestOrder
}

/** The bank charged once, one payment succeeded, and the ledger holds one balanced capture of it. @returns the payment's id as shown */
export async function expectOneCharge(
  { sql, bankCharges, order }: Paid,
  amount: bigint = order.amount,
): Promise<string> {
  const charges = await bankCharges(order.id)
  expect(charges.map((charge) => [charge.amount, charge.currency])).toEqual([[amount, order.currency]])
  const books = await sql<{ id: string; transaction: string; entries: string; off: string; debits: string }>(
    `SELECT p.id, e.transaction_id AS transaction, count(*) AS entries, sum(e.amount) AS off, sum(e.amount) FILTER (WHERE e.amount > 0) AS debits
       FROM payment p JOIN ledger_transaction t ON t.payment_id = p.id JOIN entry e ON e.transaction_id = t.id
      WHERE p.order_id = $1 AND p.status = 'succeeded' GROUP BY p.id, e.transaction_id`,
    [order.uuid],
  )
  expect(books).toHaveLength(1)
  expect(books[0]).toMatchObject({ entries: '3', off: '0', debits: amount.toString() })
  return `pay_${books[0]?.id.replaceAll('-', '')}`
}

export async function expectNoCharge({ sql, bankCharges, order }: Paid): Promise<void> {
  expect(await bankCharges(order.id)).toEqual([])
  expect(
    await sql(
      `SELECT 1 FROM ledger_transaction t JOIN payment p ON p.id = t.payment_id WHERE p.order_id = $1`,
      [order.uuid],
    ),
  ).toEqual([])
}

/** The call that pays. */
export const PAY_CALL = '**/api/trpc/checkout.pay'

/** The keys that this page sends payments under from now on, one for each request. */
export function keysSent(page: Page): string[] {
  const keys: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/trpc/checkout.pay')
      keys.push((request.postDataJSON() as { key: string }).key)
  })
  return keys
}

/** The keys under which the order's payments were begun, the oldest first. */
export async function keysAtServer({ sql, order }: Pick<Paid, 'sql' | 'order'>): Promise<string[]> {
  const rows = await sql<{ key: string }>(
    `SELECT r.key FROM payment p JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id
      WHERE p.order_id = $1 ORDER BY p.created_at`,
    [order.uuid],
  )
  return rows.map(({ key }) => key)
}

/** The key that the page would send next, as it stands in the form. */
export const hiddenKey = (page: Page): Promise<string> => page.locator('input[name=key]').inputValue()

/** The key that the browser has put away for the order. */
export function keptKey(page: Page, order: TestOrder): Promise<string | undefined> {
  return page.evaluate(
    (name) => JSON.parse(localStorage.getItem(name) ?? '{}').key,
    `payonce.attempt:${order.id}`,
  )
}

/** The first payment reaches the server, and its answer does not reach the page. */
export function loseFirstAnswer(page: Page): Promise<unknown> {
  return page.route(
    PAY_CALL,
    async (route) => {
      await reach(route)
      await route.abort('connectionreset')
    },
    { times: 1 },
  )
}

/** Sends what the page sends, also to a name that only its browser knows. */
export function reach(route: Route): Promise<APIResponse> {
  const url = new URL(route.request().url())
  const headers = { ...route.request().headers(), host: url.host }
  url.hostname = '127.0.0.1'
  return route.fetch({ url: url.href, headers })
}

/** Fills the form as the picker does. */
export async function chooseCard(page: Page, token = 'pm_card_visa'): Promise<void> {
  await page.getByLabel('Fill in a test card').selectOption(token)
  await expect(page.getByLabel('Security code')).toHaveValue('123')
}

export async function openCheckout(page: Page, order: TestOrder, token?: string): Promise<void> {
  await page.goto(order.checkoutUrl)
  await chooseCard(page, token)
}

export const payButton = (page: Page) => page.getByRole('button', { name: /^Pay(ing)? / })

/** Paid, whichever page says so: the receipt, or the checkout of an order that was paid when it was opened. */
export async function expectPaid(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    /^Paid €24\.00|This order is already paid$/,
    { timeout: 30_000 },
  )
}

export async function expectReceipt(page: Page, amount = '€24.00'): Promise<void> {
  await page.waitForURL(/\/receipt\//, { timeout: 30_000 })
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`Paid ${amount}`)
}

/** As fast as the browser allows: in one task, before anything could be drawn or disabled. */
export async function pressInOneTask(page: Page, times: number): Promise<void> {
  await payButton(page).evaluate((button: HTMLButtonElement, count) => {
    for (let press = 0; press < count; press++) button.click()
  }, times)
}
