import type { Page } from '@playwright/test'
import fc from 'fast-check'
import { TEST_CARDS } from '@/shop/checkout/form/test-cards'
import { chooseCard, expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'

/** Hostile input from a merchant, a program or a shopper, and input that only resembles it. */

/** Names that would do harm if they were treated as anything but text. */
const HOSTILE_NAMES = [
  '</script><script>window.hit = 1</script>',
  '"><img src=x onerror="window.hit = 1">',
  '<svg/onload=window.hit=1>',
  "';window.hit=1;//",
  '{{constructor.constructor("window.hit=1")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template injection, as text
  '${window.hit=1}',
  '<!--<script>',
  'javascript:window.hit=1',
  // The right-to-left override reverses everything after it, quantity and price too, unless they are isolated.
  'gnp.\u202Etnemucod',
  'line\u2028separator \u{1F480} e\u0301',
  'W'.repeat(200),
]

test('hostile names of merchant and items are text, on checkout and receipt, at 320 px', async ({
  page,
  newOrder,
  newMerchant,
  proof,
}) => {
  test.setTimeout(180_000)
  const harm = harmDoneTo(page)
  await page.setViewportSize({ width: 320, height: 640 })
  for (const name of HOSTILE_NAMES) {
    const order = await newOrder({
      name,
      merchantId: await newMerchant(name),
      quantity: 12,
      unitAmount: 200n,
    })
    await openCheckout(page, order)
    await page.getByText('12 items').click()
    await expectText(page, name, 2)
    await payButton(page).click()
    await expectReceipt(page)
    await expectText(page, name, 2)
    await expectInOrder(page, '× 12')
    await proof.oneCharge(order)
  }
  expect(await harm()).toEqual([])
})

test('hostile references are text in the dashboard, at 320 px', async ({
  operatorPage,
  page,
  newOrder,
  proof,
}) => {
  test.setTimeout(120_000)
  const harm = harmDoneTo(operatorPage)
  await operatorPage.setViewportSize({ width: 320, height: 640 })
  for (const name of HOSTILE_NAMES) {
    // A reference has at most 100 characters.
    const text = name.slice(0, 100)
    const order = await newOrder({ name, reference: text })
    await openCheckout(page, order)
    await payButton(page).click()
    const payment = await proof.paidOnce(page, order)
    await operatorPage.goto(`/dashboard/payments/${payment}`)
    await expectText(operatorPage, text, 1)
  }
  await operatorPage.goto('/dashboard/payments')
  for (const name of HOSTILE_NAMES) await expectText(operatorPage, name.slice(0, 100), 1)
  await operatorPage.goto('/dashboard')
  await expect(operatorPage.getByRole('heading', { level: 1 })).toBeVisible()
  await expectFits(operatorPage)
  expect(await harm()).toEqual([])
})

/** Prefix, length and count: the published number ranges of each brand. */
const BRANDS: Record<string, { prefixes: string[]; length: number }> = {
  Visa: { prefixes: ['4'], length: 16 },
  'Visa of 13 digits': { prefixes: ['4'], length: 13 },
  'Visa of 19 digits': { prefixes: ['4'], length: 19 },
  Mastercard: { prefixes: ['51', '52', '53', '54', '55', '2221', '2300', '2720'], length: 16 },
  Amex: { prefixes: ['34', '37'], length: 15 },
  Discover: { prefixes: ['6011', '644', '65'], length: 16 },
  Diners: { prefixes: ['300', '36', '38'], length: 14 },
  JCB: { prefixes: ['3528', '3589'], length: 16 },
  UnionPay: { prefixes: ['62', '81'], length: 16 },
  Maestro: { prefixes: ['5018', '6304', '6759'], length: 16 },
}

test('a possible real card number, of any brand, is refused in the browser and never sent', async ({
  page,
  newOrder,
  proof,
}) => {
  test.setTimeout(120_000)
  const order = await newOrder()
  const sent: string[] = []
  page.on('request', (request) =>
    sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`),
  )
  await openCheckout(page, order)
  // Control: the recorder sees requests.
  expect(sent.join()).toContain(order.id)
  sent.length = 0
  const number = page.getByLabel('Card number')
  await fc.assert(
    fc.asyncProperty(fc.tuple(...Object.values(BRANDS).map(cardNumber)), async (numbers) => {
      for (const digits of numbers) {
        await number.fill(digits)
        await payButton(page).click()
        await expect(
          page
            .getByText(
              'Only test cards work here. This number was not sent to anyone: use a test card instead.',
            )
            .first(),
        ).toBeVisible()
        await expect(number).toHaveAttribute('aria-invalid', 'true')
        expect((await number.inputValue()).replaceAll(' ', '')).toBe(digits)
        const leaks = sent.filter(
          (text) => text.includes('checkout.pay') || text.replaceAll(/\D/g, '').includes(digits),
        )
        expect([digits, leaks]).toEqual([digits, []])
        // A valid number clears the error, so that the next error belongs to the next number.
        await number.fill(TEST_CARDS[0]?.number ?? '')
        await expect(number).not.toHaveAttribute('aria-invalid', 'true')
      }
    }),
    // No shrinking: a smaller number would explain nothing.
    { numRuns: 4, endOnFailure: true },
  )
  await proof.noCharge(order)
  await chooseCard(page)
  await payButton(page).click()
  await proof.paidOnce(page, order)
})

/** A random valid number of a brand that is no test card. */
function cardNumber({ prefixes, length }: { prefixes: string[]; length: number }): fc.Arbitrary<string> {
  return fc
    .constantFrom(...prefixes)
    .chain((prefix) =>
      fc.stringMatching(new RegExp(`^[0-9]{${length - prefix.length - 1}}$`)).map((rest) => prefix + rest),
    )
    .map((body) => body + checkDigit(body))
    .filter((digits) => !TEST_CARDS.some((card) => card.number === digits))
}

/** Luhn's check digit, computed independently of the product's check, which is under test. */
function checkDigit(body: string): number {
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
  const sum = [...body]
    .reverse()
    .reduce(
      (total, digit, place) => total + (place % 2 === 0 ? (doubled[Number(digit)] ?? 0) : Number(digit)),
      0,
    )
  return (10 - (sum % 10)) % 10
}

/** Records what a page must never do: dialogs, errors, an executed script from a name. @returns reads the record */
function harmDoneTo(page: Page): () => Promise<string[]> {
  const harm: string[] = []
  page.on('dialog', (dialog) => {
    harm.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => harm.push(`error: ${error.message}`))
  page.on('console', (message) => message.type() === 'error' && harm.push(`console: ${message.text()}`))
  page.on(
    'request',
    (request) => new URL(request.url()).pathname.endsWith('/x') && harm.push(`request: ${request.url()}`),
  )
  page.on('framenavigated', async () => {
    const hit = await page.evaluate(() => (window as unknown as { hit?: number }).hit).catch(() => undefined)
    if (hit) harm.push(`a name ran as a script at ${page.url()}`)
  })
  return async () => {
    const hit = await page.evaluate(() => (window as unknown as { hit?: number }).hit)
    return hit ? [...harm, 'a name ran as a script'] : harm
  }
}

/** Expects the name, character by character, at least `times` times, and nothing wider than the screen. */
async function expectText(page: Page, name: string, times: number): Promise<void> {
  const found = () =>
    page.evaluate((text) => (document.querySelector('body')?.textContent ?? '').split(text).length - 1, name)
  await expect.poll(found).toBeGreaterThanOrEqual(times)
  expect(await page.evaluate(() => (window as unknown as { hit?: number }).hit)).toBeUndefined()
  await expectFits(page)
}

async function expectFits(page: Page): Promise<void> {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect([page.url(), over]).toEqual([page.url(), 0])
}

/** Expects the characters to be drawn from left to right, whatever precedes them. */
async function expectInOrder(page: Page, text: string): Promise<void> {
  const lefts = await page.getByText(text, { exact: true }).evaluate((element) => {
    const texts = [...element.childNodes].filter((node) => node instanceof Text)
    return texts.flatMap((node) =>
      Array.from(node.data, (_, index) => {
        const range = document.createRange()
        range.setStart(node, index)
        range.setEnd(node, index + 1)
        return range.getBoundingClientRect().left
      }),
    )
  })
  expect(lefts).toHaveLength(text.length)
  expect(lefts).toEqual([...lefts].sort((a, b) => a - b))
}
