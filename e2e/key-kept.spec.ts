import {
  chooseCard,
  expectPaid,
  expectReceipt,
  hiddenKey,
  keptKey,
  keysSent,
  openCheckout,
  PAY_CALL,
  payButton,
  reloadWhilePaying,
} from './checkout-page'
import { STRICT_MODE } from './circumstances'
import { expect, test } from './fixtures'
import type { Sql, TestOrder } from './orders'

/** One purchase, one key, whatever happens to the page, the window or the connection. */

const expectSending = (sql: Sql, order: TestOrder) =>
  expect
    .poll(() => sql('SELECT status FROM payment WHERE order_id = $1', [order.uuid]))
    .toEqual([{ status: 'sending' }])

test('F70 renders, mistakes and effects that run twice do not change the key', async ({
  page,
  context,
  newOrder,
  proof,
}) => {
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
  expect(await proof.keysAtServer(order)).toEqual([key])
  await proof.oneCharge(order)
})

test('F72 the page is left before the answer: one comes back to the same payment, and no new order', async ({
  page,
  newOrder,
  proof,
  sql,
}) => {
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_slow')
  const key = await hiddenKey(page)
  await payButton(page).click()
  await expectSending(sql, order)
  await page.goto('/docs')
  await page.goto(order.checkoutUrl)
  await expect(payButton(page)).toHaveCount(0)
  await expectPaid(page)
  expect(await proof.keysAtServer(order)).toEqual([key])
  await proof.oneCharge(order)
})

for (const arrives of [true, false])
  test(`C4 the browser dies while paying, and is restored: ${arrives ? 'it asks what became of the payment' : 'what never arrived is sent, under its own key'}`, async ({
    page,
    context,
    browser,
    newOrder,
    proof,
    sql,
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
    if (!arrives) await proof.noCharge(order)

    const restored = await browser.newContext({ storageState: kept })
    const tab = await restored.newPage()
    await tab.goto(order.checkoutUrl)
    await expectPaid(tab)
    expect(await proof.keysAtServer(order)).toEqual([key])
    await proof.oneCharge(order)
    await restored.close()
  })

test('C8 the client goes away right after sending: the server ends the payment, and a repeat gets its result', async ({
  page,
  newOrder,
  proof,
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
        const answer = fetch('/api/trpc/checkout.pay', {
          method: 'POST',
          headers,
          body,
          signal: AbortSignal.timeout(ms),
        })
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
  await expect
    .poll(() => sql('SELECT status FROM payment WHERE order_id = $1', [order.uuid]))
    .toEqual([{ status: 'succeeded' }])
  expect(await pay(30_000)).toMatchObject({
    result: { data: { payment: { status: 'succeeded' }, idempotency: { outcome: 'replayed' } } },
  })
  await reloadWhilePaying(page)
  await expect(page.getByRole('heading', { name: 'This order is already paid' })).toBeVisible()
  await proof.oneCharge(order)
})
