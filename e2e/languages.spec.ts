import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { decimal } from '@/lib/money'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import type { TestOrder } from './orders'

/** Amounts with zero, two and three decimals, as each language writes them. */
const AMOUNTS = [
  { currency: 'JPY', unitAmount: 2_400n, en: '¥4,800', ar: '\u200f4,800\u00a0JP¥\u200e' },
  { currency: 'EUR', unitAmount: 1_200n, en: '€24.00', ar: '\u200f24.00\u00a0€' },
  { currency: 'KWD', unitAmount: 12_500n, en: 'KWD\u00a025.000', ar: '\u200f25.000\u00a0د.ك.\u200f' },
] as const

const toArabic = (page: Page) => page.getByRole('button', { name: 'العربية' })
const toEnglish = (page: Page) => page.getByRole('button', { name: 'English' })
const frameOf = (page: Page) => page.locator('html').evaluate((html: HTMLElement) => [html.lang, html.dir])

async function payFor(page: Page, order: TestOrder, amount: string): Promise<void> {
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page, amount)
}

async function expectNoOverflow(page: Page): Promise<void> {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect([page.url(), width, over]).toEqual([page.url(), width, 0])
  }
}

async function expectAccessible(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target}`)).toEqual([])
}

/** The horizontal centre of an element, as a fraction of the window's width. */
async function across(page: Page, selector: string): Promise<number> {
  const box = await page.locator(selector).first().boundingBox()
  return ((box?.x ?? 0) + (box?.width ?? 0) / 2) / (page.viewportSize()?.width ?? 1)
}

test('the shop changes its language and its side, stays on the page, and remembers', async ({
  page,
  context,
}) => {
  await page.goto('/')
  expect(await frameOf(page)).toEqual(['en', 'ltr'])
  expect(await across(page, 'header a')).toBeLessThan(0.5)
  await toArabic(page).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('اضغط «ادفع» قدر ما تشاء.')
  expect([new URL(page.url()).pathname, ...(await frameOf(page))]).toEqual(['/', 'ar', 'rtl'])
  expect(await across(page, 'header a')).toBeGreaterThan(0.5)
  await expect(page).toHaveTitle(/ادفع/)
  await expectNoOverflow(page)
  await expectAccessible(page)
  expect(await context.cookies()).toContainEqual(
    expect.objectContaining({ name: 'locale', value: 'ar', sameSite: 'Lax' }),
  )
  await page.goto('/nothing-here')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('لا يوجد شيء هنا')
  await page.goto('/')
  await toEnglish(page).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Press Pay as often as you like.')
})

test('a browser that speaks Arabic is answered in Arabic, an operator’s page in English', async ({
  browser,
  demo,
}) => {
  const context = await browser.newContext({ baseURL: demo.baseUrl, locale: 'ar-EG' })
  const page = await context.newPage()
  await page.goto('/')
  expect(await frameOf(page)).toEqual(['ar', 'rtl'])
  await page.getByRole('link', { name: 'الوثائق' }).click()
  await expect(page).toHaveURL(/\/docs/)
  await expect.poll(() => frameOf(page)).toEqual(['en', 'ltr'])
  await page.getByRole('link', { name: 'Payonce, the shop' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('اضغط «ادفع» قدر ما تشاء.')
  expect(await frameOf(page)).toEqual(['ar', 'rtl'])
  for (const path of ['/docs', '/problems/payment-declined', '/sign-in']) {
    await page.goto(path)
    expect([path, ...(await frameOf(page))]).toEqual([path, 'en', 'ltr'])
  }
  await context.close()
})

test('a receipt in both languages, of amounts with no, two and three decimals', async ({
  page,
  newOrder,
  proof,
}) => {
  for (const { currency, unitAmount, ...shown } of AMOUNTS) {
    const order = await newOrder({ currency, unitAmount })
    await payFor(page, order, shown.en)
    const total = page.getByRole('listitem').filter({ hasText: 'Total' })
    await expect(total.locator('bdi')).toHaveText(shown.en)
    const address = page.url()
    await toArabic(page).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`تم دفع ${shown.ar}`)
    expect([page.url(), ...(await frameOf(page))]).toEqual([address, 'ar', 'rtl'])
    await expect(page.getByRole('listitem').filter({ hasText: 'الإجمالي' }).locator('bdi')).toHaveText(
      shown.ar,
    )
    expect(await digitsOf(page, 'h1')).toBe(decimal(order.amount, currency))
    await expect(page.locator('time')).toHaveText(/^\d{1,2} \S+ 20\d\d، \d\d:\d\d UTC$/)
    // The amount is at the left end of its line.
    expect(await across(page, 'li > bdi')).toBeLessThan(0.5)
    await expectNoOverflow(page)
    await expectAccessible(page)
    await proof.oneCharge(order)
    await toEnglish(page).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Paid ${shown.en}`)
  }
})

async function digitsOf(page: Page, selector: string): Promise<string> {
  return ((await page.locator(selector).textContent()) ?? '').replace(/[^\d.]/g, '').replace(/\.*$/, '')
}

const HOSTILE = [
  '<img src=x onerror="document.title=\'owned\'">',
  '\u202e0.00 € daiP',
  '\u2067\u2067\u202e مجانًا',
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2),
]

test('what others named is shown as text, and cannot turn round the amount beside it', async ({
  page,
  newOrder,
  sql,
}) => {
  test.setTimeout(120_000)
  for (const name of HOSTILE) {
    const order = await newOrder({ name })
    await sql('UPDATE orders SET reference = $1 WHERE id = $2', [name.slice(0, 100), order.uuid])
    await payFor(page, order, '€24.00')
    for (const amount of ['€24.00', '\u200f24.00\u00a0€']) {
      await expect(page.locator('li bdi').first()).toHaveText(name)
      await expect(page).toHaveTitle(/Harbour Goods/)
      await expect(page.locator('img')).toHaveCount(0)
      await expect(page.locator('li > bdi').first()).toHaveText(amount)
      expect(await placeOf(page, 'li > bdi', '2')).toBeLessThan(await placeOf(page, 'li > bdi', '4'))
      const [times, count] = [
        await placeOf(page, 'li span.figures', '×'),
        await placeOf(page, 'li span.figures', '2'),
      ]
      expect([name, amount, times < count]).toEqual([name, amount, amount === '€24.00'])
      await expectNoOverflow(page)
      await (amount === '€24.00' ? toArabic(page) : toEnglish(page)).click()
    }
  }
})

/** The distance of a character from the left edge, in px. */
function placeOf(page: Page, selector: string, character: string): Promise<number> {
  return page
    .locator(selector)
    .first()
    .evaluate((element, wanted) => {
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const at = text.textContent?.indexOf(wanted) ?? -1
        if (at < 0) continue
        const range = document.createRange()
        range.setStart(text, at)
        range.setEnd(text, at + 1)
        return range.getBoundingClientRect().x
      }
      throw new Error(`There is no ${wanted}.`)
    }, character)
}

test('without scripts the language changes all the same, on the shop and on a receipt', async ({
  browser,
  demo,
  page,
  newOrder,
}) => {
  await payFor(page, await newOrder(), '€24.00')
  const receipt = page.url()
  const context = await browser.newContext({
    baseURL: demo.baseUrl,
    javaScriptEnabled: false,
    locale: 'en-GB',
  })
  const withoutScripts = await context.newPage()
  await withoutScripts.goto('/')
  await toArabic(withoutScripts).click()
  await expect(withoutScripts.getByRole('heading', { level: 1 })).toHaveText('اضغط «ادفع» قدر ما تشاء.')
  await withoutScripts.locator('input[value=tea] ~ button').click()
  await expect(withoutScripts).toHaveURL(/\/checkout\//)
  await expect(withoutScripts.getByText('شاي سنشا، 100 غرام').last()).toBeAttached()
  await withoutScripts.goto(receipt)
  await expect(withoutScripts.getByRole('heading', { level: 1 })).toHaveText('تم دفع \u200f24.00\u00a0€')
  await withoutScripts.locator('summary').click()
  await expect(withoutScripts.getByText('مرة واحدة', { exact: true })).toBeVisible()
  await toEnglish(withoutScripts).click()
  await expect(withoutScripts.getByRole('heading', { level: 1 })).toHaveText('Paid €24.00')
  expect(withoutScripts.url()).toBe(receipt)
  await context.close()
})

test('an error page is in the reader’s language', { tag: '@alone' }, async ({
  page,
  context,
  demo,
  newOrder,
  database,
}) => {
  await payFor(page, await newOrder(), '€24.00')
  await context.addCookies([{ name: 'locale', value: 'ar', url: demo.baseUrl }])
  await database.stop()
  await page.goto(page.url())
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('تعذّر عرض هذه الصفحة')
  expect(await frameOf(page)).toEqual(['ar', 'rtl'])
  await database.start()
  await expect(async () => {
    await page.getByRole('button', { name: 'حاول مجددًا' }).click({ timeout: 1_000 })
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^تم دفع/, { timeout: 3_000 })
  }).toPass({ timeout: 30_000 })
})

test('the form leads nowhere else, and other sites cannot send it', async ({ request }) => {
  const send = (form: Record<string, string>, headers = {}) =>
    request.post('/api/shop/language', { form, headers, maxRedirects: 0 })
  for (const back of ['//evil.example', '/.//evil.example', 'https://evil.example', ''])
    expect([back, (await send({ to: 'ar', back })).headers().location]).toEqual([back, '/'])
  expect((await send({ to: 'xx', back: '/' })).status()).toBe(400)
  const foreign = await send({ to: 'ar', back: '/' }, { 'sec-fetch-site': 'cross-site' })
  expect([foreign.status(), foreign.headers()['set-cookie']]).toEqual([403, undefined])
})

test('the Arabic font is fetched where there is Arabic to read, and nothing jumps when it comes', async ({
  page,
}) => {
  const fonts: string[] = []
  page.on('request', (request) => void (/vazirmatn/i.test(request.url()) && fonts.push(request.url())))
  await page.goto('/', { waitUntil: 'networkidle' })
  expect(fonts).toEqual([])
  await page.route(/vazirmatn/i, async (route) => {
    await page.waitForTimeout(600)
    await route.continue()
  })
  await toArabic(page).click()
  await page.waitForLoadState('networkidle')
  expect(fonts).toHaveLength(1)
  const moved = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries()) sum += (shift as unknown as { value: number }).value
        }).observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => resolve(sum), 500)
      }),
  )
  console.log(`layout shift of the Arabic shop: ${moved.toFixed(4)}`)
  expect(moved).toBeLessThan(0.02)
})
