import type { BrowserContext, Page } from '@playwright/test'
import { makeItThree } from './change-order'
import { chooseCard, expectPaid, expectReceipt, openCheckout, payButton } from './checkout-page'
import { PLAIN_HOST } from './circumstances'
import { expect, test } from './fixtures'
import type { TestOrder } from './orders'

/** Any number of windows and devices: an order is paid once. */

const openElsewhere = (page: Page) =>
  page.getByRole('heading', { name: 'This order is open in another window' })

async function secondWindow(context: BrowserContext, order: TestOrder): Promise<Page> {
  const page = await context.newPage()
  await page.goto(order.checkoutUrl)
  return page
}

test('F73 C5 two windows on one order: one form, live state in the other, one charge, and both end at the receipt', async ({
  page,
  context,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_slow')
  const second = await secondWindow(context, order)
  await expect(openElsewhere(second)).toBeVisible()
  await expect(payButton(second)).toHaveCount(0)
  await payButton(page).click()
  await expect(
    second.getByRole('heading', { name: 'This order is being paid in another window' }),
  ).toBeVisible()
  await expect(second.getByRole('status')).toContainText('Sending your payment')
  await expectReceipt(page)
  await proof.paidOnce(second, order)
})

test('F73 the second window takes over: the first one becomes the follower, and one charge is made', async ({
  page,
  context,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const second = await secondWindow(context, order)
  await second.getByRole('button', { name: 'Continue here' }).click()
  await expect(openElsewhere(page)).toBeVisible()
  await chooseCard(second)
  await payButton(second).click()
  await expectReceipt(second)
  await proof.paidOnce(page, order)
})

test('the window that pays is closed: the other one goes on with the same key', async ({
  page,
  context,
  newOrder,
  proof,
  sql,
}) => {
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_slow')
  const second = await secondWindow(context, order)
  await expect(openElsewhere(second)).toBeVisible()
  await payButton(page).click()
  await expect(
    second.getByRole('heading', { name: 'This order is being paid in another window' }),
  ).toBeVisible()
  await page.close()
  await proof.paidOnce(second, order)
  expect(await sql('SELECT DISTINCT record_id FROM payment WHERE order_id = $1', [order.uuid])).toHaveLength(
    1,
  )
})

test('a window that was left open shows its form again when the other one is closed without paying', async ({
  page,
  context,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  const second = await secondWindow(context, order)
  await expect(openElsewhere(second)).toBeVisible()
  await page.close()
  await expect(payButton(second)).toBeVisible()
  await proof.noCharge(order)
  await chooseCard(second)
  await payButton(second).click()
  await proof.paidOnce(second, order)
})

test('F76 a duplicated window, and the order changed in between: the new total is asked for, and paid once', async ({
  page,
  context,
  newOrder,
  proof,
  demo,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const copy = await secondWindow(context, order)
  await expect(openElsewhere(copy)).toBeVisible()
  await makeItThree(demo, order)
  await copy.getByRole('button', { name: 'Continue here' }).click()
  await chooseCard(copy)
  await expect(copy.getByRole('button', { name: 'Pay €36.00' })).toBeVisible()
  await payButton(copy).click()
  await expectReceipt(copy, '€36.00')
  await proof.oneCharge(order, 3_600n)
})

test('F74 another device, another key: it meets the order guard and is shown the paid order', async ({
  page,
  browser,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const device = await browser.newContext()
  const other = await device.newPage()
  await openCheckout(other, order)
  await payButton(page).click()
  await expectReceipt(page)
  await payButton(other).click()
  await expect(other.getByRole('heading', { name: 'This order is already paid' })).toBeVisible()
  await expect(other.getByRole('link', { name: 'See the receipt' })).toBeVisible()
  await expect(payButton(other)).toHaveCount(0)
  await proof.oneCharge(order)
  await device.close()
})

test('F85 two devices press at the same moment: one charge, and both learn of it', async ({
  page,
  browser,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  const device = await browser.newContext()
  const other = await device.newPage()
  await openCheckout(page, order, 'pm_card_slow')
  await openCheckout(other, order, 'pm_card_slow')
  await Promise.all([payButton(page).click(), payButton(other).click()])
  for (const each of [page, other])
    await expect(each.getByRole('heading', { level: 1 })).toHaveText(
      /^Paid €24\.00|This order is already paid$/,
      { timeout: 30_000 },
    )
  await proof.oneCharge(order)
  await device.close()
})

test.describe('on plain http, where a browser has no locks', () => {
  test.use({ host: PLAIN_HOST })

  test('F73 F81 two windows that both show the form: while one pays the other has none, and one charge is made', async ({
    page,
    context,
    newOrder,
    proof,
  }) => {
    const order = await newOrder()
    await openCheckout(page, order, 'pm_card_slow')
    expect(await page.evaluate(() => [isSecureContext, typeof navigator.locks])).toEqual([false, 'undefined'])
    const second = await secondWindow(context, order)
    await chooseCard(second)
    await payButton(page).click()
    await expect(
      second.getByRole('heading', { name: 'This order is being paid in another window' }),
    ).toBeVisible()
    await expect(payButton(second)).toHaveCount(0)
    await expectReceipt(page)
    await proof.paidOnce(second, order)
  })

  test('F73 F81 two windows pressed at the same moment: one charge, and both learn of it', async ({
    page,
    context,
    newOrder,
    proof,
  }) => {
    const order = await newOrder()
    await openCheckout(page, order, 'pm_card_slow')
    const second = await secondWindow(context, order)
    await chooseCard(second, 'pm_card_slow')
    // By script: while a mouse moves, the other window's press may already have removed the button.
    const buttons = await Promise.all([page, second].map((each) => payButton(each).elementHandle()))
    await Promise.all(
      buttons.map((button) => button?.evaluate((element) => (element as HTMLButtonElement).click())),
    )
    for (const each of [page, second]) await expectPaid(each)
    await proof.oneCharge(order)
  })
})
