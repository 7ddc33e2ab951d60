import AxeBuilder from '@axe-core/playwright'
import type { APIRequestContext, Page } from '@playwright/test'
import { uuidv7 } from '@/lib/id'
import { expect, test } from './fixtures'

/** The life of an API key on the Developers page, with the API's answer at each step. */

const nameOfItsOwn = () => `Shop ${uuidv7().slice(-12)}`
const rowOf = (page: Page, name: string) =>
  page
    .getByRole('table', { name: /that work/ })
    .getByRole('row')
    .filter({ hasText: name })

async function openPage(page: Page): Promise<void> {
  await page.goto('/dashboard/developers')
  await expect(page.getByRole('heading', { level: 1, name: 'Developers' })).toBeVisible()
}

/** Opens the dialog and fills in the name. */
async function openCreate(page: Page, name: string) {
  await page.getByRole('button', { name: 'Create API key' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Create an API key' })
  await dialog.getByLabel('Name').fill(name)
  return dialog
}

async function shownToken(page: Page): Promise<string> {
  const token = await page.getByText(/^sk_test_[0-9A-Za-z]{49}$/).textContent()
  return token ?? ''
}

async function createKey(page: Page, name: string): Promise<string> {
  await (await openCreate(page, name)).getByRole('button', { name: 'Create key' }).click()
  return shownToken(page)
}

async function pay(request: APIRequestContext, token: string, key: string) {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key }
  return request.post('/api/v1/payments', {
    headers,
    data: { amount: 1700, currency: 'EUR', paymentMethod: 'pm_card_visa' },
  })
}

test('a key is made, shown once, pays once, is rotated with an overlap, and ends when it is revoked', async ({
  operatorPage: page,
  request,
  bankCharges,
}) => {
  const name = nameOfItsOwn()
  await openPage(page)
  const token = await createKey(page, name)
  await expect(page.getByText(`export PAYONCE_API_KEY=${token}`)).toBeVisible()

  const key = uuidv7()
  const [first, again] = [await pay(request, token, key), await pay(request, token, key)]
  expect([first.status(), again.status(), again.headers()['idempotent-replayed']]).toEqual([201, 201, 'true'])
  expect(await bankCharges((await first.json()).id)).toHaveLength(1)

  await page.getByRole('button', { name: 'I have saved it' }).click()
  await expect(page.getByText(token)).toHaveCount(0)
  await page.reload()
  await expect(rowOf(page, name)).toContainText(`sk_test_…${token.slice(-4)}`)
  expect(await page.content()).not.toContain(token)

  await rowOf(page, name).getByRole('button', { name: 'Rotate' }).click()
  const rotate = page.getByRole('dialog', { name: /Rotate/ })
  await rotate.getByRole('radio', { name: /1 hour/ }).check()
  await rotate.getByRole('button', { name: 'Rotate key' }).click()
  const successor = await shownToken(page)
  expect([(await pay(request, token, key)).status(), (await pay(request, successor, key)).status()]).toEqual([
    201, 201,
  ])

  const old = rowOf(page, name).filter({ hasText: 'Being replaced' })
  await old.getByRole('button', { name: 'Revoke' }).click()
  const revoke = page.getByRole('dialog', { name: /Revoke/ })
  await revoke.getByRole('button', { name: 'Keep it' }).click()
  expect((await pay(request, token, key)).status()).toBe(201)
  await old.getByRole('button', { name: 'Revoke' }).click()
  await revoke.getByRole('button', { name: 'Revoke key' }).click()
  await expect(page.getByText(/every program that uses it gets 401/i).first()).toBeVisible()
  await expect(old).toHaveCount(0)
  // Revoked for replays too; the successor keeps working.
  expect([(await pay(request, token, key)).status(), (await pay(request, successor, key)).status()]).toEqual([
    401, 201,
  ])
})

test('three presses and a repeat after a lost answer create one key', async ({ operatorPage: page, sql }) => {
  const name = nameOfItsOwn()
  await openPage(page)
  const dialog = await openCreate(page, name)
  // The server has created the key, but its answer is lost.
  await page.route('**/api/trpc/developers.createKey*', async (route) => {
    await route.fetch()
    await route.abort('connectionreset')
  })
  await dialog.getByRole('button', { name: 'Create key' }).click({ clickCount: 3 })
  await expect(dialog.getByText(/Press again/)).toBeVisible()
  await page.unroute('**/api/trpc/developers.createKey*')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(page.getByText(/created by an earlier press, whose answer was lost/)).toBeVisible()
  await expect(rowOf(page, name)).toHaveCount(1)
  const made = await sql(
    `SELECT 1 FROM audit_log WHERE action = 'api-key.created' AND detail LIKE $1 || ':%'`,
    [name],
  )
  expect(made).toHaveLength(1)
})

test('a missing field is named in the form, and Escape closes the dialog', async ({ operatorPage: page }) => {
  await openPage(page)
  const opener = page.getByRole('button', { name: 'Create API key' }).first()
  const dialog = await openCreate(page, ' ')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog.getByText(/Enter a name/)).toBeVisible()
  await expect(dialog.getByLabel('Name')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(opener).toBeFocused()
})

test('with the server away the list stays, with its age', async ({ operatorPage: page }) => {
  await openPage(page)
  await createKey(page, nameOfItsOwn())
  await page.route('**/api/trpc/**', (route) => route.abort('connectionrefused'))
  await expect(page.getByText('The server is not responding. We keep trying.')).toBeVisible({
    timeout: 10_000,
  })
  await expect(page.getByRole('table', { name: /that work/ })).toBeVisible()
  await page.unroute('**/api/trpc/**')
  await expect(page.getByText('The server is not responding. We keep trying.')).toHaveCount(0, {
    timeout: 10_000,
  })
})

test('its dialogs, and a key that is shown, are accessible at 320 px in light and 1280 px in dark', async ({
  operatorPage: page,
}) => {
  test.setTimeout(120_000)
  for (const [colorScheme, width] of [
    ['light', 320],
    ['dark', 1280],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 700 })
    await openPage(page)
    const name = nameOfItsOwn()
    await openCreate(page, name)
    await expectAccessible(page, `creating ${width}`)
    await page.keyboard.press('Escape')
    await createKey(page, name)
    await expectAccessible(page, `shown ${width}`)
    for (const action of ['Rotate', 'Revoke']) {
      await rowOf(page, name).getByRole('button', { name: action }).click()
      await expectAccessible(page, `${action} ${width}`)
      await page.keyboard.press('Escape')
    }
  }
})

async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${where}: ${id} at ${nodes[0]?.target}`)).toEqual([])
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect([where, overflow]).toEqual([where, 0])
}
