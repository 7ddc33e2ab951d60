import { uuidv7 } from '@/lib/id'
import { chooseCard, expectReceipt, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import { createLink } from './orders'

test('an operator makes a link, a shopper pays it once, and the next one reads that it is used up', async ({
  operatorPage: page,
  page: shopper,
  browser,
  demo,
  sql,
}) => {
  const name = `Workshop ${uuidv7().slice(-8)}`
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('link', { name: 'Links', exact: true }).first().click()
  await page.getByRole('button', { name: 'Create link' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Create link' }).click()
  await expect(dialog.getByText('Enter an amount, like 24.00')).toBeVisible()
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('Amount').fill('24')
  await dialog.getByLabel('Limit of uses').fill('1')
  await dialog.getByRole('button', { name: 'Create link' }).click()
  await expect(page.getByText(`${name} is ready to share`)).toBeVisible()
  const row = page.getByRole('row', { name })
  await row.getByRole('button', { name: /^Copy link/ }).click()
  const url = await page.evaluate(() => navigator.clipboard.readText())
  expect(url).toContain('/link/lnk_')

  const path = new URL(url).pathname
  const uses = async () => {
    const found = await sql<{ order: string }>(
      `SELECT 'ord_' || replace(u.order_id::text, '-', '') AS "order" FROM payment_link_use u JOIN payment_link l ON l.id = u.link_id WHERE l.name = $1`,
      [name],
    )
    return found.map(({ order }) => order)
  }
  // As a shopper, a preview of a messenger, and a reload do.
  for (const _ of [1, 2, 3]) await shopper.goto(path)
  await expect(shopper.getByRole('heading', { level: 1, name })).toBeVisible()
  expect(await uses()).toEqual([])
  await shopper.getByRole('button', { name: 'Continue to payment' }).dblclick()
  await expect(payButton(shopper)).toBeVisible()
  const [order, ...more] = await uses()
  expect([shopper.url(), more]).toEqual([expect.stringContaining(`/checkout/${order}`), []])

  const context = await browser.newContext({ baseURL: demo.baseUrl })
  const late = await context.newPage()
  await late.goto(path)
  await expect(late.getByRole('heading', { level: 1, name: 'This link is used up' })).toBeVisible()
  await context.close()

  // Back at the link, the shopper finds the order that is theirs.
  await shopper.goto(path)
  await shopper.getByRole('link', { name: 'Continue with your order' }).click()
  await chooseCard(shopper)
  await payButton(shopper).click()
  await expectReceipt(shopper, '€24.00')
  await expect(row).toContainText('Used up')
  await expect(row).toContainText('1 of 1')
  await expect(row).toContainText('€24.00')
  await expect(row).toContainText('1 order')
})

test('a link is paused and resumed; its page works without a script, on a small phone and in Arabic', async ({
  operatorPage: page,
  browser,
  demo,
  sql,
}) => {
  const name = `Shirts ${uuidv7().slice(-8)}`
  const id = await createLink(sql, demo, name)
  await page.goto('/dashboard/links')
  const row = page.getByRole('row', { name })
  await row.getByRole('button', { name: /^Pause/ }).click()
  await expect(row).toContainText('Paused')

  const context = await browser.newContext({
    baseURL: demo.baseUrl,
    javaScriptEnabled: false,
    locale: 'ar',
    viewport: { width: 320, height: 568 },
  })
  const shopper = await context.newPage()
  await shopper.goto(`/link/${id}`)
  await expect(shopper.getByRole('heading', { level: 1, name: 'هذا الرابط متوقف مؤقتًا' })).toBeVisible()
  await expect(shopper.getByRole('button', { name: 'تابع إلى الدفع' })).toHaveCount(0)
  await row.getByRole('button', { name: /^Resume/ }).click()
  await expect(row).toContainText('Active')
  await shopper.reload()
  await shopper.getByRole('button', { name: 'تابع إلى الدفع' }).click()
  await expect(shopper).toHaveURL(/\/checkout\/ord_/)
  await shopper.goto(`/link/${id}`)
  await sql('UPDATE payment_link SET ends_at = now() WHERE name = $1', [name])
  await shopper.reload()
  await expect(shopper.getByRole('heading', { level: 1, name: 'انتهت صلاحية هذا الرابط' })).toBeVisible()
  await expect(shopper.getByRole('link', { name: 'تابع طلبك' })).toBeVisible()
  await context.close()
  await expect(row).toContainText('Ended', { timeout: 20_000 })
})
