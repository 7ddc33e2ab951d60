import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'

/** The checkout in a reader's language, hydrated without errors or warnings. */

const LANGUAGES = [
  {
    locale: 'en',
    dir: 'ltr',
    pay: /^Pay /,
    fill: 'Fill in a test card',
    declined: 'There is not enough money on this card',
    empty: 'Enter the card number.',
    paid: /^Paid /,
  },
  {
    locale: 'ar',
    dir: 'rtl',
    pay: /^ادفع /,
    fill: 'املأ ببطاقة اختبار',
    declined: 'الرصيد في هذه البطاقة غير كافٍ',
    empty: 'أدخل رقم البطاقة.',
    paid: /^تم دفع /,
  },
] as const

/** Errors and warnings of React or the browser, hydration mismatches among them. */
function complaints(page: Page): string[] {
  const all: string[] = []
  page.on('pageerror', (error) => all.push(String(error)))
  page.on('console', (message) => {
    // A declined card is answered with an error status, which the browser logs.
    if (message.type() === 'error' && !message.text().includes('402')) all.push(message.text())
  })
  return all
}

for (const { locale, dir, pay, fill, declined, empty, paid } of LANGUAGES)
  for (const [currency, minor, shown] of [
    ['EUR', 1_200n, '24.00'],
    ['JPY', 1_200n, '2,400'],
    ['KWD', 12_500n, '25.000'],
  ] as const)
    test(`${locale}, ${currency}: what is wrong, a decline, and a payment`, async ({
      page,
      context,
      demo,
      newOrder,
      proof,
    }) => {
      await context.addCookies([{ name: 'locale', value: locale, url: demo.baseUrl }])
      const errors = complaints(page)
      const order = await newOrder({ currency, unitAmount: minor })
      await page.goto(order.checkoutUrl)
      await expect(page.locator('html')).toHaveAttribute('dir', dir)
      const button = page.getByRole('button', { name: pay })
      await expect(button).toContainText(shown)
      await button.click()
      await expect(page.getByText(empty).first()).toBeVisible()
      await page.getByLabel(fill).selectOption('pm_card_insufficient_funds')
      await button.click()
      await expect(page.getByRole('heading', { name: declined })).toBeVisible()
      await proof.noCharge(order)
      await page.getByLabel(fill).selectOption('pm_card_visa')
      await button.click()
      await page.waitForURL(/\/receipt\//)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(paid)
      await expect(page.getByRole('heading', { level: 1 })).toContainText(shown)
      await proof.oneCharge(order)
      expect(errors).toEqual([])
    })

test('in Arabic the summary stands on the left, digits are read from the left, and nothing overflows', async ({
  page,
  context,
  demo,
  newOrder,
}) => {
  await context.addCookies([{ name: 'locale', value: 'ar', url: demo.baseUrl }])
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  const left = async (locator: ReturnType<Page['locator']>) => (await locator.boundingBox())?.x ?? Number.NaN
  expect(await left(page.getByRole('heading', { name: 'ملخص الطلب' }))).toBeLessThan(
    await left(page.locator('form[method=post] >> nth=0')),
  )
  for (const label of ['رقم البطاقة', 'تاريخ الانتهاء', 'رمز الأمان'])
    await expect(page.getByLabel(label)).toHaveAttribute('dir', 'ltr')
  for (const width of [320, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBe(0)
  }
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page).toHaveURL(order.checkoutUrl)
  await expect(page.locator('html')).toHaveAttribute('dir', 'ltr')
})

test('a receipt shows partial and full refunds', async ({ page, demo, newOrder, proof }) => {
  const order = await newOrder()
  await page.goto(order.checkoutUrl)
  await page.getByLabel('Fill in a test card').selectOption('pm_card_visa')
  await page.getByRole('button', { name: /^Pay / }).click()
  await page.waitForURL(/\/receipt\//)
  const payment = await proof.oneCharge(order)
  const headers = { authorization: `Bearer ${demo.apiKey}` }
  const refund = (body: object, key: string) =>
    page.request.post(`/api/v1/payments/${payment}/refunds`, {
      headers: { ...headers, 'idempotency-key': `${key}-${order.id}` },
      data: body,
    })
  expect((await refund({ amount: 1_000 }, 'part')).status()).toBe(201)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Paid €24.00')
  await expect(page.getByText('€10.00 of it was refunded.')).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: 'You paid in total' })).toContainText('€14.00')
  expect((await refund({}, 'rest')).status()).toBe(201)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('€24.00 was refunded')
})
