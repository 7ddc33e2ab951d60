import fs from 'node:fs'
import path from 'node:path'
import { readSetupEnv } from '@/platform/env'
import { expect, test } from './fixtures'
import { chooseCard, expectNoCharge, expectOneCharge, expectReceipt, openCheckout, payButton } from './proof'

test('an unknown order is a 404 that tells nothing', async ({ page }) => {
  for (const id of ['ord_00000000000070008000000000000000', 'ord_x', "ord_'; DROP TABLE payment"]) {
    const answer = await page.goto(`/checkout/${encodeURIComponent(id)}`)
    expect(answer?.status()).toBe(404)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  }
})

test('an unknown receipt is a 404', async ({ page }) => {
  expect((await page.goto('/receipt/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'))?.status()).toBe(404)
})

test('F68 F83 the order changes after it was shown: "Your basket changed", nothing charged, the new total is paid', async ({
  page,
  newOrder,
  sql,
  bankCharges,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await sql('UPDATE order_item SET quantity = 3 WHERE order_id = $1', [order.uuid])
  await sql('UPDATE orders SET amount = 3600, version = version + 1 WHERE id = $1', [order.uuid])
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'Your basket changed' })).toBeVisible()
  await expectNoCharge({ sql, bankCharges, order })
  await expect(page.getByRole('button', { name: 'Pay €36.00' })).toBeVisible()
  await chooseCard(page)
  await payButton(page).click()
  await expectReceipt(page, '€36.00')
  await expectOneCharge({ sql, bankCharges, order }, 3_600n)
})

test('F41 D1 the database is away: said in words, the bank not asked, recovered by itself with the same key', { tag: '@alone' }, async ({
  page,
  newOrder,
  sql,
  bankCharges,
  database,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await database.stop()
  const answer = page.waitForResponse('**/api/trpc/checkout.pay')
  await payButton(page).click()
  const refused = await answer
  expect(refused.status()).toBe(503)
  expect(Number(refused.headers()['retry-after'])).toBeGreaterThan(0)
  await expect(page.getByRole('status')).toContainText('We cannot reach our payment system. Nothing was charged; we are trying again by ourselves.')
  await database.start()
  await expectReceipt(page)
  await expectOneCharge({ sql, bankCharges, order })
})

test('the database is away when the checkout is opened: not charged, and shown once it is back', { tag: '@alone' }, async ({
  page,
  newOrder,
  database,
}) => {
  const order = await newOrder()
  await database.stop()
  await page.goto(order.checkoutUrl)
  await expect(page.getByText('You have not been charged.')).toBeVisible()
  await database.start()
  await expect(payButton(page)).toBeVisible({ timeout: 20_000 })
})

test('a real card number is refused in the browser and never sent', async ({ page, newOrder, sql, bankCharges }) => {
  const order = await newOrder()
  const sent: string[] = []
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
  await openCheckout(page, order)
  await page.getByLabel('Card number').fill('4111 1111 1111 1111')
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'There is a problem' })).toBeVisible()
  await expect(page.getByLabel('Card number')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Card number')).toHaveValue('4111 1111 1111 1111')
  expect(sent.filter((text) => text.includes('checkout.pay') || text.replaceAll(' ', '').includes('4111'))).toEqual([])
  await expectNoCharge({ sql, bankCharges, order })
})

test('K7 a card number that is sent to the server all the same is refused, and is in no log and no table', async ({ request, newOrder, sql }) => {
  const order = await newOrder()
  const good = { key: 'k', orderId: order.id, version: 1, paymentMethod: 'pm_card_visa' }
  for (const field of [...Object.keys(good), 'note']) {
    const answer = await request.post('/api/trpc/checkout.pay', { data: { ...good, [field]: '4242 4242 4242 4242' } })
    expect([field, answer.status()]).toEqual([field, 400])
  }
  const tables = await sql<{ name: string }>(`SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
    WHERE table_schema IN ('public', 'gateway_simulator') AND table_type = 'BASE TABLE'`)
  for (const { name } of tables) expect([name, await sql(`SELECT * FROM ${name} AS row WHERE row::text ~ '4242 ?4242 ?4242'`)]).toEqual([name, []])
  expect(fs.readFileSync(path.join(readSetupEnv().dataDir, '..', 'log'), 'utf8')).not.toMatch(/4242 ?4242 ?4242/)
})
