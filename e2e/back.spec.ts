import type { BrowserContext, Page } from '@playwright/test'
import { browserWithPageCache } from '@/setup/test/browser'
import { chooseCard, expectReceipt, keysSent, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import type { TestOrder } from './orders'

const browser = browserWithPageCache()

/** The back button with the browser's page cache (bfcache), which Playwright switches off by default. */
test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({
      ...launchOptions,
      ...(browser ? { executablePath: browser } : {}),
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    }),
})

const alreadyPaid = (page: Page) => page.getByRole('heading', { name: 'This order is already paid' })

test('F75 C6 back from the receipt, and forth: the order is paid, and there is nothing to press', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  await page.goBack()
  await expect(page.getByRole('link', { name: 'See the receipt' })).toBeVisible()
  await expect(payButton(page)).toHaveCount(0)
  await page.goForward()
  await proof.paidOnce(page, order)
})

test('F75 an old form comes back alive, and another window has paid meanwhile: it shows the paid order', async ({
  page,
  context,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await leaveForm(page, order)
  await payElsewhere(context, order)
  await comeBack(page)
  await expect(alreadyPaid(page)).toBeVisible()
  await expect(payButton(page)).toHaveCount(0)
  await proof.oneCharge(order)
})

test('F75 an old form comes back alive and is pressed before it knows better: its key has paid, and leads to the receipt', async ({
  page,
  context,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await page.route('**/api/trpc/checkout.order*', (route) => route.abort())
  await leaveForm(page, order)
  await payElsewhere(context, order)
  await comeBack(page)
  const keys = keysSent(page)
  await payButton(page).click()
  await expectReceipt(page)
  expect(keys).toHaveLength(1)
  expect(await proof.keysAtServer(order)).toEqual(keys)
  await proof.oneCharge(order)
})

/** Fills the checkout in and leaves it by one of its links. */
async function leaveForm(page: Page, order: TestOrder): Promise<void> {
  await openCheckout(page, order)
  await page.evaluate(() =>
    addEventListener('pageshow', ({ persisted }) =>
      document.body.setAttribute('data-came-back', String(persisted)),
    ),
  )
  await page.getByRole('link', { name: 'Help' }).click()
  await page.waitForURL('**/docs')
}

async function payElsewhere(context: BrowserContext, order: TestOrder): Promise<void> {
  const page = await context.newPage()
  await page.goto(order.checkoutUrl)
  await chooseCard(page)
  await payButton(page).click()
  await expectReceipt(page)
}

/** Goes back to the cached page. Playwright's own `goBack` would wait for a page load that does not happen. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => history.back())
  await expect(page.locator('body')).toHaveAttribute('data-came-back', 'true')
}
