import { type APIResponse, expect, type Page, type Route } from '@playwright/test'
import type { TestOrder } from './orders'

/** The call that pays. */
export const PAY_CALL = '**/api/trpc/checkout.pay'

/** The keys of the payments that this page sends from now on, one per request. */
export function keysSent(page: Page): string[] {
  const keys: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/trpc/checkout.pay')
      keys.push((request.postDataJSON() as { key: string }).key)
  })
  return keys
}

/** The key in the form, which the page would send next. */
export const hiddenKey = (page: Page): Promise<string> => page.locator('input[name=key]').inputValue()

/** The key that the browser has stored for the order. */
export function keptKey(page: Page, order: TestOrder): Promise<string | undefined> {
  return page.evaluate(
    (name) => JSON.parse(localStorage.getItem(name) ?? '{}').key,
    `payonce.attempt:${order.id}`,
  )
}

/** Lets the first payment reach the server and drops its answer. */
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

/** The request's headers, as from the configured origin: a page under any other name is refused as foreign. */
export function configuredOrigin(route: Route): Record<string, string> {
  const { origin, ...headers } = route.request().headers()
  if (!origin || origin === 'null') return route.request().headers()
  const { port } = new URL(origin)
  return { ...headers, origin: `http://localhost:${port}` }
}

/** Forwards the page's request, even to a host name that only its browser resolves. */
export function reach(route: Route): Promise<APIResponse> {
  const url = new URL(route.request().url())
  const headers = { ...configuredOrigin(route), host: url.host }
  url.hostname = '127.0.0.1'
  return route.fetch({ url: url.href, headers })
}

/** Reloads a page that may lead to its receipt at the same moment, which breaks a reload off: a reader would press it again. */
export const reloadWhilePaying = (page: Page): Promise<void> =>
  expect(async () => void (await page.reload())).toPass({ timeout: 15_000 })

/** Fills the form through the picker of test cards. */
export async function chooseCard(page: Page, token = 'pm_card_visa'): Promise<void> {
  await page.getByLabel('Fill in a test card').selectOption(token)
  await expect(page.getByLabel('Security code')).toHaveValue('123')
}

export async function openCheckout(page: Page, order: TestOrder, token?: string): Promise<void> {
  await page.goto(order.checkoutUrl)
  await chooseCard(page, token)
}

export const payButton = (page: Page) => page.getByRole('button', { name: /^Pay(ing)? / })

/** Expects the order paid, on either page: the receipt, or the checkout of an already paid order. */
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

/** Presses Pay as fast as the browser allows: in one task, before anything can be rendered or disabled. */
export async function pressInOneTask(page: Page, times: number): Promise<void> {
  await payButton(page).evaluate((button: HTMLButtonElement, count) => {
    for (let press = 0; press < count; press++) button.click()
  }, times)
}
