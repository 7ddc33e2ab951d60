import fs from 'node:fs'
import path from 'node:path'
import { readSetupEnv } from '@/platform/env'
import { makeItThree } from './change-order'
import { chooseCard, expectReceipt, openCheckout, PAY_CALL, payButton } from './checkout-page'
import { expect, test } from './fixtures'

test('an unknown order is a 404 that reveals nothing', async ({ page }) => {
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
  proof,
  demo,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await makeItThree(demo, order)
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'Your basket changed' })).toBeVisible()
  await proof.noCharge(order)
  await expect(page.getByRole('button', { name: 'Pay €36.00' })).toBeVisible()
  await chooseCard(page)
  await payButton(page).click()
  await expectReceipt(page, '€36.00')
  await proof.oneCharge(order, 3_600n)
})

test('F41 D1 the database is away: the page states it, the bank is not asked, and the same key pays once it is back', {
  tag: '@alone',
}, async ({ page, newOrder, proof, database }) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await database.stop()
  const answer = page.waitForResponse('**/api/trpc/checkout.pay')
  await payButton(page).click()
  const refused = await answer
  expect(refused.status()).toBe(503)
  expect(Number(refused.headers()['retry-after'])).toBeGreaterThan(0)
  await expect(page.getByRole('status')).toContainText(
    'Our payment system cannot be reached. Nothing was charged, and we keep trying.',
  )
  await database.start()
  await proof.paidOnce(page, order)
})

test('the database is away when the checkout is opened: not charged, and shown once it is back', {
  tag: '@alone',
}, async ({ page, newOrder, database }) => {
  const order = await newOrder()
  await database.stop()
  await page.goto(order.checkoutUrl)
  await expect(page.getByText('Opening this page charged nothing.')).toBeVisible()
  await database.start()
  await expect(payButton(page)).toBeVisible({ timeout: 20_000 })
})

test('a real card number is refused in the browser and never sent', async ({ page, newOrder, proof }) => {
  const order = await newOrder()
  const sent: string[] = []
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
  await openCheckout(page, order)
  await page.getByLabel('Card number').fill('4111 1111 1111 1111')
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'There is a problem' })).toBeVisible()
  await expect(page.getByLabel('Card number')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Card number')).toHaveValue('4111 1111 1111 1111')
  expect(
    sent.filter((text) => text.includes('checkout.pay') || text.replaceAll(' ', '').includes('4111')),
  ).toEqual([])
  await proof.noCharge(order)
})

test('K7 a card number that is sent to the server all the same is refused, and is in no log and no table', async ({
  request,
  newOrder,
  sql,
}) => {
  const order = await newOrder()
  const good = { key: 'k', orderId: order.id, version: 1, paymentMethod: 'pm_card_visa' }
  for (const field of [...Object.keys(good), 'note']) {
    const answer = await request.post('/api/trpc/checkout.pay', {
      data: { ...good, [field]: '4242 4242 4242 4242' },
    })
    expect([field, answer.status()]).toEqual([field, 400])
  }
  const tables = await sql<{
    name: string
  }>(`SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
    WHERE table_schema IN ('public', 'gateway_simulator') AND table_type = 'BASE TABLE'`)
  const holding = (table: string, pattern: string) =>
    sql(`SELECT * FROM ${table} AS row WHERE row::text ~ '${pattern}'`)
  // Control: what is kept is found this way, and the log is one.
  expect(await holding('public.orders', order.uuid)).toHaveLength(1)
  const log = fs.readFileSync(path.join(readSetupEnv().dataDir, '..', 'log'), 'utf8')
  expect(log).toMatch(/"msg":/)
  for (const { name } of tables) expect([name, await holding(name, '4242 ?4242 ?4242')]).toEqual([name, []])
  expect(log).not.toMatch(/4242 ?4242 ?4242/)
})

test('a tampered amount, order, version or key gets a clear error, charges nothing and uses up nothing', async ({
  request,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  const good = { key: `tampered-${order.id}`, orderId: order.id, version: 1, paymentMethod: 'pm_card_visa' }
  const pay = async (body: unknown) => {
    const answer = await request.post('/api/trpc/checkout.pay', {
      data: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    const json = await answer.json()
    return { status: answer.status(), problem: json.error?.data?.idempotency, result: json.result?.data }
  }
  for (const [wrong, status, kind] of [
    [{ amount: 1 }, 400, 'validation'],
    [{ amount: 2400 }, 400, 'validation'],
    [{ currency: 'JPY' }, 400, 'validation'],
    [{ merchantId: order.uuid }, 400, 'validation'],
    [{ orderId: 'ord_00000000000070008000000000000000' }, 404, 'not-found'],
    [{ orderId: 'ord_x' }, 400, 'validation'],
    [{ orderId: order.uuid }, 400, 'validation'],
    [{ orderId: [order.id] }, 400, 'validation'],
    [{ version: 2 }, 409, 'order-changed'],
    [{ version: 0 }, 400, 'validation'],
    [{ version: '1' }, 400, 'validation'],
    [{ version: 2 ** 53 }, 400, 'validation'],
    [{ key: undefined }, 400, 'key-missing'],
    [{ key: '' }, 400, 'key-missing'],
    [{ key: 'k\u0000' }, 400, 'validation'],
    [{ key: 'k\r\nSet-Cookie: a=b' }, 400, 'key-invalid'],
    [{ key: 'k'.repeat(256) }, 400, 'key-invalid'],
    [{ key: { $ne: null } }, 400, 'key-invalid'],
    [{ paymentMethod: 'PM_card' }, 400, 'validation'],
    [{ paymentMethod: "pm_'; DROP TABLE payment" }, 400, 'validation'],
  ] as const) {
    const { status: answered, problem } = await pay({ ...good, ...wrong })
    expect([wrong, answered, problem?.kind]).toEqual([wrong, status, kind])
    // The detail names a field, or the key or the order.
    expect(problem.detail).toMatch(
      kind === 'validation' ? new RegExp(`${Object.keys(wrong)[0]}|U\\+0000`) : /^[A-Z].{10,}\.$/,
    )
  }
  await proof.noCharge(order)
  expect(await proof.keysAtServer(order)).toEqual([])
  // Control: the same request, untouched, is paid.
  expect(await pay(good)).toMatchObject({
    status: 200,
    result: { payment: { status: 'succeeded', amount: 2400 } },
  })
  await proof.oneCharge(order)
})

test('a key of another order, put into the page, meets what it was made for: nothing is charged under it', async ({
  page,
  newOrder,
  proof,
}) => {
  const paid = await newOrder()
  await openCheckout(page, paid)
  await payButton(page).click()
  await expectReceipt(page)
  const [used] = await proof.keysAtServer(paid)
  const order = await newOrder()
  await openCheckout(page, order)
  await page.route(
    PAY_CALL,
    (route) => route.continue({ postData: { ...route.request().postDataJSON(), key: used } }),
    { times: 1 },
  )
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'This payment could not be taken' })).toBeVisible()
  await expect(page.getByText('Nothing was charged. Press Pay to try again.')).toBeVisible()
  await proof.noCharge(order)
  await page.getByLabel('Security code').fill('123')
  await payButton(page).click()
  await expectReceipt(page)
  expect(await proof.keysAtServer(order)).not.toContain(used)
  await proof.oneCharge(order)
  await proof.oneCharge(paid)
})
