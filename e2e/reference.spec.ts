import { PROBLEMS } from '@payonce/idempotency/problems'
import { expect, test } from './fixtures'

/** The pages that the API links to: problem types, the guide and the reference. */

test('every problem type has a page that states whether a new key is safe', async ({ request }) => {
  for (const [kind, { title, status, safeNewKey }] of Object.entries(PROBLEMS)) {
    const answer = await request.get(`/problems/${kind}`)
    expect([kind, answer.status()]).toEqual([kind, 200])
    const text = await answer.text()
    expect(text).toContain(`>${title}<`)
    expect(text).toContain(String(status))
    expect(text).toContain(safeNewKey ? '>Yes<' : 'No: it could charge a second time')
  }
  expect((await request.get('/problems/no-such-thing')).status()).toBe(404)
})

test('what a refusal links to is there, at the place that it names', async ({ page, request }) => {
  const answer = await request.post('/api/v1/payments', {
    headers: { authorization: 'Bearer sk_test_x' },
    data: {},
  })
  const target = /^<([^>]+)>; rel="describedby"/.exec(answer.headers().link ?? '')?.[1] ?? ''
  expect([answer.status(), target]).toEqual([400, '/docs#idempotency-key'])
  await page.goto(target)
  await expect(page.locator('#idempotency-key')).toContainText('1 to 255 printable ASCII characters')
})

test('the reference shows every operation, object and event of our document, at an address of its own, from us alone', async ({
  page,
  demo,
  request,
}) => {
  const foreign: string[] = []
  page.on('request', (one) => {
    if (!one.url().startsWith(demo.baseUrl) && !/^(data|blob):/.test(one.url())) foreign.push(one.url())
  })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/docs/api#createRefund')
  await expect(page.getByRole('heading', { name: 'Refund a payment, once', exact: true })).toBeInViewport()
  const { paths, components, webhooks } = await (await request.get('/api/openapi.json')).json()
  const operations = Object.values<Record<string, { operationId: string }>>(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  expect(operations.length).toBeGreaterThan(20)
  const places = await page.locator('main section[id]').evaluateAll((all) => all.map(({ id }) => id))
  for (const id of [...operations, ...Object.keys(components.schemas), ...Object.keys(webhooks)])
    expect(places).toContain(id)
  await page.locator('#listPayments').getByRole('button', { name: /^Copy/ }).click()
  await expect(page.locator('#listPayments').getByRole('button', { name: /^Copied/ })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
    `curl -s '${demo.baseUrl}/api/v1/payments'`,
  )
  expect(foreign).toEqual([])
})
