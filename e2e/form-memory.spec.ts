import { openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'

test('typed values return after a payment that was not charged, except for the security code', async ({
  page,
  newOrder,
  proof,
}) => {
  test.setTimeout(90_000)
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_error_before_charge')
  await page.getByLabel('Email').fill('ann@example.com')
  await page.getByLabel('Name on card').fill('Ann Ölander')
  await payButton(page).click()
  await expect(page.getByRole('heading', { name: 'We are checking your payment' })).toBeVisible({
    timeout: 20_000,
  })
  await expect(page.getByRole('heading', { name: 'The payment did not go through' })).toBeVisible({
    timeout: 60_000,
  })
  await expect(page.getByLabel('Card number')).toHaveValue('4000 0000 0002 5009')
  await expect(page.getByLabel('Expiry date')).toHaveValue('12 / 34')
  await expect(page.getByLabel('Security code')).toHaveValue('')
  await expect(page.getByLabel('Name on card')).toHaveValue('Ann Ölander')
  await expect(page.getByLabel('Email')).toHaveValue('ann@example.com')
  await proof.noCharge(order)
})

test('email and name survive a reload; nothing of the card is stored', async ({ page, newOrder }) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await page.getByLabel('Email').fill('ann@example.com')
  await page.getByLabel('Name on card').fill('Ann Ölander')
  await page.reload()
  await expect(page.getByLabel('Email')).toHaveValue('ann@example.com')
  await expect(page.getByLabel('Name on card')).toHaveValue('Ann Ölander')
  for (const field of ['Card number', 'Expiry date', 'Security code'])
    await expect(page.getByLabel(field)).toHaveValue('')
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
  expect(stored).not.toMatch(/4242|12 ?\/ ?34/)
})
