import type { APIRequestContext } from '@playwright/test'
import { uuidv7 } from '@/lib/id'
import type { Demo } from '@/setup/demo-file'
import { expect, test } from './fixtures'

/** @returns the id of a payment of €24.00 that is authorised */
async function authorised(request: APIRequestContext, demo: Demo): Promise<string> {
  const answer = await request.post('/api/v1/payments', {
    headers: { authorization: `Bearer ${demo.apiKey}`, 'idempotency-key': uuidv7() },
    data: { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa', capture: 'manual' },
  })
  expect(answer.status()).toBe(201)
  return (await answer.json()).id
}

test('from its page a payment is captured once, however often it is pressed, and another one is voided', async ({
  operatorPage: page,
  request,
  demo,
  sql,
}) => {
  const charges = (payment: string) =>
    sql(`SELECT 1 FROM gateway_simulator.charge WHERE 'pay_' || replace(idempotency_key, '-', '') = $1`, [
      payment,
    ])
  const captured = await authorised(request, demo)
  await page.goto(`/dashboard/payments/${captured}`)
  await page.getByRole('button', { name: 'Capture', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Capture €24.00' }).click({ clickCount: 5 })
  await expect(dialog.getByText('Captured', { exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('The bank answered that it captured €24.00.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Void', exact: true })).toHaveCount(0)
  expect(await charges(captured)).toHaveLength(1)

  const part = await authorised(request, demo)
  await page.goto(`/dashboard/payments/${part}`)
  await page.getByRole('button', { name: 'Capture', exact: true }).click()
  await dialog.getByLabel('Amount to capture').fill('25')
  await dialog.getByRole('button', { name: 'Capture', exact: true }).click()
  await expect(dialog.getByText('At most €24.00 is reserved')).toBeVisible()
  await dialog.getByLabel('Amount to capture').fill('15')
  await dialog.getByRole('button', { name: 'Capture €15.00' }).click()
  await expect(dialog.getByText('Captured', { exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(
    page.getByText('The bank answered that it captured €15.00, and released the other €9.00.'),
  ).toBeVisible()
  expect(await charges(part)).toHaveLength(1)

  const voided = await authorised(request, demo)
  await page.goto(`/dashboard/payments/${voided}`)
  await page.getByRole('button', { name: 'Void', exact: true }).click()
  await dialog.getByRole('button', { name: 'Void €24.00' }).click()
  await expect(dialog.getByText('Voided', { exact: true })).toBeVisible()
  expect(await charges(voided)).toHaveLength(0)
})
