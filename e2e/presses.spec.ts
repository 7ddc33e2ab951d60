import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { expectReceipt, keysSent, openCheckout, PAY_CALL, payButton } from './checkout-page'
import { throttle } from './circumstances'
import { expect, test } from './fixtures'

/** Real presses by a pointer, in real time. Presses in one task are in pay-once.spec.ts. */

test('C1 a double click of less than 50 ms on a slow processor is one request', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await throttle(page, 4)
  await openCheckout(page, order)
  const keys = keysSent(page)
  const presses = await pressTimes(page)
  await payButton(page).dblclick({ delay: 0 })
  await expectReceipt(page)
  const [first = 0, second = Number.POSITIVE_INFINITY] = await presses()
  expect(second - first).toBeLessThan(50)
  expect(keys).toHaveLength(1)
  await proof.oneCharge(order)
})

test('C2 impatient clicks while the server takes ten seconds: the page shows progress, and one request is sent', async ({
  page,
  newOrder,
  proof,
  operatorPage,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const keys = keysSent(page)
  await page.route(PAY_CALL, async (route) => {
    const answer = await route.fetch()
    // Well over the 10 s of the last status message, and under the 20 s after which the page sends again.
    await pause(16_000)
    await route.fulfill({ response: answer })
  })
  await payButton(page).click()
  for (const words of [
    'Sending your payment…',
    'This is taking a little longer than usual.',
    'Still working. Please keep this page open',
  ]) {
    await expect(page.getByRole('status')).toContainText(words)
    // Forced: unlike people, Playwright does not click an `aria-disabled` button.
    for (let press = 0; press < 5; press++) await payButton(page).click({ force: true })
    await expect(payButton(page)).toHaveAttribute('aria-disabled', 'true')
  }
  await expectReceipt(page)
  expect(keys).toHaveLength(1)
  const payment = await proof.oneCharge(order)
  await operatorPage.goto(`/dashboard/payments/${payment}`)
  await expect(
    operatorPage.getByText(
      'Pay was pressed 16 times: 1 request did the work, 15 presses were held back by the page.',
    ),
  ).toBeVisible()
})

test('what is typed and pressed before the page’s script is there counts once it is: nothing is lost, one charge', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  let release = () => {}
  const scriptWaits = () => new Promise<void>((resolve) => (release = resolve))
  let waiting = scriptWaits()
  await page.route('**/checkout.js*', async (route) => {
    await waiting
    await route.continue()
  })
  const posts: string[] = []
  page.on('request', (request) => request.method() === 'POST' && posts.push(new URL(request.url()).pathname))
  await page.goto(order.checkoutUrl, { waitUntil: 'commit' })
  await page.getByLabel('Card number').fill('4242424242424242')
  await page.getByLabel('Expiry date').fill('1234')
  await page.getByLabel('Security code').fill('123')
  await payButton(page).click()
  release()
  // Without a name: the error appears once the script has loaded, and the other fields keep their values.
  await expect(page.getByRole('heading', { name: 'There is a problem' })).toBeVisible()
  await expect(page.getByLabel('Card number')).toHaveValue('4242 4242 4242 4242')
  await expect(page.getByText('Visa', { exact: true })).toBeVisible()
  expect(posts).toEqual([])

  waiting = scriptWaits()
  await page.reload({ waitUntil: 'commit' })
  await page.getByLabel('Fill in a test card').selectOption('pm_card_visa')
  for (let press = 0; press < 20; press++)
    await payButton(page).evaluate((button: HTMLButtonElement) => button.click())
  expect(posts).toEqual([])
  release()
  await expectReceipt(page)
  // The page reports its presses beside the way to the receipt; on a busy machine the receipt may be made first.
  await expect(async () => {
    await page.reload()
    await page.getByText(/^Proof of (payment|one charge)$/).click()
    await expect(page.getByText('20 times')).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await proof.oneCharge(order)
})

test('the page’s script is lost on the way: it is asked for again, and the press that waited for it pays', async ({
  page,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  let lost = 0
  await page.route('**/checkout.js*', (route) =>
    lost++ < 2 ? route.abort('connectionreset') : route.continue(),
  )
  await page.goto(order.checkoutUrl)
  await page.getByLabel('Fill in a test card').selectOption('pm_card_visa')
  await payButton(page).click()
  await expectReceipt(page)
  expect(lost).toBe(3)
  await proof.oneCharge(order)
})

/** The times of the presses by the browser's clock, in ms; kept outside the page, which is left. */
async function pressTimes(page: Page): Promise<() => Promise<number[]>> {
  const times: number[] = []
  await page.exposeFunction('pressedAt', (time: number) => times.push(time))
  await payButton(page).evaluate((button) => {
    const { pressedAt } = window as unknown as { pressedAt: (time: number) => void }
    button.addEventListener('click', (event) => pressedAt(event.timeStamp))
  })
  return async () => times
}
