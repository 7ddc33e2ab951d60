import type { Page } from '@playwright/test'
import { browserArgs } from '@/setup/browser'
import { expect, type Order, test } from './fixtures'
import { chooseCard, expectOneCharge, expectReceipt, keysAtServer, keysSent, openCheckout, payButton } from './proof'

/** The back button, with and without the browser's cache of whole pages (bfcache). */

const alreadyPaid = (page: Page) => page.getByRole('heading', { name: 'This order is already paid' })

test('F75 C6 back from the receipt, and forth: the order is paid, and there is nothing to press', async ({ page, newOrder, sql, bankCharges }) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  await page.goBack()
  await expect(alreadyPaid(page)).toBeVisible()
  await expect(payButton(page)).toHaveCount(0)
  await page.goForward()
  await expectReceipt(page)
  await expectOneCharge({ sql, bankCharges, order })
})

test.describe('with the page kept alive by the browser', () => {
  test.use({ launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }) })

  test('probe', async ({ page, newOrder, sql, bankCharges }) => {
    const order = await newOrder()
    await openCheckout(page, order)
    await page.evaluate(() => {
      const w = window as any
      w.alive = true
      addEventListener('pageshow', (e) => { w.persisted = e.persisted })
    })
    await page.goto('/docs')
    console.log('nav', await page.evaluate(() => 1))
    await page.evaluate(() => history.back())
    await page.waitForTimeout(2000)
    console.log(page.url())
    console.log(await Promise.race([page.evaluate(() => [(window as any).alive, (window as any).persisted, JSON.stringify((performance.getEntriesByType('navigation')[0] as any).notRestoredReasons)]), new Promise((r) => setTimeout(() => r('hang'), 5000))]))
  })
})
