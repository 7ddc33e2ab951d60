import { PROBLEMS } from '@/idempotency/problems'
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

test('the reference is served by us alone, and reads our document', async ({ page, demo, request }) => {
  const foreign: string[] = []
  page.on('request', (one) => {
    if (!one.url().startsWith(demo.baseUrl) && !/^(data|blob):/.test(one.url())) foreign.push(one.url())
  })
  await page.goto('/docs/api')
  const { tags } = await (await request.get('/api/openapi.json')).json()
  expect(tags).toHaveLength(6)
  // Operations further down are rendered when scrolled into view.
  for (const { name } of tags)
    await expect(page.getByText(name, { exact: true }).first()).toBeAttached({ timeout: 20_000 })
  await expect(page.getByText('Charge a card, once').first()).toBeAttached()
  expect(foreign).toEqual([])
})
