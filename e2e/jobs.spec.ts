import fs from 'node:fs'
import { uuidv7 } from '@/lib/id'
import { openCheckout, payButton } from './checkout-page'
import { countClicks } from './clicks'
import { expect, test } from './fixtures'

/**
 * What operators come to do, with its clicks counted from the overview: a later page that needs more of them fails here. How each is done in
 * every case is tested elsewhere: find.spec, refund.spec, parked.spec, books.spec, webhooks.spec, alerts.spec.
 */

test('jobs a, h, c: was somebody charged twice? found by e-mail; then a part is refunded', async ({
  operatorPage: page,
  request,
  demo,
}) => {
  const customerEmail = `ada-${uuidv7().slice(-12)}@example.com`
  const send = async (path: string, data: object, key = uuidv7()) => {
    const headers = { authorization: `Bearer ${demo.apiKey}`, 'idempotency-key': key }
    return (await request.post(`/api/v1/${path}`, { headers, data })).json()
  }
  const items = [{ name: 'Wool blanket', quantity: 1, unitAmount: 8_900 }]
  const order = await send('orders', { currency: 'EUR', items, customerEmail })
  const key = uuidv7()
  // The same request three times, as a client does that got no answer.
  for (const _ of [1, 2, 3]) await send('payments', { orderId: order.id, paymentMethod: 'pm_card_visa' }, key)

  const clicks = await countClicks(page)
  await page.getByRole('button', { name: /^Find/ }).click()
  await page.getByRole('combobox', { name: 'Find' }).fill(customerEmail)
  await page.keyboard.press('Enter')
  // One payment is opened at once; the find box may list it first.
  const listed = page.getByRole('link', { name: '€89.00' }).first()
  const opened = page.getByRole('heading', { level: 1, name: /€89\.00/ })
  await expect(listed.or(opened)).toBeVisible()
  if (await opened.isHidden()) await listed.click()
  await expect(
    page.getByText(/The bank was asked once and (charged once|answered that it charged the card)\./),
  ).toBeVisible()
  expect(clicks.since(), 'a, h').toBeLessThanOrEqual(2)

  await page.getByRole('button', { name: 'Refund', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Amount').fill('20')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Refund €20.00' }).click()
  await expect(dialog.getByText('Refunded', { exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText(/^Refund ref_/).first()).toBeVisible()
  expect(clicks.since(), 'c').toBe(2)
})

test('job b: a payment in doubt, from the overview to the button that asks the bank again', async ({
  page: shopper,
  operatorPage: page,
  newOrder,
  sql,
  proof,
}) => {
  test.setTimeout(90_000)
  const order = await newOrder({ reference: `doubt-${uuidv7().slice(-8)}` })
  await openCheckout(shopper, order, 'pm_card_timeout_after_charge')
  await payButton(shopper).click()
  const parking = `UPDATE idempotency_record r SET state = 'unknown', fence = fence + 1, token = gen_random_uuid(), parked_at = now(), parked_reason = 'the bank is silent'
    FROM payment p WHERE p.order_id = $1 AND r.merchant_id = p.merchant_id AND r.id = p.record_id AND r.state IN ('sending', 'unknown') RETURNING replace(p.id::text, '-', '') AS id`
  let id = ''
  await expect
    .poll(
      async () => {
        const [row] = await sql<{ id: string }>(parking, [order.uuid])
        id = row?.id ?? id
        return id
      },
      { intervals: [50] },
    )
    .not.toBe('')

  await page.goto('/dashboard')
  const clicks = await countClicks(page)
  await page.getByRole('link', { name: 'Payments', exact: true }).first().click()
  await page.locator(`a[href="/dashboard/payments/pay_${id}"]`).first().click()
  await page.getByRole('button', { name: 'Ask the bank again' }).first().click()
  expect(clicks.since(), 'b').toBe(3)
  await expect(page.getByText('Succeeded').first()).toBeVisible({ timeout: 40_000 })
  await proof.oneCharge(order)
})

test('jobs d, e, i, j: a file for the accountant, the month end, deliveries, people and what they did', async ({
  operatorPage: page,
  request,
  demo,
  sql,
}) => {
  const headers = { authorization: `Bearer ${demo.apiKey}`, 'idempotency-key': uuidv7() }
  const data = { amount: 4_200, currency: 'EUR', paymentMethod: 'pm_card_visa' }
  const { id } = await (await request.post('/api/v1/payments', { headers, data })).json()
  const url = `https://shop.example.org/${uuidv7().slice(-8)}`
  await sql(
    `WITH e AS (INSERT INTO webhook_endpoint (merchant_id, id, url, description, state) VALUES ($1, gen_random_uuid(), $2, 'Shop', 'paused') RETURNING merchant_id, id)
     INSERT INTO webhook_delivery (merchant_id, id, endpoint_id, event_id, event_type, body, state, attempts, tries, ended_at)
     SELECT merchant_id, gen_random_uuid(), id, gen_random_uuid(), 'payment.succeeded', '{"type":"payment.succeeded"}', 'failed', 1, 1, now() FROM e`,
    [demo.merchantId, url],
  )
  const clicks = await countClicks(page)
  const openPage = (name: string) => page.getByRole('link', { name, exact: true }).first().click()

  await openPage('Payments')
  const csv = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export CSV' }).click()
  expect(fs.readFileSync(await (await csv).path(), 'utf8')).toContain(id)
  expect(clicks.since(), 'd').toBe(2)

  await openPage('Ledger')
  await page.getByRole('link', { name: 'Trial balance' }).click()
  const zip = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the books as ZIP' }).click()
  expect((await zip).suggestedFilename()).toMatch(/\.zip$/)
  expect(clicks.since(), 'e').toBe(3)

  await openPage('Webhooks')
  await page.getByRole('link', { name: url }).click()
  await page.getByRole('link', { name: 'payment.succeeded' }).first().click()
  await expect(page).toHaveURL(/\/dashboard\/webhooks\/deliveries\/whd_/)
  expect(clicks.since(), 'i').toBe(3)

  const email = `${uuidv7().slice(-8)}@example.com`
  await openPage('Settings')
  await page.getByRole('link', { name: 'Team', exact: true }).click()
  await page.getByRole('button', { name: /^Invite/ }).click()
  await page.getByLabel('Email').fill(email)
  await page.keyboard.press('Enter')
  await expect(page.getByText(`Send this link to ${email}`)).toBeVisible()
  await openPage('Audit')
  await expect(page.getByText(email).first()).toBeVisible()
  expect(clicks.since(), 'j').toBe(4)
})

test('job f: which client misuses keys? its name, what to change in it, and the request itself', async ({
  operatorPage: page,
  request,
  demo,
  sql,
}) => {
  const name = `Till ${uuidv7().slice(-8)}`
  const scopes = ['payments:write', 'payments:read']
  const made = await page.request.post('/api/trpc/developers.createKey', {
    data: { newId: crypto.randomUUID(), name, scopes, expiresInDays: 1 },
    headers: { origin: demo.baseUrl },
  })
  const apiKey = (await made.json()).result.data.token
  const pay = async (amount: number, key: string) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': key }
    const data = { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' }
    return (await request.post('/api/v1/payments', { headers, data })).status()
  }
  const key = uuidv7()
  expect([await pay(2_400, key), await pay(9_900, key)]).toEqual([201, 422])
  // Requests are logged behind their answers.
  await expect
    .poll(() =>
      sql(
        'SELECT u.mismatches FROM api_key_hour u JOIN api_key k ON k.id = u.api_key_id WHERE k.name = $1 AND u.mismatches > 0',
        [name],
      ),
    )
    .toEqual([{ mismatches: 1 }])

  await page.goto('/dashboard')
  const clicks = await countClicks(page)
  await page.getByRole('link', { name: 'Developers', exact: true }).first().click()
  const advice = page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })
  await expect(advice).toContainText('A key was sent again with another payload.')
  expect(clicks.since(), 'f, which client').toBe(1)
  await page
    .getByRole('row', { name })
    .getByRole('cell', { name: '1', exact: true })
    .getByRole('link')
    .click()
  await page.getByRole('link', { name: '/api/v1/payments' }).first().click()
  await expect(page.getByText('9900').first()).toBeVisible()
  expect(clicks.since(), 'f, the request').toBe(2)
})

test('shortcuts: ? lists them, g and a letter lead to a page, / finds; never while typing, and not where they are switched off', async ({
  operatorPage: page,
}) => {
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(async () => {
    await page.keyboard.press('?')
    await expect(dialog).toBeVisible({ timeout: 1_000 })
  }).toPass()
  // Behind a dialog no key leads away.
  await page.keyboard.press('g')
  await page.keyboard.press('l')
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/\/dashboard$/)
  await page.keyboard.press('g')
  await page.keyboard.press('l')
  await expect(page.getByRole('heading', { level: 1, name: 'Ledger' })).toBeFocused()
  await page.keyboard.press('/')
  const find = page.getByRole('combobox', { name: 'Find' })
  await expect(find).toBeFocused()
  await page.keyboard.type('?gp')
  await expect(find).toHaveValue('?gp')
  await page.keyboard.press('Escape')

  await page.keyboard.press('?')
  await dialog.getByRole('checkbox', { name: /^Shortcuts of a single key/ }).uncheck()
  await page.keyboard.press('Escape')
  await page.reload()
  for (const key of ['?', 'g', 'p', '/']) await page.keyboard.press(key)
  await page.keyboard.press('Control+k')
  await expect(find).toBeFocused()
  await expect(dialog).toHaveCount(0)
  await expect(page).toHaveURL(/\/dashboard\/ledger$/)
})
