import type { Page } from '@playwright/test'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { dataToOpen, payOne } from './data-to-open'
import { expect, test } from './fixtures'
import { createLink } from './orders'
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

test('every page of the docs: axe, widths, zoom, wider text, focus', async ({ page }) => {
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

test('every other page of the shopper and the reader: axe, widths, zoom, wider text, focus', async ({
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
  test(`every page of the operator, ${group ?? 'all others'}: axe, widths, zoom, wider text, focus`, async ({
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
      await expectPerceivable(operatorPage, [operatorPage.getByText('Test mode')])
      await expectToStayOffline(operatorPage)
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

/** Without a connection the header says so, and what was read stays. */
async function expectToStayOffline(page: Page) {
  await page.context().setOffline(true)
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('Offline')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.context().setOffline(false)
}

/** Errors thrown by scripts, such as React's hydration errors. */
function complaintsOf(page: Page): string[] {
  const found: string[] = []
  page.on('pageerror', (error) => found.push(`${new URL(page.url()).pathname}: ${error.message}`))
  return found
}
