import type { Page } from '@playwright/test'
import {
  chooseCard,
  expectReceipt,
  keptKey,
  keysSent,
  openCheckout,
  PAY_CALL,
  payButton,
} from './checkout-page'
import { expect, test } from './fixtures'
import type { TestOrder } from './orders'

/** C14: a page that is older than its server. */

test('C14 the server is replaced under an open page: its press is one charge', { tag: '@alone' }, async ({
  page,
  newOrder,
  proof,
  restartWeb,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const keys = keysSent(page)
  await restartWeb()
  await payButton(page).click()
  await expectReceipt(page)
  expect([...new Set(keys)]).toEqual(await proof.keysAtServer(order))
  await proof.oneCharge(order)
})

test('C14 a script that speaks an outdated contract: "This page is out of date", the key kept over the reload, then one charge', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await speakOutdated(page)
  await openCheckout(page, order)
  const key = await keptKey(page, order)
  const refused = page.waitForResponse(PAY_CALL)
  await payButton(page).click()
  expect((await refused).status()).toBe(400)
  await expect(page.getByRole('heading', { name: 'This page is out of date' })).toBeVisible()
  await expect(page.getByText('Nothing was charged. Reload the page, then press Pay again.')).toBeVisible()
  await proof.noCharge(order)

  await page.unroute(PAY_CALL)
  await page.getByRole('button', { name: 'Reload this page' }).click()
  await expect(page.getByRole('heading', { name: 'This page is out of date' })).toHaveCount(0)
  await payAgain(page, order, key)
  expect(await proof.keysAtServer(order)).toEqual([key])
  await proof.oneCharge(order)
})

test('C14 an outdated script whose first request was in doubt asks, and neither frees the key nor pays twice', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const keys = keysSent(page)
  let sent = 0
  await page.route(PAY_CALL, async (route) => {
    if (sent++ > 0) return route.continue({ postData: outdated(route.request().postData()) })
    // The old server took the payment and its answer is lost; the new server does not understand the repeat.
    await route.fetch()
    await route.abort('connectionreset')
  })
  await payButton(page).click()
  await expectReceipt(page)
  expect(sent).toBeGreaterThan(1)
  expect([...new Set(keys)]).toEqual(await proof.keysAtServer(order))
  await proof.oneCharge(order)
})

/** Adds a member that an older or newer server knows and this one does not. */
function outdated(body: string | null): string {
  return JSON.stringify({ ...JSON.parse(body ?? '{}'), amount: 2400 })
}

function speakOutdated(page: Page): Promise<unknown> {
  return page.route(PAY_CALL, (route) => route.continue({ postData: outdated(route.request().postData()) }))
}

async function payAgain(page: Page, order: TestOrder, key: string | undefined): Promise<void> {
  await chooseCard(page)
  expect(await keptKey(page, order)).toBe(key)
  await payButton(page).click()
  await expectReceipt(page)
}
