import { setTimeout as pause } from 'node:timers/promises'
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
} from './checkout-page'
import { expect, test } from './fixtures'

/** The connection comes and goes: a sent payment continues under its key, an unsent one is never sent on its own. */

test('F80 C7 the connection is lost while paying, and the page is loaded anew without it: the same key goes on', async ({
  page,
  context,
  newOrder,
  proof,
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
  expect([...new Set(keys)]).toEqual(await proof.keysAtServer(order))
  await proof.oneCharge(order)
})

test('C7 the connection is lost before the request arrived: it is sent by itself once there is one, under the same key', async ({
  page,
  context,
  newOrder,
  proof,
}) => {
  const order = await newOrder()
  await openCheckout(page, order)
  const keys = keysSent(page)
  let connected = false
  await page.route(PAY_CALL, (route) => (connected ? route.fallback() : route.abort('internetdisconnected')))
  await payButton(page).click()
  await expect.poll(() => keys.length).toBeGreaterThan(0)
  await context.setOffline(true)
  await proof.noCharge(order)
  connected = true
  await context.setOffline(false)
  await expectReceipt(page)
  expect([...new Set(keys)]).toEqual(await proof.keysAtServer(order))
  await proof.oneCharge(order)
})

test('F80 what was never sent does not go out by itself: not when the connection is back, and not after a reload', async ({
  page,
  context,
  newOrder,
  proof,
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
  // Longer than any pause between two attempts.
  await pause(6_000)
  await page.reload()
  await expect(payButton(page)).toBeVisible()
  await pause(2_000)
  expect(keys).toEqual([])
  await proof.noCharge(order)
  await chooseCard(page)
  await payButton(page).click()
  await expectReceipt(page)
  expect(keys).toEqual([key])
  await proof.oneCharge(order)
})
