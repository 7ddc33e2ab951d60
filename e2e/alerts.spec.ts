import type { Locator } from '@playwright/test'
import { expect, test } from './fixtures'

test('a broken invariant is a red bar on every page until it is mended; somebody takes it on, and gets a mail', {
  tag: '@alone',
}, async ({ operatorPage: page, newOrder, sql }) => {
  test.setTimeout(240_000)
  await page.goto('/dashboard/settings')
  await page.getByRole('link', { name: 'Notifications' }).click()
  const box = page.getByRole('checkbox', { name: /An invariant is broken/ })
  await box.check()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible()

  await page.goto('/dashboard')
  const bar = page.getByRole('status', { name: 'Alerts' })
  // What a first try broke has ended before a second one breaks it again.
  await expect(bar).not.toContainText('broken', { timeout: 90_000 })
  const order = await newOrder()
  // With the order, as whatever changes an item: the check of changes reads orders that were written since its last turn.
  const change = (by: number) =>
    sql(
      `WITH item AS (UPDATE order_item SET quantity = quantity + $1 WHERE order_id = $2)
      UPDATE orders SET reference = reference WHERE id = $2`,
      [by, order.uuid],
    )
  await change(1)
  try {
    await expect(bar).toContainText('1 invariant is broken.', { timeout: 60_000 })
    await expect(bar).toContainText('Nobody has taken it on yet')
    await bar.getByRole('link', { name: 'See alerts' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Alerts' })).toBeFocused()
    const alert = page.getByRole('listitem').filter({ hasText: 'order-is-the-sum-of-its-items' })
    await shown(alert)
    await alert.getByRole('button', { name: 'Acknowledge' }).click()
    const dialog = page.getByRole('dialog', { name: 'Acknowledge this alert' })
    await dialog.getByLabel('Note').fill('I read the rows')
    await dialog.getByRole('button', { name: 'Acknowledge' }).click()
    await expect(alert).toHaveCount(0)
    // Payments of other tests may be parked, and alerts of their own.
    await expect(bar).toContainText(/Somebody has taken (it on|on what is broken)/)
    await page.getByLabel('State').selectOption('Acknowledged')
    await expect(alert).toContainText('I read the rows')

    await page.goto('/dashboard/mailbox')
    const mail = page.getByRole('listitem').filter({ hasText: 'An invariant is broken' }).first()
    await expect(mail).toContainText('Kept here', { timeout: 60_000 })
    await mail.getByText('Text', { exact: true }).click()
    await expect(mail).toContainText('order-is-the-sum-of-its-items')
  } finally {
    await change(-1)
  }
  await expect(bar).not.toContainText('broken', { timeout: 90_000 })
  await page.goto('/dashboard/alerts?state=ended')
  const ended = page.getByRole('listitem').filter({ hasText: 'order-is-the-sum-of-its-items' }).first()
  // The bar follows the checks; the alert itself is ended by the worker's next look.
  await shown(ended)
  await expect(ended).toContainText('Acknowledged by')
})

/** Waits for an alert. One that comes while others are shown is announced, and listed when a person asks for it. */
async function shown(alert: Locator): Promise<void> {
  const announced = alert.page().getByRole('button', { name: /new alerts?$/ })
  await expect(async () => {
    if (await announced.isVisible()) await announced.click({ timeout: 1_000 })
    await expect(alert).toBeVisible({ timeout: 1_000 })
  }).toPass({ timeout: 90_000 })
}
