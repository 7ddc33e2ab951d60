import { cancelOrder, expireOrder, makeItThree } from './change-order'
import { chooseCard, expectReceipt, keysSent, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'

/** An order that the shop changes, cancels or lets expire while a shopper has its checkout open. */

test('F68 an operator changes an order whose checkout is open: the page says so, and the new total is paid once', async ({
  page,
  operatorPage,
  newOrder,
  proof,
  sql,
}) => {
  const order = await newOrder()
  const keys = keysSent(page)
  await openCheckout(page, order)

  await operatorPage.goto(`/dashboard/orders/${order.id}`)
  await operatorPage.getByRole('button', { name: 'Change', exact: true }).click()
  const dialog = operatorPage.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Change the order' }).click()
  await expect(dialog.getByText('Nothing has changed yet.')).toBeVisible()
  await dialog.getByLabel('Quantity').fill('3')
  await expect(dialog.getByText('€36.00')).toBeVisible()
  // Both presses in one task: one change.
  await dialog
    .getByRole('button', { name: 'Change the order' })
    .evaluate((button: HTMLButtonElement) => [button.click(), button.click()])
  await expect(dialog).toBeHidden()
  await expect(operatorPage.getByRole('heading', { level: 1 })).toHaveText('€36.00')
  await expect(operatorPage.getByText('version 2')).toBeVisible()
  expect(await sql('SELECT version FROM orders WHERE id = $1', [order.uuid])).toEqual([{ version: 2 }])

  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'Your basket changed' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Pay €36.00' })).toBeVisible()
  await proof.noCharge(order)
  await chooseCard(page)
  await payButton(page).click()
  await expectReceipt(page, '€36.00')
  await proof.oneCharge(order, 3_600n)
  // The new total was confirmed under a key of its own.
  expect(new Set(keys).size).toBe(2)

  await expect(operatorPage.getByRole('button', { name: 'Change', exact: true })).toBeHidden()
})

test('an operator cancels an order: its open checkout says so, and charges nothing', async ({
  page,
  operatorPage,
  newOrder,
  proof,
  sql,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await operatorPage.goto(`/dashboard/orders/${order.id}`)
  await operatorPage.getByRole('button', { name: 'Cancel the order' }).click()
  const dialog = operatorPage.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Cancel the order' }).click()
  await expect(dialog).toBeHidden()
  await expect(operatorPage.getByText('Cancelled').first()).toBeVisible()
  await expect(operatorPage.getByRole('button', { name: 'Cancel the order' })).toHaveCount(0)
  expect(await sql('SELECT action FROM audit_log WHERE subject = $1', [order.uuid])).toEqual([
    { action: 'order.cancelled' },
  ])

  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'This order was cancelled' })).toBeVisible()
  await expect(payButton(page)).toHaveCount(0)
  await proof.noCharge(order)
})

test('what changed while the operator’s dialog was open is not overwritten', async ({
  operatorPage,
  newOrder,
  demo,
  sql,
}) => {
  const order = await newOrder()
  await operatorPage.goto(`/dashboard/orders/${order.id}`)
  await operatorPage.getByRole('button', { name: 'Cancel the order' }).click()
  await makeItThree(demo, order)
  const dialog = operatorPage.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Cancel the order' }).click()
  await expect(dialog.getByText('The order is at version 2 now. Nothing was changed.')).toBeVisible()
  expect(await sql('SELECT status FROM orders WHERE id = $1', [order.uuid])).toEqual([{ status: 'open' }])
})

const ENDED = [
  { end: cancelOrder, locale: 'en', title: 'This order was cancelled' },
  { end: cancelOrder, locale: 'ar', title: 'أُلغي هذا الطلب' },
  { end: expireOrder, locale: 'en', title: 'This order has expired' },
  { end: expireOrder, locale: 'ar', title: 'انتهت صلاحية هذا الطلب' },
]

for (const javaScriptEnabled of [true, false])
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled })

    for (const { end, locale, title } of ENDED)
      test(`${locale}: "${title}"`, async ({ page, context, newOrder, demo, proof }) => {
        await context.addCookies([{ name: 'locale', value: locale, url: demo.baseUrl }])
        const order = await newOrder()
        await page.goto(order.checkoutUrl)
        const pay = page.locator('form:has(input[name=key]) button[type=submit]')
        await expect(pay.first()).toBeVisible()
        await end(demo, order)
        if (!javaScriptEnabled) {
          // A press on the page from before the end.
          await page.locator('select[name=paymentMethod]').selectOption('pm_card_visa')
          await pay.first().click()
          await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
        }
        await page.goto(order.checkoutUrl)
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
        await expect(pay).toHaveCount(0)
        await proof.noCharge(order)
      })
  })
