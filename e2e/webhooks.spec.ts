import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { Webhook } from 'standardwebhooks'
import { uuidv7 } from '@/lib/id'
import { expect, test } from './fixtures'

interface Received {
  headers: Record<string, string>
  body: string
}

/** A merchant's server on this machine, at an address of its own; it answers with `status`. */
async function receiver() {
  const received: Received[] = []
  const answers = { status: 200 }
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    received.push({
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString(),
    })
    response.writeHead(answers.status, { 'content-type': 'text/plain' }).end('thank you')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${uuidv7()}`
  return { url, received, answers, close: () => server.close() }
}

const newSecret = async (page: Page) => (await page.getByText(/^whsec_.{44}$/).textContent()) ?? ''

test('an endpoint is added, tested, seen to arrive, sent again, given a new secret, paused and deleted', async ({
  operatorPage: page,
}) => {
  const shop = await receiver()
  await page.goto('/dashboard/webhooks')
  await page.getByRole('button', { name: 'Add endpoint' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Add a webhook endpoint' })
  // What may not be called is refused beside its field, which gets the focus.
  await dialog.getByRole('button', { name: 'Add endpoint' }).click()
  await expect(dialog.getByText(/Enter the address on your server/)).toBeVisible()
  await dialog.getByLabel('URL').fill('https://169.254.169.254/latest/meta-data')
  await dialog.getByRole('button', { name: 'Add endpoint' }).click()
  await expect(dialog.getByText(/private or reserved/)).toBeVisible()
  await expect(dialog.getByLabel('URL')).toBeFocused()
  await dialog.getByLabel('URL').fill(shop.url)
  await dialog.getByRole('button', { name: 'Add endpoint' }).click()
  const secret = await newSecret(page)

  await page.getByRole('link', { name: shop.url }).click()
  await expect(page.getByRole('heading', { level: 1, name: shop.url })).toBeVisible()
  expect(await page.content()).not.toContain(secret)
  await page.getByRole('button', { name: 'Send test event' }).click()
  await expect(page.getByText('The test event has arrived. Your server answered 200.')).toBeVisible()
  const [first] = shop.received
  expect(new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {})).toMatchObject({
    type: 'webhook.test',
  })

  await page.getByRole('link', { name: 'See the request and the answer' }).click()
  await expect(page.getByText('Your server answered 200 after 1 attempt.')).toBeVisible()
  await expect(page.getByText(first?.body ?? '')).toBeVisible()
  await expect(page.getByText('thank you')).toBeVisible()
  shop.answers.status = 500
  await page.getByRole('button', { name: 'Send again' }).click()
  await expect(page.getByText(/Not arrived after 2 attempts. Your server answered 500/)).toBeVisible()
  expect(shop.received[1]?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
  shop.answers.status = 200

  await page.getByRole('link', { name: shop.url }).click()
  await page.getByRole('button', { name: 'Rotate' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click()
  const next = await newSecret(page)
  await expect(page.getByText('The new secret and the one before')).toBeVisible()
  const before = shop.received.length
  await page.getByRole('button', { name: 'Send test event' }).click()
  await expect(page.getByText('The test event has arrived. Your server answered 200.')).toBeVisible()
  for (const { body, headers } of shop.received.slice(before))
    for (const known of [secret, next]) expect(() => new Webhook(known).verify(body, headers)).not.toThrow()

  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await expect(page.getByText('Paused. Events wait.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send test event' })).toHaveCount(0)
  await page.getByLabel('State').selectOption('failed')
  await expect(page.getByText('No deliveries match')).toBeVisible()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete endpoint' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Webhooks' })).toBeVisible()
  await expect(page.getByRole('link', { name: shop.url })).toHaveCount(0)
  shop.close()
})

test('a press whose answer was lost adds one endpoint, and shows its secret', async ({
  operatorPage: page,
}) => {
  const url = `http://127.0.0.1:9/${uuidv7()}`
  await page.goto('/dashboard/webhooks')
  await page.getByRole('button', { name: 'Add endpoint' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('URL').fill(url)
  await page.route('**/api/trpc/webhooks.create*', async (route) => {
    await route.fetch()
    await route.abort('connectionreset')
  })
  await dialog.getByRole('button', { name: 'Add endpoint' }).click({ clickCount: 3 })
  await expect(dialog.getByText(/Press again/)).toBeVisible()
  await page.unroute('**/api/trpc/webhooks.create*')
  await dialog.getByRole('button', { name: 'Add endpoint' }).click()
  expect(await newSecret(page)).toMatch(/^whsec_/)
  await expect(page.getByRole('link', { name: url })).toHaveCount(1)
})
