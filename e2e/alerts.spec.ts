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

  const order = await newOrder()
  const uuid = order.id.replace('ord_', '')
  const change = (by: number) =>
    sql('UPDATE order_item SET quantity = quantity + $1 WHERE order_id = $2::uuid', [by, uuid])
  await page.goto('/dashboard')
  const bar = page.getByRole('status', { name: 'Alerts' })
  // What a first try broke has ended before a second one breaks it again.
  await expect(bar).not.toContainText('broken', { timeout: 90_000 })
  await change(1)
  try {
    await expect(bar).toContainText('1 invariant is broken.', { timeout: 60_000 })
    await expect(bar).toContainText('Nobody has taken it on yet')
    await bar.getByRole('link', { name: 'See alerts' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Alerts' })).toBeFocused()
    const alert = page.getByRole('listitem').filter({ hasText: 'order-is-the-sum-of-its-items' })
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
  await expect(
    page.getByRole('listitem').filter({ hasText: 'order-is-the-sum-of-its-items' }).first(),
    // The bar follows the checks; the alert itself is ended by the worker's next look.
  ).toContainText('Acknowledged by', { timeout: 90_000 })
})
