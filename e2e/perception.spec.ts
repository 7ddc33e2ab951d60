import type { Locator } from '@playwright/test'
import { openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'

/** Readers' own settings (contrast, motion, zoom), and forms without sight. */

test('with forced colours each button and field has an edge, and what is chosen is marked', async ({
  page,
  newOrder,
}) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto('/gallery')
  expect(await edgeless(page.locator('#buttons :is(button, a[class*=rounded-md])'))).toEqual([])
  expect(await edgeless(page.locator('#fields :is(input, select)'))).toEqual([])
  const ground = (name: string) =>
    page.getByRole('link', { name, exact: true }).evaluate((link) => getComputedStyle(link).backgroundColor)
  expect(await ground('This place')).not.toBe(await ground('Another'))
  await page.goto((await newOrder()).checkoutUrl)
  await expect(payButton(page)).toBeVisible()
  expect(await edgeless(page.locator('main :is(button, input:not([type=hidden]), select):visible'))).toEqual(
    [],
  )
})

test('without any colour the signs of the outcomes still differ, and are drawn in the colour of the text', async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto('/gallery')
  const signs = await page
    .locator('#status figure')
    .first()
    .locator('li')
    .evaluateAll((items) =>
      items.map((item) => {
        const drawing = item.querySelector('svg')
        return {
          shape: drawing?.innerHTML,
          word: item.textContent,
          drawn: drawing && getComputedStyle(drawing).color,
          text: getComputedStyle(item).color,
        }
      }),
    )
  expect(signs).toHaveLength(7)
  for (const what of ['shape', 'word'] as const) expect(new Set(signs.map((sign) => sign[what])).size).toBe(7)
  for (const { drawn, text } of signs) expect(drawn).toBe(text)
})

test('nothing moves for those who asked that nothing moves', async ({ page }) => {
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length)
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await page.goto('/gallery')
  expect(await moving()).toBeGreaterThan(3)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await expect.poll(moving).toBe(0)
})

test('whatever can be pressed in the checkout is 44 px high on a phone', async ({ page, newOrder }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto((await newOrder()).checkoutUrl)
  await expect(payButton(page)).toBeVisible()
  const low = await page
    .locator('main :is(button, input:not([type=hidden]), select, summary):visible')
    .evaluateAll((all) =>
      all
        .filter((element) => element.getBoundingClientRect().height < 44)
        .map((element) => element.outerHTML.slice(0, 120)),
    )
  expect(low).toEqual([])
})

test('the first HTML of the checkout has one live region', async ({ request, newOrder }) => {
  const html = await (await request.get((await newOrder()).checkoutUrl)).text()
  expect(html.match(/role="(status|alert|log)"|aria-live=/g)).toEqual(['role="status"'])
})

/** The purpose of every field (WCAG 1.3.5), which phones use too. A field missing here is an error: add it. */
const FIELDS: Record<string, { label: string; autocomplete: string; type?: string; inputmode?: string }> = {
  email: { label: 'Email (optional)', autocomplete: 'email', type: 'email' },
  number: { label: 'Card number', autocomplete: 'cc-number', inputmode: 'numeric' },
  expiry: { label: 'Expiry date', autocomplete: 'cc-exp', inputmode: 'numeric' },
  csc: { label: 'Security code', autocomplete: 'cc-csc', inputmode: 'numeric' },
  name: { label: 'Name on card', autocomplete: 'cc-name' },
  country: { label: 'Country', autocomplete: 'country' },
  postcode: { label: 'Postcode', autocomplete: 'postal-code' },
}

test('each field of the checkout has a label above it and a declared purpose', async ({ page, newOrder }) => {
  await openCheckout(page, await newOrder())
  const fields = await page.locator('form :is(input, select):not([type=hidden]):visible').all()
  expect(fields.length).toBeGreaterThanOrEqual(5)
  for (const field of fields) {
    const expected = FIELDS[(await field.getAttribute('id')) ?? ''] ?? {
      label: 'a field of the list above',
      autocomplete: '',
    }
    expect(await described(field)).toEqual({
      inputmode: null,
      ...expected,
      type: expected.type ?? 'text',
      above: true,
      blocksPaste: false,
    })
  }
  expect(Number(await page.locator('#name').getAttribute('maxlength'))).toBeGreaterThanOrEqual(100)
})

test('the sign-in works with a password manager', async ({ page }) => {
  await page.goto('/sign-in')
  await expect(page.getByLabel('Email')).toHaveAttribute('autocomplete', 'username')
  await expect(page.getByLabel('Password')).toHaveAttribute('autocomplete', 'current-password')
})

/** The controls without a visible edge. */
async function edgeless(controls: Locator): Promise<string[]> {
  expect(await controls.count()).toBeGreaterThan(1)
  return controls.evaluateAll((all) =>
    all
      .filter((control) => {
        const { borderTopWidth, borderTopStyle, borderTopColor, backgroundColor } = getComputedStyle(control)
        return (
          Number.parseFloat(borderTopWidth) < 1 ||
          borderTopStyle === 'none' ||
          borderTopColor === backgroundColor
        )
      })
      .map((control) => control.outerHTML.slice(0, 120)),
  )
}

function described(field: Locator) {
  return field.evaluate((element: HTMLInputElement | HTMLSelectElement) => {
    const label = element.labels?.[0]
    const paste = new ClipboardEvent('paste', { cancelable: true, bubbles: true })
    return {
      label: label?.textContent ?? null,
      autocomplete: element.autocomplete,
      type: element instanceof HTMLInputElement ? element.type : 'text',
      inputmode: element.getAttribute('inputmode'),
      above: label ? label.getBoundingClientRect().bottom <= element.getBoundingClientRect().top : false,
      blocksPaste: !element.dispatchEvent(paste),
    }
  })
}

test('the dashboard shows a lost connection, and still fits a phone', async ({ operatorPage }) => {
  await operatorPage.setViewportSize({ width: 320, height: 640 })
  await operatorPage.route(/\/api\/(trpc|live)/, (route) => route.abort('connectionreset'))
  // What is open knows nothing new until something changes.
  await operatorPage.reload()
  await expect(operatorPage.getByRole('banner').getByRole('status')).toHaveText('Reconnecting…', {
    timeout: 15_000,
  })
  expect(
    await operatorPage.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ),
  ).toBe(0)
})
