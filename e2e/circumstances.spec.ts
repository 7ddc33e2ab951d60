import type { Page } from '@playwright/test'
import {
  chooseCard,
  expectPaid,
  expectReceipt,
  keysSent,
  loseFirstAnswer,
  openCheckout,
  payButton,
  pressInOneTask,
  reloadWhilePaying,
} from './checkout-page'
import { CIRCUMSTANCES, type Circumstance } from './circumstances'
import { expect, test } from './fixtures'
import type { TestOrder } from './orders'

/** Five ways to pay twice, tried in every circumstance. */
for (const circumstance of CIRCUMSTANCES)
  test.describe(circumstance.name, () => {
    if (circumstance.host) test.use({ host: circumstance.host })
    test.beforeEach(({ page }) => circumstance.prepare?.(page))

    test(`${circumstance.ids} 25 presses in one task are one request and one charge`, async ({
      page,
      newOrder,
      proof,
    }) => {
      const order = await newOrder()
      const end = await open(page, order, circumstance)
      const keys = keysSent(page)
      await pressInOneTask(page, 25)
      await expectReceipt(page)
      await end()
      expect(keys).toEqual(await proof.keysAtServer(order))
      await proof.oneCharge(order)
    })

    test(`${circumstance.ids} a reload while paying is one charge`, async ({ page, newOrder, proof }) => {
      const order = await newOrder()
      const end = await open(page, order, circumstance, 'pm_card_slow')
      await payButton(page).click()
      await expect(page.getByRole('status')).toContainText('Sending your payment')
      // A page without storage learns of its payment from the server, and only once it has arrived there (F82).
      if (circumstance.forgets) await expect.poll(() => proof.keysAtServer(order)).toHaveLength(1)
      await reloadWhilePaying(page)
      await expectPaid(page)
      await end()
      expect(await proof.keysAtServer(order)).toHaveLength(1)
      await proof.oneCharge(order)
    })

    test(`${circumstance.ids} a lost answer is asked for again under the same key`, async ({
      page,
      newOrder,
      proof,
    }) => {
      const order = await newOrder()
      const end = await open(page, order, circumstance)
      const keys = keysSent(page)
      await loseFirstAnswer(page)
      await payButton(page).click()
      await expectReceipt(page)
      await end()
      expect(keys.length).toBeGreaterThan(1)
      expect([...new Set(keys)]).toEqual(await proof.keysAtServer(order))
      await proof.oneCharge(order)
    })

    test(`${circumstance.ids} a decline, then another card: a new key, one charge`, async ({
      page,
      newOrder,
      proof,
    }) => {
      const order = await newOrder()
      const end = await open(page, order, circumstance, 'pm_card_declined')
      const keys = keysSent(page)
      await payButton(page).click()
      await expect(page.getByRole('heading', { name: 'Your bank declined this card' })).toBeVisible()
      await chooseCard(page)
      await payButton(page).click()
      await expectReceipt(page)
      await end()
      expect(new Set(keys).size).toBe(2)
      expect(keys).toEqual(await proof.keysAtServer(order))
      for (const key of keys)
        expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      await proof.oneCharge(order)
    })

    test(`${circumstance.ids} back from the receipt there is nothing to press`, async ({
      page,
      newOrder,
      proof,
    }) => {
      const order = await newOrder()
      const end = await open(page, order, circumstance)
      await payButton(page).click()
      await expectReceipt(page)
      await page.goBack()
      await expect(page.getByRole('heading', { name: 'This order is already paid' })).toBeVisible()
      await expect(payButton(page)).toHaveCount(0)
      await end()
      await proof.oneCharge(order)
    })
  })

/** @returns the assertions for the end of the test */
async function open(
  page: Page,
  order: TestOrder,
  { prove, besides }: Circumstance,
  token?: string,
): Promise<() => Promise<void>> {
  await openCheckout(page, order, token)
  await prove?.(page)
  return (await besides?.(page, order)) ?? (async () => {})
}
