import {
  chooseCard,
  expectReceipt,
  openCheckout,
  payButton,
  pressInOneTask,
  reloadWhilePaying,
} from './checkout-page'
import { expect, test } from './fixtures'

/** Every test runs twice: undisturbed, and with the server killed in the middle. */
for (const restart of [false, true]) {
  const also = restart ? ', with the server killed between' : ''
  const details = restart ? { tag: '@alone' } : {}

  test(
    `F69 Pay is pressed 25 times in one task: one charge, and the dashboard explains all 25${also}`,
    details,
    async ({ page, newOrder, proof, operatorPage, restartWeb }) => {
      const order = await newOrder()
      await openCheckout(page, order)
      await pressInOneTask(page, 25)
      await expectReceipt(page)
      if (restart) await restartWeb()
      const payment = await proof.oneCharge(order)

      await page.goto(order.checkoutUrl)
      await expect(page.getByRole('heading', { name: 'This order is already paid' })).toBeVisible()
      await expect(payButton(page)).toHaveCount(0)

      await operatorPage.goto(`/dashboard/payments/${payment}`)
      await expect(
        operatorPage.getByText(
          'Pay was pressed 25 times: 1 request did the work, 24 presses were held back by the page.',
        ),
      ).toBeVisible()
      // Once the bank's list has been read since: that it charged. Before: what it answered.
      await expect(
        operatorPage.getByText(
          /The bank was asked once and (charged once|answered that it charged the card)\./,
        ),
      ).toBeVisible()
    },
  )

  test(
    `Enter and a click together are one charge${also}`,
    details,
    async ({ page, newOrder, proof, restartWeb }) => {
      const order = await newOrder()
      await openCheckout(page, order)
      // A real Enter, and a click before anything can be rendered.
      await payButton(page).evaluate((button: HTMLButtonElement) =>
        button.form?.addEventListener('submit', () => queueMicrotask(() => button.click()), { once: true }),
      )
      await page.getByLabel('Name on card').press('Enter')
      await expectReceipt(page)
      if (restart) await restartWeb()
      await page.reload()
      await proof.paidOnce(page, order)
    },
  )

  test(
    `C3 F71 a reload while paying goes on with the same key${also}`,
    details,
    async ({ page, newOrder, proof, sql, bankCharges, restartWeb }) => {
      const order = await newOrder()
      await openCheckout(page, order, 'pm_card_slow')
      await payButton(page).click()
      await expect(page.getByRole('status')).toContainText('Sending your payment')
      await reloadWhilePaying(page)
      if (restart) {
        // The bank answers a slow card after 3 s: by then it has charged, and the answer is on its way to a dead server or stored.
        await expect.poll(() => bankCharges(order.id), { timeout: 10_000 }).toHaveLength(1)
        await restartWeb()
        await reloadWhilePaying(page)
      }
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(
        /^Paid €24\.00|This order is already paid$/,
        { timeout: 30_000 },
      )
      await proof.oneCharge(order)
      expect(
        await sql('SELECT DISTINCT record_id FROM payment WHERE order_id = $1', [order.uuid]),
      ).toHaveLength(1)
    },
  )

  test(
    `N2 the answer is lost, and the page finds the result by itself${also}`,
    details,
    async ({ page, newOrder, proof, sql, restartWeb }) => {
      const order = await newOrder()
      await openCheckout(page, order)
      let lost = 0
      await page.route('**/api/trpc/checkout.pay', async (route) => {
        if (lost++ > 0) return route.fallback()
        await route.fetch()
        if (restart) await restartWeb()
        await route.abort('connectionreset')
      })
      await payButton(page).click()
      await expectReceipt(page)
      expect(lost).toBeGreaterThan(1)
      await proof.oneCharge(order)
      await expect
        .poll(() =>
          sql(
            `SELECT outcome FROM attempt WHERE record_id = (SELECT record_id FROM payment WHERE order_id = $1) ORDER BY at`,
            [order.uuid],
          ),
        )
        .toEqual(expect.arrayContaining([{ outcome: 'replayed' }]))
    },
  )

  test(
    `F34 a decline, then another card: a new key, one charge${also}`,
    details,
    async ({ page, newOrder, proof, sql, bankCharges, operatorPage, restartWeb }) => {
      const order = await newOrder()
      await openCheckout(page, order, 'pm_card_insufficient_funds')
      await payButton(page).click()
      const problem = page.getByRole('heading', { name: 'There is not enough money on this card' })
      await expect(problem).toBeVisible()
      await expect(page.getByText('Nothing was charged.').first()).toBeVisible()
      expect(await bankCharges(order.id)).toEqual([])
      if (restart) await restartWeb()
      await chooseCard(page, 'pm_card_visa')
      await payButton(page).click()
      const payment = await proof.paidOnce(page, order)
      expect(
        await sql('SELECT status FROM payment WHERE order_id = $1 ORDER BY created_at', [order.uuid]),
      ).toEqual([{ status: 'declined' }, { status: 'succeeded' }])
      await operatorPage.goto(`/dashboard/payments/${payment}`)
      await expect(operatorPage.getByText('Declined').first()).toBeVisible()
    },
  )
}

test('N9 the server is killed while it asks the bank: the page says that nothing was charged only when it is known, then pays', {
  tag: '@alone',
}, async ({ page, newOrder, proof, sql, restartWeb }) => {
  test.setTimeout(120_000)
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_slow')
  await payButton(page).click()
  await expect
    .poll(() => sql('SELECT status FROM payment WHERE order_id = $1', [order.uuid]))
    .toEqual([{ status: 'sending' }])
  await restartWeb()
  // Both at one instant: on a slow machine the answer may be known a moment after the heading has appeared.
  const checking = page
    .getByRole('main')
    .filter({ has: page.getByRole('heading', { name: /is being processed|We are checking/ }) })
    .filter({ hasNot: payButton(page) })
  const nothing = page.getByText('nothing was charged')
  // The end may be known before the page has asked for the first time.
  await expect(checking.or(nothing)).toBeVisible({ timeout: 45_000 })
  await expect(nothing).toBeVisible({ timeout: 60_000 })
  expect(await sql('SELECT status FROM payment WHERE order_id = $1', [order.uuid])).toEqual([
    { status: 'not_charged' },
  ])
  await chooseCard(page, 'pm_card_visa')
  await payButton(page).click()
  await proof.paidOnce(page, order)
})

test('G2 the bank charges and never answers: checking, no Pay button, then the receipt by itself', async ({
  page,
  newOrder,
  proof,
}) => {
  test.setTimeout(90_000)
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_timeout_after_charge')
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'We are checking your payment' })).toBeVisible({
    timeout: 40_000,
  })
  await expect(payButton(page)).toHaveCount(0)
  await proof.paidOnce(page, order)
})
