import type { Page } from '@playwright/test'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import { expectPerceivable } from './perceivable'

async function openFindBox(page: Page) {
  await page.keyboard.press('Control+k')
  const box = page.getByRole('combobox', { name: 'Find' })
  await expect(box).toBeFocused()
  return box
}

test('whatever of a payment is pasted leads to its page, by Enter alone', async ({
  page,
  operatorPage,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  const payment = await proof.oneCharge(order)
  for (const pasted of [page.url(), `${payment.slice(0, 12)}…${payment.slice(-4)}`, payment.toUpperCase()]) {
    await operatorPage.goto('/dashboard/audit')
    const box = await openFindBox(operatorPage)
    // Pasted and sent before the server has answered.
    await operatorPage.keyboard.insertText(pasted)
    await box.press('Enter')
    await expect(operatorPage).toHaveURL(new RegExp(`/dashboard/payments/${payment}$`))
    await expect(operatorPage.getByRole('dialog')).toHaveCount(0)
    await expect(operatorPage.getByRole('heading', { level: 1 })).toBeFocused()
  }
})

test('the find box by keyboard: pages, searches, nothing found, a server that is away', async ({
  operatorPage,
}) => {
  await operatorPage.goto('/dashboard')
  const box = await openFindBox(operatorPage)
  await operatorPage.keyboard.type('led')
  await expect(operatorPage.getByRole('option', { selected: true })).toHaveText('Ledger')
  await expect(box).toHaveAttribute('aria-activedescendant', /-0$/)

  await box.fill('nobody@example.com')
  const dialog = operatorPage.getByRole('dialog')
  await expect(dialog.getByRole('status')).toContainText('No payment, refund, order, posting or key')
  await expectPerceivable(operatorPage)
  await operatorPage.route('**/api/trpc/find.pasted**', (route) => route.abort())
  await box.fill('pay_12345678…9abc')
  await expect(dialog.getByRole('status')).toContainText('nothing was looked up')
  await operatorPage.unroute('**/api/trpc/find.pasted**')

  await box.fill('nobody@example.com')
  await expect(dialog.getByRole('status')).toContainText('No payment')
  await box.press('ArrowUp')
  await box.press('ArrowDown')
  await box.press('Enter')
  await expect(operatorPage).toHaveURL(/\/dashboard\/payments\?q=nobody%40example\.com$/)

  await expect(operatorPage.getByRole('heading', { level: 1 })).toBeFocused()
  const finder = operatorPage.getByRole('button', { name: 'Find' })
  await finder.click()
  await expect(operatorPage.getByRole('combobox', { name: 'Find' })).toBeFocused()
  await operatorPage.keyboard.press('Escape')
  await expect(finder).toBeFocused()
})
