import type { Page } from '@playwright/test'
import { makeItThree } from './change-order'
import { expect, test } from './fixtures'
import type { TestOrder } from './orders'

/** The checkout without JavaScript: the form posts, the answer is a page, and a running payment refreshes itself. */
test.use({ javaScriptEnabled: false })

async function pay(page: Page, order: TestOrder, token = 'pm_card_visa', email = ''): Promise<void> {
  await page.goto(order.checkoutUrl)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Test card', { exact: true }).selectOption(token)
  await page.getByRole('button', { name: /^Pay / }).click()
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 })

test('B5 pays: post, see other, the receipt', async ({ page, newOrder, proof, sql }) => {
  const order = await newOrder()
  const answers: number[] = []
  page.on(
    'response',
    (answer) => new URL(answer.url()).pathname.endsWith('/pay') && answers.push(answer.status()),
  )
  await pay(page, order, 'pm_card_visa', 'zoe@example.com')
  await expect(heading(page)).toHaveText('Paid €24.00')
  expect(answers).toEqual([303])
  expect(await sql('SELECT customer_email AS email FROM orders WHERE id = $1', [order.uuid])).toEqual([
    { email: 'zoe@example.com' },
  ])
  await page.reload()
  await expect(heading(page)).toHaveText('Paid €24.00')
  await page.goto(order.checkoutUrl)
  await expect(heading(page)).toHaveText('This order is already paid')
  await proof.oneCharge(order)
})

test('B5 a double submit is one charge: the very form, posted five times at once', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  const value = (name: string) => page.locator(`input[name=${name}]`).inputValue()
  const form = { key: await value('key'), version: await value('version'), paymentMethod: 'pm_card_slow' }
  const post = () =>
    page.request.post(`/api/shop/orders/${order.id}/pay`, {
      form,
      maxRedirects: 0,
      headers: { origin: new URL(order.checkoutUrl).origin },
    })
  const answers = await Promise.all(Array.from({ length: 5 }, post))
  expect(answers.map((answer) => answer.status())).toEqual(Array(5).fill(303))
  const [first] = answers.map((answer) => answer.headers().location)
  expect(first).toMatch(/^\/receipt\//)
  expect(answers.map((answer) => answer.headers().location)).toEqual(Array(5).fill(first))
  await proof.oneCharge(order)
})

test('a page that was open before a release posts to the address of then: the same form goes on to the present one', async ({
  page,
  newOrder,
}) => {
  const order = await newOrder()
  const answer = await page.request.post(`${order.checkoutUrl}/pay`, {
    form: { key: 'before-a-release' },
    maxRedirects: 0,
    headers: { origin: new URL(order.checkoutUrl).origin },
  })
  expect([answer.status(), answer.headers().location]).toEqual([307, `/api/shop/orders/${order.id}/pay`])
})

test('F72 the post is broken off before its answer: the same order shows the same payment, and no form', async ({
  page,
  newOrder,
  proof,
  sql,
}) => {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  const key = await page.locator('input[name=key]').inputValue()
  await page.getByLabel('Test card', { exact: true }).selectOption('pm_card_slow')
  await page.getByRole('button', { name: /^Pay / }).click({ noWaitAfter: true })
  await expect
    .poll(() => sql('SELECT status FROM payment WHERE order_id = $1', [order.uuid]))
    .toEqual([{ status: 'sending' }])
  await page.goto(order.checkoutUrl)
  await expect(heading(page)).toHaveText('Your payment is being processed')
  await expect(page.getByRole('button', { name: /^Pay / })).toHaveCount(0)
  await expect(heading(page)).toHaveText(/^Paid €24\.00|This order is already paid$/, { timeout: 30_000 })
  expect(await proof.keysAtServer(order)).toEqual([key])
  await proof.oneCharge(order)
})

test('a decline is explained, nothing is charged, and another card pays', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await pay(page, order, 'pm_card_insufficient_funds')
  await expect(page.getByRole('heading', { name: 'There is not enough money on this card' })).toBeVisible()
  await expect(page.getByText('Nothing was charged.')).toBeVisible()
  await proof.noCharge(order)
  await page.getByLabel('Test card', { exact: true }).selectOption('pm_card_visa')
  await page.getByRole('button', { name: /^Pay / }).click()
  await expect(heading(page)).toHaveText('Paid €24.00')
  await proof.oneCharge(order)
})

test('the bank does not answer: a page without a Pay button that refreshes itself until it is known', async ({
  page,
  newOrder,
  proof,
}) => {
  test.setTimeout(90_000)
  const order = await newOrder()
  await pay(page, order, 'pm_card_timeout_after_charge')
  await expect(heading(page)).toHaveText('We are checking your payment', { timeout: 30_000 })
  await expect(page.getByRole('button', { name: /^Pay / })).toHaveCount(0)
  await expect(heading(page)).toHaveText(/^Paid €24\.00|This order is already paid$/, { timeout: 45_000 })
  await proof.oneCharge(order)
})

test('the bank asks first: confirmed is paid; refused is explained and pays with another card', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await pay(page, order, 'pm_card_challenge')
  await expect(heading(page)).toHaveText('Is this you?')
  // Back without an answer: the link to the bank is still there, and no form.
  await page.goto(order.checkoutUrl)
  await expect(heading(page)).toHaveText('Your bank wants to confirm that it is you')
  await page.getByRole('link', { name: 'Confirm with your bank' }).click()
  await page.getByRole('button', { name: 'Confirm the payment' }).click()
  await expect(heading(page)).toHaveText('Paid €24.00')
  await proof.oneCharge(order)

  const refused = await newOrder()
  await pay(page, refused, 'pm_card_challenge')
  await page.getByRole('button', { name: 'Refuse' }).click()
  await expect(page.getByRole('heading', { name: 'The payment was not confirmed' })).toBeVisible()
  await proof.noCharge(refused)
})

test('the order changed meanwhile: explained, not charged, and the new total can be paid', async ({
  page,
  newOrder,
  proof,
  demo,
}) => {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  await makeItThree(demo, order)
  await page.getByRole('button', { name: /^Pay / }).click()
  await expect(page.getByRole('heading', { name: 'Your basket changed' })).toBeVisible()
  await proof.noCharge(order)
  await page.getByRole('button', { name: 'Pay €36.00' }).click()
  await expect(heading(page)).toHaveText('Paid €36.00')
  await proof.oneCharge(order, 3_600n)
})

test('a tampered form is refused in words and charges nothing', async ({ page, newOrder, proof }) => {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  const good = {
    key: await page.locator('input[name=key]').inputValue(),
    version: '1',
    paymentMethod: 'pm_card_visa',
  }
  const origin = new URL(order.checkoutUrl).origin
  const post = (form: Record<string, string>, headers: Record<string, string> = { origin }) =>
    page.request.post(`/api/shop/orders/${order.id}/pay`, { form, headers })
  for (const wrong of [
    { key: '' },
    { key: 'x'.repeat(300) },
    { version: '0' },
    { version: '1.5' },
    { version: 'one' },
    { paymentMethod: '' },
    { paymentMethod: 'pm_card_nobody' },
    { amount: '1', paymentMethod: 'pm_card_nobody' },
  ]) {
    const answer = await post({ ...good, ...wrong })
    expect([wrong, answer.status()]).toEqual([wrong, 200])
    expect(await answer.text()).toContain('Nothing was charged')
  }
  // What no form of ours can send is refused before the page is thought of.
  for (const wrong of [{ key: 'k\u0000' }, { paymentMethod: '4242424242424242' }])
    expect((await post({ ...good, ...wrong })).status()).toBe(400)
  expect((await post(good, { origin: 'https://elsewhere.example' })).status()).toBe(403)
  expect((await post(good, { origin, 'sec-fetch-site': 'cross-site' })).status()).toBe(403)
  expect((await post({ ...good, note: 'x'.repeat(9_000) })).status()).toBe(413)
  const multipart = await page.request.post(`/api/shop/orders/${order.id}/pay`, {
    multipart: good,
    headers: { origin },
  })
  expect(multipart.status()).toBe(415)
  await proof.noCharge(order)
})
