import type { Page } from '@playwright/test'
import type { Demo } from '@/setup/demo-file'
import { firstAdmin } from './colleague'
import { expect, test } from './fixtures'
import { expectPerceivable } from './perceivable'

/** The checklist of the overview, at a merchant where nothing has happened yet. */

test('each first step is ticked when it has been done, whoever did it', async ({
  browser,
  demo,
  newMerchant,
  sql,
}) => {
  test.setTimeout(120_000)
  const merchantId = await newMerchant('A new shop')
  const page = await firstAdmin(browser, demo, merchantId)
  const step = (title: string) => page.getByRole('listitem').filter({ hasText: title })
  const key = step('Create an API key')
  const payment = step('Send the first payment')
  const twice = step('Try to be charged twice')

  await expect(page.getByRole('heading', { name: 'First steps' })).toBeVisible()
  for (const one of [key, payment, twice]) await expect(one.getByRole('heading')).toHaveText(/not done yet$/)
  await expect(payment).toContainText('PAYONCE_API_KEY=sk_test_…')
  await expectPerceivable(page)
  await page.setViewportSize({ width: 1280, height: 900 })

  const made = await post(page, demo, 'developers.createKey', {
    newId: crypto.randomUUID(),
    name: 'Till',
    scopes: ['payments:write'],
    expiresInDays: 1,
  })
  await expect(key.getByRole('heading')).toHaveText(/, done$/, { timeout: 15_000 })
  await expect(key).toContainText('Till')

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const copy = payment.getByRole('button', { name: 'Copy the command of a first payment' })
  await copy.focus()
  await page.keyboard.press('Space')
  await expect(payment.getByRole('status').filter({ hasText: 'Copied' })).toBeAttached()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toContain(`curl -i ${demo.baseUrl}/api/v1/payments`)

  const pay = () =>
    page.request.post('/api/v1/payments', {
      headers: { authorization: `Bearer ${made.token}`, 'idempotency-key': 'my-first-payment' },
      data: { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' },
    })
  expect((await pay()).status()).toBe(201)
  await expect(payment.getByRole('heading')).toHaveText(/, done$/, { timeout: 15_000 })
  await expect(twice.getByRole('heading')).toHaveText(/not done yet$/)
  await expectPerceivable(page)
  await page.setViewportSize({ width: 1280, height: 900 })

  expect((await pay()).headers()['idempotent-replayed']).toBe('true')
  await expect(twice.getByRole('heading')).toHaveText(/, done$/, { timeout: 15_000 })
  await expect(page.getByRole('status').filter({ hasText: 'All first steps are done.' })).toBeAttached()
  expect(await sql('SELECT FROM payment WHERE merchant_id = $1', [merchantId])).toHaveLength(1)

  await page.getByRole('button', { name: 'Close the first steps' }).click()
  await expect(page.getByRole('heading', { name: 'First steps' })).toBeHidden()
  await page.context().close()
})

test('the first steps stay away in the browser where they were dismissed', async ({
  browser,
  demo,
  newMerchant,
}) => {
  const page = await firstAdmin(browser, demo, await newMerchant('Another new shop'))
  await page.getByRole('button', { name: 'Dismiss the first steps' }).press('Enter')
  await expect(page.getByRole('heading', { name: 'First steps' })).toBeHidden()
  await expect(page.getByRole('heading', { name: 'No payments yet' })).toBeVisible()
  const answer = await page.request.get('/dashboard')
  expect(await answer.text()).not.toContain('First steps')
  await page.context().close()
})

async function post(page: Page, demo: Demo, procedure: string, data: object) {
  const headers = { origin: demo.baseUrl }
  const answer = await page.request.post(`/api/trpc/${procedure}`, { data, headers })
  expect(answer.ok(), await answer.text()).toBe(true)
  return (await answer.json()).result.data
}
