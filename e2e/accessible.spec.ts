import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { expectReceipt, openCheckout, payButton } from './proof'

/** Both ends of the range: the narrowest phone in light, a desktop in dark. */
const VIEWS = [
  { colorScheme: 'light', width: 320, height: 640 },
  { colorScheme: 'dark', width: 1280, height: 800 },
] as const

async function expectAccessible(page: Page): Promise<void> {
  for (const { colorScheme, width, height } of VIEWS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    const { violations } = await new AxeBuilder({ page }).analyze()
    const where = `${new URL(page.url()).pathname} ${colorScheme} ${width}`
    expect(violations.map(({ id, nodes }) => `${where}: ${id} at ${nodes[0]?.target}`)).toEqual([])
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect([where, overflow]).toEqual([where, 0])
  }
}

test('the shopper’s pages are accessible at 320 px in light and 1280 px in dark', async ({ page, newOrder }) => {
  test.setTimeout(120_000)
  for (const path of ['/', '/docs', '/sign-in', '/problems/payment-declined', '/nothing-here']) {
    await page.goto(path)
    await expectAccessible(page)
  }
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_declined')
  await expectAccessible(page)
  await payButton(page).click()
  await expect(page.getByText('Nothing was charged.').first()).toBeVisible()
  await expectAccessible(page)
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  await expectAccessible(page)
})

test('the dashboard is accessible at 320 px in light and 1280 px in dark', async ({ operatorPage, page, newOrder, sql }) => {
  test.setTimeout(180_000)
  const order = await newOrder()
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  const [paid] = await sql<{ id: string; record: string }>('SELECT id, record_id AS record FROM payment WHERE order_id = $1', [order.uuid])
  const payment = `/dashboard/payments/pay_${paid?.id.replaceAll('-', '')}`
  for (const path of [
    '/dashboard',
    '/dashboard/payments',
    payment,
    '/dashboard/ledger',
    '/dashboard/ledger/journal',
    '/dashboard/idempotency',
    `/dashboard/idempotency/${paid?.record}`,
    '/dashboard/integrity',
  ]) {
    await operatorPage.goto(path)
    await expect(operatorPage.getByRole('heading', { level: 1 })).toBeVisible()
    await expectAccessible(operatorPage)
  }
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
    for (let steps = 0; steps < 12 && !(await page.getByLabel(field).evaluate((input) => input === document.activeElement)); steps++)
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
