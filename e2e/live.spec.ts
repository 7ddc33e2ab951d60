import type { APIRequestContext, Page, Request } from '@playwright/test'
import { uuidv7 } from '@/lib/id'
import type { Demo } from '@/setup/demo-file'
import { expect, test } from './fixtures'

/** What is on screen changes by itself, without moving. */

/** A payment by a program. @returns its row's link */
async function payByProgram(request: APIRequestContext, demo: Demo, amount: number): Promise<string> {
  const answer = await request.post('/api/v1/payments', {
    headers: { authorization: `Bearer ${demo.apiKey}`, 'idempotency-key': uuidv7() },
    data: { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' },
  })
  expect(answer.status()).toBe(201)
  return `a[href="/dashboard/payments/${(await answer.json()).id}"]`
}

const stateOf = (page: Page) =>
  page
    .getByRole('banner')
    .getByRole('status')
    .filter({ hasText: /^(Live|Reconnecting…|Paused|Offline)$/ })

test('two windows have one stream, new payments wait for the key ., and the header says what is true', async ({
  operatorPage,
  request,
  demo,
}) => {
  const context = operatorPage.context()
  const streams: Request[] = []
  const ended = new Set<Request>()
  context.on('request', (one) => {
    if (new URL(one.url()).pathname === '/api/live') streams.push(one)
  })
  for (const end of ['requestfinished', 'requestfailed'] as const)
    context.on(end as 'requestfailed', (one) => ended.add(one))
  // On a busy machine a stream may end, and another one take its place.
  const openStreams = () => streams.filter((one) => !ended.has(one)).length
  // The list must not be empty: nothing can move in an empty one.
  await payByProgram(request, demo, 1_901)
  await operatorPage.goto('/dashboard/payments')
  await expect.poll(openStreams).toBe(1)
  const second = await context.newPage()
  await second.goto('/dashboard/payments')
  await expect(stateOf(second)).toHaveText('Live')
  const top = second.locator('tbody tr').first()
  await expect(top).toBeVisible()
  const before = await top.textContent()

  const link = await payByProgram(request, demo, 1_902)
  const pill = second.getByRole('button', { name: /new payments?$/ })
  await expect(pill).toBeVisible({ timeout: 10_000 })
  expect(await top.textContent()).toBe(before)
  await expect(second.locator(link)).toHaveCount(0)
  // Not while something is typed.
  await second.getByRole('searchbox').first().press('.')
  await expect(pill).toBeVisible()
  await second.getByRole('heading', { name: 'Payments', level: 1 }).click()
  await second.keyboard.press('.')
  await expect(second.locator(link).first()).toBeVisible()
  await expect.poll(openStreams).toBe(1)

  // The window that has the stream goes: the other goes on.
  const opened = streams.length
  await operatorPage.close()
  await expect.poll(() => streams.length).toBeGreaterThan(opened)
  await payByProgram(request, demo, 1_903)
  await expect(pill).toBeVisible({ timeout: 10_000 })

  await second.getByRole('button', { name: 'Pause updates' }).click()
  await expect(stateOf(second)).toHaveText('Paused')
  await second.getByRole('button', { name: 'Pause updates' }).click()
  await expect(stateOf(second)).toHaveText('Live')
  await context.setOffline(true)
  await expect(stateOf(second)).toHaveText('Offline')
  await context.setOffline(false)
  await expect(stateOf(second)).toHaveText('Live')
})
