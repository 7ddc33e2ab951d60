import type { Page } from '@playwright/test'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import { expectPerceivable } from './perceivable'

async function openFindBox(page: Page) {
  const box = page.getByRole('combobox', { name: 'Find' })
  // Keys of before the page's script has come are not heard; once the box is open, another press changes nothing.
  await expect(async () => {
    await page.keyboard.press('Control+k')
    await expect(box).toBeFocused({ timeout: 1_000 })
  }).toPass()
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
  await expect(dialog.getByRole('status')).toContainText('Nothing of yours has this name')
  await expectPerceivable(operatorPage)
  await operatorPage.route('**/api/trpc/find.pasted**', (route) => route.abort())
  await box.fill('pay_12345678…9abc')
  await expect(dialog.getByRole('status')).toContainText('nothing was looked up')
  await operatorPage.unroute('**/api/trpc/find.pasted**')

  await box.fill('nobody@example.com')
  await expect(dialog.getByRole('status')).toContainText('Nothing of yours')
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

test('an amount that is typed leads to the list of payments of that amount, with its sum', async ({
  page,
  operatorPage,
  newOrder,
  proof,
}) => {
  const order = await newOrder({ name: 'Compass', unitAmount: 7_713n, quantity: 1 })
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page, '€77.13')
  const payment = await proof.oneCharge(order)

  await operatorPage.goto('/dashboard/payments')
  const box = await openFindBox(operatorPage)
  await box.fill('77,13 EUR')
  await expect(
    operatorPage.getByRole('group', { name: 'Payments' }).getByRole('option').first(),
  ).toBeVisible()
  await operatorPage.getByRole('option', { name: 'Payments of €77.13' }).click()
  await expect(operatorPage).toHaveURL(/currency=EUR&min=77\.13&max=77\.13$/)
  await expect(operatorPage.locator(`a[href="/dashboard/payments/${payment}"]`).first()).toBeVisible()
  await expect(operatorPage.getByRole('row').filter({ hasText: '€' })).not.toHaveCount(0)
  await expect(
    operatorPage.getByRole('row').filter({ hasText: '€' }).filter({ hasNotText: '€77.13' }),
  ).toHaveCount(0)
  await expect(operatorPage.getByRole('link', { name: /^Paid \d/ })).toBeVisible()

  await operatorPage.getByRole('button', { name: 'More filters' }).click()
  await expect(operatorPage.getByLabel('At least (EUR)')).toHaveValue('77.13')
  await operatorPage.getByRole('combobox', { name: 'Sort order' }).selectOption('Lowest amount first')
  await expect(operatorPage).toHaveURL(/sort=lowest/)
  await operatorPage.getByRole('button', { name: 'Views' }).click()
  await operatorPage.getByLabel('Name of the view').fill('Compasses')
  await operatorPage.keyboard.press('Enter')
  await expectPerceivable(operatorPage)
  await operatorPage.goto('/dashboard/payments')
  await operatorPage.getByRole('button', { name: 'Views' }).click()
  await operatorPage.getByRole('button', { name: 'Compasses', exact: true }).click()
  await expect(operatorPage).toHaveURL(/min=77\.13.*sort=lowest/)
})
