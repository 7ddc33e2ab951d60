import type { BrowserContext, Page } from '@playwright/test'
import { chooseCard, expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import type { TestOrder } from './orders'

/** 3-D Secure: the shopper leaves the checkout for the bank's page, and may or may not come back. */

const bankAsks = (page: Page) => page.getByRole('heading', { name: 'Is this you?' })
const confirmLink = (page: Page) => page.getByRole('link', { name: 'Confirm with your bank' })

async function payUntilAsked(page: Page, order: TestOrder): Promise<void> {
  await openCheckout(page, order, 'pm_card_challenge')
  await payButton(page).click()
  await expect(bankAsks(page)).toBeVisible()
}

/** Closes the window at the bank's page and opens the checkout again in the same browser. */
async function comeBackLater(page: Page, context: BrowserContext, order: TestOrder): Promise<Page> {
  await page.close()
  const later = await context.newPage()
  await later.goto(order.checkoutUrl)
  await expect(payButton(later)).toHaveCount(0)
  await confirmLink(later).click()
  return later
}

for (const closed of [false, true]) {
  const also = closed ? ', the window closed in between' : ''

  test(`F84 asked by the bank and confirmed: the same payment goes on to its receipt, one charge${also}`, async ({
    page,
    context,
    newOrder,
    proof,
  }) => {
    const order = await newOrder()
    await payUntilAsked(page, order)
    await proof.noCharge(order)
    const [key] = await proof.keysAtServer(order)
    const at = closed ? await comeBackLater(page, context, order) : page
    await at.getByRole('button', { name: 'Confirm the payment' }).click()
    await expectReceipt(at)
    expect(await proof.keysAtServer(order)).toEqual([key])
    await proof.oneCharge(order)
  })

  test(`F84 refused at the bank: the page states it, nothing is charged, another card pays under a new key${also}`, async ({
    page,
    context,
    newOrder,
    proof,
  }) => {
    const order = await newOrder()
    await payUntilAsked(page, order)
    const at = closed ? await comeBackLater(page, context, order) : page
    await at.getByRole('button', { name: 'Refuse' }).click()
    await expect(at.getByRole('heading', { name: 'The payment was not confirmed' })).toBeVisible()
    await expect(at.getByText('Nothing was charged.').first()).toBeVisible()
    // The form is kept, but for the security code. In another window it is another form.
    await expect(at.getByLabel('Card number')).toHaveValue(closed ? '' : '4000 0000 0000 3220')
    await expect(at.getByLabel('Security code')).toHaveValue('')
    await proof.noCharge(order)
    await chooseCard(at)
    await payButton(at).click()
    await expectReceipt(at)
    expect(new Set(await proof.keysAtServer(order)).size).toBe(2)
    await proof.oneCharge(order)
  })
}

test('F84 back from the bank’s page without an answer: no second form, the way to the bank, and no charge', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await payUntilAsked(page, order)
  await page.goBack()
  await expect(confirmLink(page)).toBeVisible()
  await expect(payButton(page)).toHaveCount(0)
  await proof.noCharge(order)
  await confirmLink(page).click()
  await page.getByRole('button', { name: 'Confirm the payment' }).click()
  await expectReceipt(page)
  await proof.oneCharge(order)
})
