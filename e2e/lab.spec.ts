import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'

// One after the other: the lab plays one thing at a time.
test.describe.configure({ mode: 'default' })

/** The last cell but one is Payonce's, the last the naive handler's. */
async function countsOf(page: Page, name: string): Promise<string[]> {
  const cells = await page.getByRole('row').filter({ hasText: name }).getByRole('cell').allTextContents()
  return cells.slice(1)
}

test('a guest may look at the lab and not run it', async ({ page, request, demo }) => {
  await page.goto('/lab')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Fault lab')
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await expect(run).toHaveAttribute('aria-disabled', 'true')
  await expect(run).toHaveAccessibleDescription('Sign in as support or admin to run the lab.')
  const plan = { who: 'one', accident: 'none', retry: 'same', seed: 1, naive: false }
  const answer = await request.post('/api/trpc/lab.run', { data: plan, headers: { origin: demo.baseUrl } })
  expect(answer.status()).toBe(401)
})

test('a real run: the server is killed after the bank has answered; Payonce charges once, the naive handler twice', async ({
  operatorPage: page,
}) => {
  // A run takes some seconds; the first one starts an installation.
  test.setTimeout(300_000)
  await page.goto('/lab')
  await page.getByLabel('Who presses').selectOption('One press')
  await page.getByLabel('The bank has answered').check()
  await page.getByRole('radio', { name: 'The server is killed S4' }).check()
  await page.getByLabel('Seed', { exact: true }).fill('42')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByText('A fault is active in the lab')).toBeVisible()
  await expect(page.getByText('Payonce: held: one charge, and the books agree with the bank')).toBeVisible({
    timeout: 120_000,
  })
  await expect(page.getByText('Naive handler: broken: 2 charges')).toBeVisible({ timeout: 60_000 })
  expect(await countsOf(page, 'Charges')).toEqual(['1', '2'])
  expect(await countsOf(page, 'Ledger postings')).toEqual(['1', '1'])
  const [safe = '', naive = ''] = await countsOf(page, 'Difference')
  expect([safe, naive]).toEqual([expect.stringMatching(/0\.00/), expect.stringMatching(/24\.\d\d/)])
  // The story names the accident, on both sides.
  await expect(page.getByRole('listitem').filter({ hasText: 'The server is killed' })).toHaveCount(2)
  await expect(page.getByText("accident: 'S4',")).toBeVisible()
  await expect(page.getByRole('button', { name: 'Run again with this seed' })).not.toHaveAttribute(
    'aria-disabled',
    'true',
  )
})

test('500 random schedules are played with their progress', async ({ operatorPage: page }) => {
  test.setTimeout(120_000)
  await page.goto('/lab')
  await page.getByRole('button', { name: /^Play 500 with seed/ }).click()
  await expect(page.getByText('Every law held in every schedule')).toBeVisible({ timeout: 100_000 })
  await expect(page.getByText(/^500 of 500 schedules, [\d,]+ payments/)).toBeVisible()
})
