import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { type Demo, readDemo } from '@/setup/demo-file'
import { type LaunchedProduct, launch, newHome } from '@/setup/test/product'
import { expectReceipt, keysSent, payButton, pressInOneTask } from './checkout-page'
import { ask, createOrder, type TestOrder } from './orders'
import { cardNumber, NUMBERS, STRIPE_HOST, serveStandIn, tokensMade } from './stripe-stand-in'

/**
 * The checkout on Stripe: the whole product on Stripe's double, and in the browser a stand-in for Stripe's script, served at Stripe's own
 * host. Nothing here says what Stripe itself does.
 */
test.describe.configure({ mode: 'default' })

let home: string
let product: LaunchedProduct
let demo: Demo

test.beforeAll(async () => {
  test.setTimeout(150_000)
  home = newHome()
  product = launch(path.join(home, 'data'), path.join(home, 'log'), 0, {
    flags: ['--stripe-double'],
    // For fields of Stripe's: without it the double's product shows our own form.
    changes: { STRIPE_PUBLISHABLE_KEY: 'pk_test_standin' },
  })
  await product.ready()
  const found = readDemo(path.join(home, 'data', 'stripe-double'))
  if (!found) throw new Error('There is no demo.json.')
  demo = found
})
test.afterAll(async () => {
  await product?.stop()
  fs.rmSync(home, { recursive: true, force: true })
})

const newOrder = () => createOrder(demo, demo.baseUrl)

async function open(page: Page): Promise<TestOrder> {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  return order
}

/** Before that a press is told that the fields are not ready, and one before our script has come is dropped. */
const fieldsReady = (page: Page) =>
  expect(page.getByRole('group', { name: 'Card details' })).toHaveAttribute('aria-busy', 'false')

async function pay(page: Page, number: string): Promise<void> {
  await cardNumber(page).fill(number)
  await payButton(page).click()
}

/** Payments of the order by their state; each that succeeded is a charge at the double, or `verify` would say so. */
const payments = async ({ uuid }: TestOrder) =>
  (
    await ask<{ status: string }>(
      demo,
      'SELECT status FROM payment WHERE order_id = $1 ORDER BY created_at',
      [uuid],
    )
  ).map(({ status }) => status)

test('pays through fields of Stripe’s: two presses are one token and one charge, and no number reaches us', async ({
  page,
}) => {
  const sent: string[] = []
  const broken: string[] = []
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
  page.on(
    'console',
    (message) => /Content.Security.Policy/.test(message.text()) && broken.push(message.text()),
  )
  await serveStandIn(page)
  const order = await open(page)
  await cardNumber(page).fill(NUMBERS.pays)
  await pressInOneTask(page, 2)
  await expect(async () => expect(await payments(order)).toEqual(['succeeded'])).toPass()
  await expectReceipt(page)
  expect(sent.filter((one) => one.includes('checkout.pay'))).toHaveLength(1)
  expect(sent.filter((one) => one.includes(NUMBERS.pays))).toEqual([])
  expect(broken).toEqual([])
})

test('a token of its own for each attempt: refused by Stripe, declined by the bank, then paid', async ({
  page,
}) => {
  await serveStandIn(page)
  const keys = keysSent(page)
  const order = await open(page)
  await fieldsReady(page)
  await payButton(page).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Nothing was charged' })).toContainText(
    'A card field is empty',
  )
  expect(await tokensMade(page)).toBe(0)
  await pay(page, NUMBERS.refused)
  await expect(page.getByText('Stripe did not accept this card.')).toBeVisible()
  expect(keys).toEqual([])
  await pay(page, NUMBERS.declines)
  await expect(page.getByRole('heading', { name: 'There is not enough money on this card' })).toBeVisible()
  expect(await tokensMade(page)).toBe(2)
  await pay(page, NUMBERS.pays)
  await expectReceipt(page)
  expect(new Set(keys).size).toBe(2)
  expect(await payments(order)).toEqual(['declined', 'succeeded'])
})

test('slow: says so and sends nothing; then it pays', async ({ page }) => {
  let arrive = () => {}
  const slow = new Promise<void>((resolve) => {
    arrive = resolve
  })
  await serveStandIn(page, () => slow)
  const order = await open(page)
  await expect(page.getByText('Loading the card fields…')).toBeVisible()
  await payButton(page).click()
  await expect(page.getByText('The card fields are not ready yet.')).toBeVisible()
  expect(await payments(order)).toEqual([])
  arrive()
  await fieldsReady(page)
  await expect(page.getByText('The card fields are not ready yet.')).toHaveCount(0)
  await pay(page, NUMBERS.pays)
  await expectReceipt(page)
})

test('blocked: nothing was charged, and it can be tried again without a reload', async ({ page }) => {
  await page.route(`${STRIPE_HOST}/**`, (route) => route.abort())
  const order = await open(page)
  await expect(
    page.getByRole('alert').filter({ hasText: 'The card fields could not be loaded' }),
  ).toContainText('Nothing was charged, and your order is kept.')
  await page.unroute(`${STRIPE_HOST}/**`)
  await serveStandIn(page)
  await page.getByRole('button', { name: 'Try again' }).click()
  await pay(page, NUMBERS.pays)
  await expectReceipt(page)
  expect(await payments(order)).toEqual(['succeeded'])
})

test('3-D Secure at Stripe’s page: passed, failed, left and taken up again', async ({ page }) => {
  await serveStandIn(page)
  const atBank = async () => {
    const order = await open(page)
    await pay(page, NUMBERS.asks)
    await expect(page.getByRole('heading', { name: 'Test bank' })).toBeVisible()
    return order
  }
  const passed = await atBank()
  await page.getByRole('button', { name: 'Pass' }).click()
  await expectReceipt(page)
  expect(await payments(passed)).toEqual(['succeeded'])

  const failed = await atBank()
  await page.getByRole('button', { name: 'Fail' }).click()
  await expect(page.getByText('Nothing was charged.').first()).toBeVisible()
  await pay(page, NUMBERS.pays)
  await expectReceipt(page)
  expect(await payments(failed)).toEqual(['declined', 'succeeded'])

  const left = await atBank()
  await page.goto(left.checkoutUrl)
  await expect(payButton(page)).toHaveCount(0)
  expect(await payments(left)).toEqual(['requires_action'])
  await page.getByRole('link', { name: 'Confirm with your bank' }).click()
  await page.getByRole('button', { name: 'Pass' }).click()
  await expectReceipt(page)
  expect(await payments(left)).toEqual(['succeeded'])
})

test('only the checkout may load Stripe, and only from Stripe’s hosts', async ({ page, request }) => {
  await serveStandIn(page)
  await page.route('https://js.stripe.com.evil.example/**', (route) => route.fulfill({ body: 'loaded = 1' }))
  await open(page)
  await expect(cardNumber(page)).toBeVisible()
  const refused = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.src = 'https://js.stripe.com.evil.example/x.js'
    document.head.append(script)
    return new Promise((resolve) => {
      script.onerror = () => resolve(true)
      script.onload = () => resolve(false)
    })
  })
  expect(refused).toBe(true)
  for (const place of ['/', '/sign-in', '/docs'])
    expect((await request.get(demo.baseUrl + place)).headers()['content-security-policy']).not.toContain(
      'stripe',
    )
})

test('in Arabic, and perceivable: axe, labels, both themes', async ({ page, context }) => {
  await context.addCookies([{ name: 'locale', value: 'ar', url: demo.baseUrl }])
  await serveStandIn(page)
  await open(page)
  await expect(page.getByRole('group', { name: 'بيانات البطاقة' })).toBeVisible()
  await expect(cardNumber(page)).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).exclude('iframe').analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
  }
  await page.getByRole('button', { name: /ادفع/ }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'أحد حقول البطاقة فارغ' })).toBeVisible()
})

test('without scripts it says that no card can be taken, and keeps the order', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  const order = await open(page)
  // By its element: texts of `noscript` are none to Playwright.
  const says = page.locator('noscript p')
  await expect(says.first()).toBeVisible()
  await expect(says.first()).toHaveText('A card cannot be taken without JavaScript')
  await expect(says.last()).toContainText('your order is kept')
  await expect(payButton(page)).toBeHidden()
  expect(await ask(demo, 'SELECT status FROM orders WHERE id = $1', [order.uuid])).toEqual([
    { status: 'open' },
  ])
  await context.close()
})

test('a live publishable key beside the double: nothing starts', async () => {
  const wrong = launch(path.join(home, 'other'), path.join(home, 'other log'), 0, {
    flags: ['--stripe-double'],
    changes: { STRIPE_PUBLISHABLE_KEY: 'pk_live_canary' },
  })
  if (wrong.process.exitCode === null) await once(wrong.process, 'exit')
  expect(wrong.process.exitCode).toBe(1)
  expect(wrong.output()).toContain('STRIPE_PUBLISHABLE_KEY: is a live key')
  expect(wrong.output()).not.toContain('canary')
})
