import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { childEnv, readSetupEnv } from '@/platform/env'
import { expect, test } from './fixtures'
import { expectPerceivable } from './perceivable'

/** The lesson: its buttons in a browser, with the engine as the browser runs it, and its commands at the installation itself. */

test.describe('with nothing that moves', () => {
  // Steps are taken all at once.
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  test('five presses are five charges at the left, and one at the right; the store has one record', async ({
    page,
  }) => {
    await openLesson(page)
    await page.getByRole('button', { name: 'Pay ×5' }).click()
    await expectCharges(page, '5', '1')
    await expect(page.locator('main [role=status]').first()).toHaveText(
      'Naive: 4 charges too many. 5 requests, 1 key. Safe: Charged once. 5 requests, 1 key.',
    )
    const store = page.getByRole('table', { name: 'Requests that the safe handler has processed' })
    await expect(store.getByRole('row')).toHaveCount(2)
    await expect(store).toContainText('abc123')
    await expect(store).toContainText('201 {"charge":"ch_1","amount":2400,"currency":"EUR"}')
    await expect(page.locator('#result')).toContainText('5 answers, 5 different texts.')
    await expect(page.locator('#result')).toContainText('5 answers, the same text each time.')
  })

  test('a retry after a lost answer charges again at the left alone', async ({ page }) => {
    await openLesson(page)
    await page.getByRole('button', { name: 'Pay, lose the answer' }).click()
    await expect(page.locator('#result').getByText('No answer')).toHaveCount(2)
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await expectCharges(page, '2', '1')
    await expect(page.locator('#result')).toContainText('Replayed')
  })

  test('a server that dies after the charge asks the bank when it starts, and charges nothing', async ({
    page,
  }) => {
    await openLesson(page)
    await page.getByRole('button', { name: 'Pay, kill the server' }).click()
    await expect(page.getByText('Server is down')).toHaveCount(2)
    await expect(page.getByRole('table')).toContainText('Sending')
    await page.getByRole('button', { name: 'Start the server' }).click()
    await expect(page.getByRole('table')).toContainText('Completed')
    await expect(page.locator('#steps')).toContainText(
      'Ask the bank what became of this row’s key: ch_1 charged',
    )
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await expectCharges(page, '2', '1')
  })

  test('another key is another purchase; one that a request may not carry is refused', async ({ page }) => {
    await openLesson(page)
    const field = page.getByLabel('Idempotency key')
    const row = page.locator('#key dd').last()
    await expect(row).toHaveText(/^[0-9a-f]{8}-[0-9a-f]{4}-8/)
    const first = await row.textContent()
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await field.fill('another key')
    await expect(row).not.toHaveText(first ?? '')
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await expectCharges(page, '2', '2')
    await expect(page.getByRole('table').getByRole('row')).toHaveCount(3)
    await field.fill('schlüssel')
    await expect(page.locator('#key')).toContainText('The key must consist of printable ASCII characters.')
    await page.getByRole('button', { name: 'Pay', exact: true }).press('Enter')
    await expect(page.locator('#pay-refusal')).toHaveText(
      'Enter a key of 1 to 255 printable ASCII characters.',
    )
    await expectCharges(page, '2', '2')
    await expect(page.locator('#curl')).toContainText('Enter a key of 1 to 255 printable ASCII characters.')
  })
})

test('step by step with the keyboard alone, each step announced', async ({ page }) => {
  await openLesson(page)
  await page.getByRole('button', { name: 'Pause' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Pay', exact: true }).focus()
  await page.keyboard.press('Space')
  const announced = page.locator('main [role=status]').first()
  await expect(announced).toContainText('Next: Is abc123 in the store?')
  await page.getByRole('button', { name: 'Next step' }).focus()
  await page.keyboard.press('Enter')
  await expect(announced).toContainText('Safe: Is abc123 in the store? no.')
  await expectCharges(page, '1', '0')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await expect(announced).toContainText('Ask the bank to charge under this row’s key: ch_1 charged.')
  await expectCharges(page, '1', '1')
  await expect(page.locator('#steps [aria-current=step]')).toHaveText('Next: Store the result of abc123')
  await page.getByRole('button', { name: 'Kill the server now' }).click()
  await expect(announced).toHaveText(/^Both servers are down\./)
})

test('steps run by themselves, and can be paused', async ({ page }) => {
  await openLesson(page)
  await page.getByRole('button', { name: 'Pay', exact: true }).click()
  await expectCharges(page, '1', '0')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByText('Paused: each step waits')).toBeVisible()
  await page.getByRole('button', { name: 'Play' }).click()
  await expectCharges(page, '1', '1')
  await expect(page.locator('#steps [aria-current=step]')).toHaveCount(0)
})

test('the code beside the parts is the code that runs', async ({ page }) => {
  await openLesson(page)
  const shown = await page.locator('details pre').allTextContents()
  expect(shown).toHaveLength(8)
  const sources = [
    'src/app/learn/_model/naive-payment.ts',
    'src/app/learn/_model/safe-payment.ts',
    'src/idempotency/core/fingerprint.ts',
    'src/idempotency/core/record.ts',
    'src/idempotency/core/run.ts',
    'src/idempotency/stores/memory.ts',
  ].map((file) => fs.readFileSync(file, 'utf8').replaceAll(/^ +/gm, ''))
  for (const code of shown)
    expect(sources.some((source) => source.includes(code.replaceAll(/^ +/gm, '')))).toBe(true)
})

test('the commands work as they are copied: two payments under one key are one charge', async ({
  page,
  bankCharges,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await openLesson(page)
  await page.getByLabel('Idempotency key').fill(`it's "mine" ${Date.now()}`)
  const [readKey = '', pay = '', state = ''] = await copied(page)
  const out = await run([readKey, pay, pay, state].join('\necho; echo -----\n'))
  const [secret, first, second, record] = out.split('\n-----\n').map((text) => text.trim())
  expect(secret).toBe('sk_test_…')
  expect(first).toMatch(/\nHTTP 201, Idempotent-Replayed:$/)
  expect(second).toMatch(/\nHTTP 201, Idempotent-Replayed: true$/)
  expect(second?.split('\n')[0]).toBe(first?.split('\n')[0])
  const { id } = JSON.parse(first?.split('\n')[0] ?? '')
  expect(JSON.parse(record ?? '')).toMatchObject({ state: 'completed', resource: { id } })
  expect(await bankCharges(id)).toHaveLength(1)
})

test('in use, with all code open, it is as perceivable as when it is opened', async ({ page }) => {
  test.setTimeout(120_000)
  await openLesson(page)
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: 'Pay ×5' }).click()
  for (let step = 0; step < 6; step++) await page.getByRole('button', { name: 'Next step' }).click()
  await page.getByRole('button', { name: 'Kill the server now' }).click()
  for (const summary of await page.getByText('Show the code').all()) await summary.click()
  await expectPerceivable(page)
})

test('nothing is sent, whatever is pressed', async ({ page }) => {
  await openLesson(page)
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.url()))
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.getByRole('button', { name: 'Pay ×5' }).click()
  await page.getByRole('button', { name: 'Kill the server now' }).click()
  await page.getByRole('button', { name: 'Start the server' }).click()
  await expectCharges(page, '5', '1')
  expect(sent).toEqual([])
})

test('shop, guide and README lead to it', async ({ page }) => {
  for (const [from, name] of [
    ['/', 'See why: break it, step by step'],
    ['/docs', 'One key, one charge'],
  ] as const) {
    await page.goto(from)
    await page.getByRole('link', { name }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'One key, one charge' })).toBeVisible()
  }
  expect(fs.readFileSync('README.md', 'utf8')).toContain('http://localhost:3000/learn')
})

/** Opens the page, and waits until its buttons work. */
async function openLesson(page: Page): Promise<void> {
  await page.goto('/learn')
  const toggle = page.getByRole('button', { name: /^(Pause|Play)$/ })
  await expect(async () => {
    const before = await toggle.textContent()
    await toggle.click()
    expect(await toggle.textContent()).not.toBe(before)
  }).toPass()
  if ((await toggle.textContent()) === 'Play') await toggle.click()
  await expect(toggle).toHaveText('Pause')
}

async function expectCharges(page: Page, naive: string, safe: string): Promise<void> {
  for (const [name, charges] of [
    ['Naive handler', naive],
    ['Safe handler', safe],
  ] as const)
    await expect(page.getByRole('region', { name })).toContainText(new RegExp(`^${name}${charges} charge`))
}

/** What the copy buttons of the commands put into the clipboard, in order. */
async function copied(page: Page): Promise<string[]> {
  const texts: string[] = []
  for (const button of await page.locator('#curl').getByRole('button').all()) {
    await button.click()
    texts.push(await page.evaluate(() => navigator.clipboard.readText()))
  }
  return texts
}

/** Runs a script as a reader does: in a folder with the sandbox's data in `.data`. */
async function run(script: string): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-learn-'))
  fs.symlinkSync(readSetupEnv().dataDir, path.join(folder, '.data'))
  try {
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      env: childEnv(),
    })
    return stdout
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}
