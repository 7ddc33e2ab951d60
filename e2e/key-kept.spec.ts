import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { STRICT_MODE, throttle } from './circumstances'
import { expect, type Order, test } from './fixtures'
import {
  chooseCard,
  expectNoCharge,
  expectOneCharge,
  expectPaid,
  expectReceipt,
  keptKey,
  keysAtServer,
  keysSent,
  openCheckout,
  PAY_CALL,
  payButton,
} from './proof'

/** One purchase, one key: whatever becomes of the page, the window or the connection. */

const hiddenKey = (page: Page) => page.locator('input[name=key]').inputValue()

const expectSending = (sql: Parameters<typeof keysAtServer>[0]['sql'], order: Order) =>
  expect.poll(() => sql('SELECT status FROM payment WHERE order_id = $1', [order.uuid])).toEqual([{ status: 'sending' }])

test('F70 renders, mistakes and effects that run twice do not change the key', async ({ page, context, newOrder, sql, bankCharges }) => {
  const order = await newOrder()
  await STRICT_MODE.prepare?.(page)
  await openCheckout(page, order)
  await STRICT_MODE.prove?.(page)
  const keys = keysSent(page)
  const key = await hiddenKey(page)
  await page.getByLabel('Card number').fill('4242')
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'There is a problem' })).toBeVisible()
  expect(await hiddenKey(page)).toBe(key)
  await chooseCard(page)
  await context.setOffline(true)
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'You are offline. Nothing has been sent.' })).toBeVisible()
  expect(await hiddenKey(page)).toBe(key)
  await context.setOffline(false)
  expect(await keptKey(page, order)).toBe(key)
  await page.getByLabel('Security code').fill('123')
  await payButton(page).click()
  await expectReceipt(page)
  expect(keys).toEqual([key])
  expect(await keysAtServer({ sql, order })).toEqual([key])
  await expectOneCharge({ sql, bankCharges, order })
})

test('F72 the page is left before the answer: one comes back to the same payment, and no new order', async ({ page, newOrder, sql, bankCharges }) => {
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_slow')
  const key = await hiddenKey(page)
  await payButton(page).click()
  await expectSending(sql, order)
  await page.goto('/docs')
  await page.goto(order.checkoutUrl)
  await expect(payButton(page)).toHaveCount(0)
  await expectPaid(page)
  expect(await keysAtServer({ sql, order })).toEqual([key])
  await expectOneCharge({ sql, bankCharges, order })
})

test('C1 a double click of less than 50 ms on a slow processor is one request', async ({ page, newOrder, sql, bankCharges }) => {
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
  await expectOneCharge({ sql, bankCharges, order })
})

test('C2 impatient clicks while the server takes ten seconds: what goes on is said, and one request is sent', async ({
  page,
  newOrder,
  sql,
  bankCharges,
  operatorPage,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const keys = keysSent(page)
  await page.route(PAY_CALL, async (route) => {
    const answer = await route.fetch()
    // A little over the 10 s after which the page says its last word.
    await pause(11_000)
    await route.fulfill({ response: answer })
  })
  await payButton(page).click()
  for (const words of ['Sending your payment…', 'Your bank is taking a little longer.', 'Still working. Please keep this page open']) {
    await expect(page.getByRole('status')).toContainText(words)
    // By force, since Playwright, unlike people, does not click what looks disabled.
    for (let press = 0; press < 5; press++) await payButton(page).click({ force: true })
    await expect(payButton(page)).toHaveAttribute('aria-disabled', 'true')
  }
  await expectReceipt(page)
  expect(keys).toHaveLength(1)
  const payment = await expectOneCharge({ sql, bankCharges, order })
  await operatorPage.goto(`/dashboard/payments/${payment}`)
  await expect(operatorPage.getByText('Pay was pressed 16 times: 1 request was executed, 15 presses were held back by the page.')).toBeVisible()
})

for (const arrives of [true, false])
  test(`C4 the browser dies while paying, and is restored: ${arrives ? 'it asks what became of the payment' : 'what never arrived is sent, under its own key'}`, async ({
    page,
    context,
    browser,
    newOrder,
    sql,
    bankCharges,
  }) => {
    const order = await newOrder()
    await openCheckout(page, order, 'pm_card_slow')
    const key = await hiddenKey(page)
    if (!arrives) await page.route(PAY_CALL, (route) => route.abort('connectionreset'))
    const sent = page.waitForRequest(PAY_CALL)
    await payButton(page).click()
    await sent
    if (arrives) await expectSending(sql, order)
    const kept = await context.storageState()
    expect(JSON.stringify(kept.origins)).toContain(key)
    await context.close()
    if (!arrives) await expectNoCharge({ sql, bankCharges, order })

    const restored = await browser.newContext({ storageState: kept })
    const tab = await restored.newPage()
    await tab.goto(order.checkoutUrl)
    await expectPaid(tab)
    expect(await keysAtServer({ sql, order })).toEqual([key])
    await expectOneCharge({ sql, bankCharges, order })
    await restored.close()
  })

test('F80 C7 the connection is lost while paying, and the page is loaded anew without it: the same key goes on', async ({
  page,
  context,
  newOrder,
  sql,
  bankCharges,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const keys = keysSent(page)
  await page.route(PAY_CALL, async (route) => {
    if (keys.length === 1) await route.fetch()
    await route.abort('internetdisconnected')
  })
  const failed = page.waitForEvent('requestfailed')
  await payButton(page).click()
  await failed
  expect(await keptKey(page, order)).toBe(keys[0])
  await context.setOffline(true)
  await expect(page.reload()).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/)
  await context.setOffline(false)
  await page.unroute(PAY_CALL)
  await page.goto(order.checkoutUrl)
  await expectPaid(page)
  expect([...new Set(keys)]).toEqual(await keysAtServer({ sql, order }))
  await expectOneCharge({ sql, bankCharges, order })
})

test('C7 the connection is lost before the request arrived: it is sent by itself once there is one, under the same key', async ({
  page,
  context,
  newOrder,
  sql,
  bankCharges,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const keys = keysSent(page)
  let connected = false
  await page.route(PAY_CALL, (route) => (connected ? route.fallback() : route.abort('internetdisconnected')))
  await payButton(page).click()
  await expect.poll(() => keys.length).toBeGreaterThan(0)
  await context.setOffline(true)
  await expectNoCharge({ sql, bankCharges, order })
  connected = true
  await context.setOffline(false)
  await expectReceipt(page)
  expect([...new Set(keys)]).toEqual(await keysAtServer({ sql, order }))
  await expectOneCharge({ sql, bankCharges, order })
})

test('F80 what was never sent does not go out by itself: not when the connection is back, and not after a reload', async ({
  page,
  context,
  newOrder,
  sql,
  bankCharges,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const keys = keysSent(page)
  const key = await hiddenKey(page)
  await context.setOffline(true)
  await payButton(page).click()
  await expect(page.getByText('You are offline. Nothing has been sent.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Waiting for connection' })).toBeVisible()
  await context.setOffline(false)
  await expect(payButton(page)).toBeVisible()
  // Longer than any pause between two tries.
  await pause(6_000)
  await page.reload()
  await expect(payButton(page)).toBeVisible()
  await pause(2_000)
  expect(keys).toEqual([])
  await expectNoCharge({ sql, bankCharges, order })
  await chooseCard(page)
  await payButton(page).click()
  await expectReceipt(page)
  expect(keys).toEqual([key])
  await expectOneCharge({ sql, bankCharges, order })
})

test('C8 the client goes away right after sending: the server ends the payment, and a repeat gets its result', async ({
  page,
  newOrder,
  sql,
  bankCharges,
}) => {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  const input = { key: await hiddenKey(page), orderId: order.id, version: 1, paymentMethod: 'pm_card_slow' }
  const pay = (leaveAfterMs: number) =>
    page.evaluate(
      async ([body, ms]) => {
        const headers = { 'content-type': 'application/json' }
        const answer = fetch('/api/trpc/checkout.pay', { method: 'POST', headers, body, signal: AbortSignal.timeout(ms) })
        return answer.then(
          (response) => response.json(),
          (error: DOMException) => error.name,
        )
      },
      [JSON.stringify(input), leaveAfterMs] as const,
    )
  expect(await pay(500)).toBe('TimeoutError')
  await expectSending(sql, order)
  await expect.poll(() => bankCharges(order.id)).toHaveLength(1)
  await expect.poll(() => sql('SELECT status FROM payment WHERE order_id = $1', [order.uuid])).toEqual([{ status: 'succeeded' }])
  expect(await pay(30_000)).toMatchObject({ result: { data: { payment: { status: 'succeeded' }, idempotency: { outcome: 'replayed' } } } })
  await page.reload()
  await expect(page.getByRole('heading', { name: 'This order is already paid' })).toBeVisible()
  await expectOneCharge({ sql, bankCharges, order })
})

/** When the button was pressed, by the browser's own clock, in milliseconds; kept outside the page, which goes away. */
async function pressTimes(page: Page): Promise<() => Promise<number[]>> {
  const times: number[] = []
  await page.exposeFunction('pressedAt', (time: number) => times.push(time))
  await payButton(page).evaluate((button) => {
    const { pressedAt } = window as unknown as { pressedAt: (time: number) => void }
    button.addEventListener('click', (event) => pressedAt(event.timeStamp))
  })
  return async () => times
}
