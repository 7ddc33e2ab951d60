import fs from 'node:fs'
import path from 'node:path'
import { uuidv7 } from '@/lib/id'
import { readSetupEnv } from '@/platform/env'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'

test('the dashboard is behind a sign-in', async ({ page }) => {
  await page.goto('/dashboard/payments')
  await expect(page).toHaveURL(/\/sign-in/)
})

test('visits without a sign-in are led there, and are no errors in the log', async ({ request }) => {
  const pages = [
    '',
    '/payments',
    '/audit',
    '/account',
    '/ledger',
    '/payments/pay_00000000000070008000000000000000',
  ]
  // At once, as a page and its layout race: one visit alone may be lucky.
  const visits = [...pages, ...pages, ...pages, ...pages].map((page) =>
    request.get(`/dashboard${page}`, { headers: { cookie: '' }, maxRedirects: 0 }),
  )
  for (const answer of await Promise.all(visits))
    expect([answer.status(), answer.headers().location]).toEqual([307, '/sign-in'])
  const log = fs.readFileSync(path.join(readSetupEnv().dataDir, '..', 'log'), 'utf8')
  expect(log.split('\n').filter((line) => line.includes('Sign in first'))).toEqual([])
})

test('a wrong password is refused in words, the right one opens the dashboard', async ({ page, demo }) => {
  await page.goto('/sign-in')
  await page.getByLabel(/e-?mail/i).fill(demo.operator?.email ?? '')
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByLabel('Password').fill(demo.operator?.password ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/dashboard/)
})

test('a new payment appears without a reload, and its books are balanced', async ({
  page,
  operatorPage,
  newOrder,
  proof,
}, { retry }) => {
  await operatorPage.goto('/dashboard/payments')
  // An amount that nothing else has, a first try of this test included.
  const amount = `€43.2${retry}`
  const order = await newOrder({ name: 'Sea glass', unitAmount: 4_320n + BigInt(retry), quantity: 1 })
  await openCheckout(page, order)
  await expect(operatorPage.getByText(amount)).toHaveCount(0)
  await payButton(page).click()
  await expectReceipt(page, amount)
  const payment = await proof.oneCharge(order)
  // New rows wait until they are asked for, unless the list was empty; tests beside this one pay too, so that the first to wait may be theirs.
  const row = operatorPage.getByRole('row').filter({ hasText: amount })
  const pill = operatorPage.getByRole('button', { name: /new payments?$/ })
  await expect(async () => {
    if (await pill.isVisible()) await pill.click({ timeout: 1_000 })
    await expect(row.first()).toBeVisible({ timeout: 1_000 })
  }).toPass({ timeout: 15_000 })

  await operatorPage.locator(`a[href="/dashboard/payments/${payment}"]`).first().click()
  await expect(operatorPage.getByText('Balanced').first()).toBeVisible()
  await expect(operatorPage.getByText('Receivable from the bank').first()).toBeVisible()
  // The same steps as sentences, as a drawing and as a file, and what was bought.
  const story = operatorPage.getByRole('list', { name: 'What happened, step by step' })
  await expect(story).toContainText('The bank answered that it charged the card.')
  await expect(
    operatorPage.getByRole('img', { name: new RegExp(`^Payment of ${amount.replace('.', String.raw`\.`)}`) }),
  ).toBeVisible()
  await expect(operatorPage.getByText('Sea glass')).toBeVisible()
  const [file] = await Promise.all([
    operatorPage.waitForEvent('download'),
    operatorPage.getByRole('link', { name: 'Save SVG' }).click(),
  ])
  expect(file.suggestedFilename()).toBe(`sequence-${payment}.svg`)
  const svg = await file.path().then((saved) => fs.promises.readFile(saved, 'utf8'))
  const problems = await operatorPage.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
    return [...parsed.querySelectorAll('parsererror')].map(({ textContent }) => textContent)
  }, svg)
  expect([problems, svg]).toEqual([[], expect.stringContaining(`Asks for ${amount}`)])

  await operatorPage.goto('/dashboard')
  await expect(operatorPage.getByText(/requests vs\. charges/i).first()).toBeVisible()
  await expect(operatorPage.getByText(/balanced/i).first()).toBeVisible()
})

test('filters live in the URL and survive a reload', async ({ page, operatorPage, newOrder }) => {
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_insufficient_funds')
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'There is not enough money on this card' })).toBeVisible()
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  const rowsOf = (word: string) => operatorPage.getByRole('row').filter({ hasText: word })
  await operatorPage.goto('/dashboard/payments')
  await expect(rowsOf('Paid').first()).toBeVisible()
  await operatorPage.goto('/dashboard/payments?status=declined')
  await operatorPage.reload()
  await expect(operatorPage).toHaveURL(/status=declined/)
  await expect(rowsOf('Declined').first()).toBeVisible()
  await expect(rowsOf('Paid')).toHaveCount(0)
})

test('what belongs to another merchant is a 404', async ({ operatorPage, sql }) => {
  const [merchant, order, payment] = [uuidv7(), uuidv7(), uuidv7()]
  await sql(`INSERT INTO merchant (id, name) VALUES ($1, 'Somebody else')`, [merchant])
  await sql(`INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, 'EUR', 500)`, [
    merchant,
    order,
  ])
  await sql(`INSERT INTO order_item VALUES ($1, $2, 1, 'Theirs', 1, 500)`, [merchant, order])
  await sql(
    `WITH record AS (INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id, status, problem, answer, completed_at)
       VALUES ($1, $3::text, 's', 'checkout.pay', 'k', 'f', 1, 'completed', $3::uuid, 'test', $3::uuid, 402, 'payment-declined', '{"detail":"no","facts":{}}', now())),
     event AS (INSERT INTO outbox_event VALUES ($1, $3::uuid, 'payment.declined', $3::uuid, '{}'))
     INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, receipt_token) VALUES ($1, $3::uuid, $2, $3::text, 'declined', 500, 'EUR', 'pm_card_declined', $3::text, $3::text)`,
    [merchant, order, payment],
  )
  const answer = await operatorPage.goto(`/dashboard/payments/pay_${payment.replaceAll('-', '')}`)
  expect(answer?.status()).toBe(404)
  await expect(operatorPage.getByText('€5.00')).toHaveCount(0)
  const file = await operatorPage.request.get(
    `/dashboard/payments/pay_${payment.replaceAll('-', '')}/sequence.svg`,
  )
  expect([file.status(), await file.text()]).toEqual([404, expect.not.stringContaining('<svg')])
})
