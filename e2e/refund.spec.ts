import AxeBuilder from '@axe-core/playwright'
import type { APIRequestContext, Page } from '@playwright/test'
import { uuidv7 } from '@/lib/id'
import type { Demo } from '@/setup/demo-file'
import { join } from './colleague'
import { expect, test } from './fixtures'

/** Refunds from the payment's page: within the limit of support, and above it by two admins. */

async function openRefund(page: Page, payment: string, amount: string, reason = '') {
  await page.goto(`/dashboard/payments/${payment}`)
  await page.getByRole('button', { name: 'Refund', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Amount').fill(amount)
  await dialog.getByLabel('Reason').fill(reason)
  await page.keyboard.press('Enter')
  return dialog
}

/** A paid payment of this many cents. @returns its id */
async function paid(
  request: APIRequestContext,
  demo: Demo,
  amount: number,
  currency = 'EUR',
): Promise<string> {
  const answer = await request.post('/api/v1/payments', {
    headers: { authorization: `Bearer ${demo.apiKey}`, 'idempotency-key': uuidv7() },
    data: { amount, currency, paymentMethod: 'pm_card_visa' },
  })
  expect(answer.status()).toBe(201)
  return (await answer.json()).id
}

test('support refunds a part: a double click and a lost answer are one refund, above the limit is refused', async ({
  browser,
  operatorPage,
  request,
  demo,
  sql,
}) => {
  const payment = await paid(request, demo, 24_000)
  const page = await join(browser, operatorPage, 'support')
  const over = await openRefund(page, payment, '100.01')
  await expect(over.getByText('At most €100.00. Ask an admin for more')).toBeVisible()
  await over.getByLabel('Amount').fill('60')
  await page.keyboard.press('Enter')
  await expect(over.getByText(/^Visa/)).toBeVisible()
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])

  const call = '**/api/trpc/refunds.create*'
  await page.route(
    call,
    async (route) => {
      await route.fetch()
      await route.abort('connectionreset')
    },
    { times: 1 },
  )
  await over.getByRole('button', { name: 'Refund €60.00' }).dblclick()
  await expect(over.getByText('No answer came')).toBeVisible()
  // The key is kept over a reload.
  await page.reload()
  await page.getByRole('button', { name: 'Refund', exact: true }).click()
  await over.getByRole('button', { name: 'Send again' }).click()
  await expect(over.getByText('Refunded', { exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('By Ada of support')).toBeVisible()
  expect(await refundsOf(sql, payment)).toEqual(['6000'])
})

test('a limit that an admin has set refuses a refund in words, until it is taken away', async ({
  operatorPage: page,
  request,
  demo,
  sql,
}) => {
  // A currency of this test alone.
  const payment = await paid(request, demo, 5_000, 'NOK')
  const [account] = await sql<{ id: string }>(
    `SELECT 'acc_' || replace(id::text, '-', '') AS id FROM account WHERE currency = 'NOK' AND code = 'gateway_clearing'`,
  )
  await page.goto(`/dashboard/ledger/${account?.id}`)
  await page.getByRole('button', { name: 'Set a limit' }).click()
  const field = page.getByLabel('Refunds may not take the balance below')
  await field.fill('9000')
  await page.keyboard.press('Enter')
  await expect(page.getByText(/Enter at most NOK/)).toBeVisible()
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])
  await field.fill('40')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Left for refunds')).toBeVisible()

  const dialog = await openRefund(page, payment, '30')
  await dialog.getByRole('button', { name: /^Refund NOK/ }).click()
  await expect(dialog.getByText(/may not fall below NOK.40\.00, its limit/)).toBeVisible()
  expect(await refundsOf(sql, payment)).toEqual([])

  await page.goto(`/dashboard/ledger/${account?.id}`)
  await page.getByRole('button', { name: 'Change limit' }).click()
  await field.fill('')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Set a limit' })).toBeVisible()
})

test('a large refund is requested by one admin and approved by another, who both see it', async ({
  browser,
  operatorPage,
  request,
  demo,
  sql,
}) => {
  const payment = await paid(request, demo, 250_000)
  const dialog = await openRefund(operatorPage, payment, '2500', 'The whole order was lost')
  await expect(dialog.getByText(/Another admin must approve/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Request approval' }).click()
  await expect(dialog.getByText('Requested', { exact: true })).toBeVisible()
  await operatorPage.keyboard.press('Escape')
  await expect(operatorPage.getByText('Waits for approval')).toBeVisible()
  await expect(operatorPage.getByRole('button', { name: /^Approve/ })).toHaveCount(0)
  expect(await refundsOf(sql, payment)).toEqual([])

  const other = await join(browser, operatorPage, 'admin')
  await sql(`UPDATE operator SET admin_since = now() - interval '1 day' WHERE role = 'admin'`)
  await other.goto('/dashboard/payments')
  await other.getByRole('link', { name: '€2,500.00' }).first().click()
  await other.getByRole('button', { name: /^Approve/ }).click()
  await other.getByRole('button', { name: /^Approve and refund/ }).dblclick()
  await expect(other.getByText('Approved', { exact: true })).toBeVisible()
  await expect(other.getByText('Refunded', { exact: true }).first()).toBeVisible()
  expect(await refundsOf(sql, payment)).toEqual(['250000'])
})

async function refundsOf(sql: (query: string, values: unknown[]) => Promise<object[]>, payment: string) {
  const rows = await sql(
    `SELECT amount FROM refund WHERE 'pay_' || replace(payment_id::text, '-', '') = $1 AND status = 'succeeded'`,
    [payment],
  )
  return rows.map((row) => (row as { amount: string }).amount)
}
