import { gzipSync } from 'node:zlib'
import { payButton } from './checkout-page'
import { expect, test } from './fixtures'

/** 110 kB gzipped: the JavaScript budget of the checkout, for a phone on a slow line. */
const BUDGET_BYTES = 110_000

test('the checkout stays light: all JavaScript of the page, gzipped', async ({ page, newOrder }) => {
  const order = await newOrder()
  const scripts: Promise<[string, number]>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return
    scripts.push(
      response
        .body()
        .then((body) => [new URL(response.url()).pathname, gzipSync(body, { level: 9 }).byteLength]),
    )
  })
  await page.goto(order.checkoutUrl, { waitUntil: 'networkidle' })
  await expect(payButton(page)).toBeVisible()
  const sizes = await Promise.all(scripts)
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
  console.log(
    `checkout JavaScript: ${total} bytes gzipped of ${BUDGET_BYTES} (${sizes.map(([name, bytes]) => `${name} ${bytes}`).join(', ')})`,
  )
  expect(total).toBeGreaterThan(10_000)
  expect(total).toBeLessThanOrEqual(BUDGET_BYTES)
})
