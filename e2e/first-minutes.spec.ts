import { GUIDES, guidePath, guideTitle } from '@/app/docs/guides/_parts/guides'
import { expect, test } from './fixtures'

/** What a newcomer reads first: the overview for programs, the guides. The checklist of the dashboard is in first-steps.spec.ts. */

test('every link of /llms.txt leads somewhere, at the place that it names', async ({ request, demo }) => {
  const answer = await request.get('/llms.txt')
  expect(answer.status()).toBe(200)
  expect(answer.headers()['content-type']).toBe('text/plain; charset=utf-8')
  const text = await answer.text()
  expect(text).toMatch(/^# Payonce\n\n> /)
  const links = [...text.matchAll(/\]\((\S+)\)/g)].map(([, link = '']) => new URL(link))
  expect(links.length).toBeGreaterThan(40)
  const pages = new Map<string, string>()
  for (const link of links) {
    expect(link.origin).toBe(demo.baseUrl)
    if (!pages.has(link.pathname)) {
      const page = await request.get(link.pathname)
      expect([link.pathname, page.status()]).toEqual([link.pathname, 200])
      pages.set(link.pathname, await page.text())
    }
    if (link.hash) expect(pages.get(link.pathname), link.hash).toContain(`id="${link.hash.slice(1)}"`)
  }
  expect(links.map(({ pathname }) => pathname)).toEqual(
    expect.arrayContaining(GUIDES.map(({ name }) => guidePath(name))),
  )
})

test('the guides are read from /docs, and their code is copied whole with the keyboard', async ({
  page,
  demo,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/docs')
  for (const title of GUIDES.map(({ name }) => guideTitle(name))) {
    await page.locator('#guides').getByRole('link', { name: title }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
    const shown = (await page.locator('main').textContent()) ?? ''
    expect(shown).not.toMatch(/```|\]\(|\*\*/)
    expect(shown.replaceAll(demo.baseUrl, '')).not.toContain('http://localhost:3000')
    const copy = page.getByRole('button', { name: /^Copy/ }).first()
    const code = await copy.locator('xpath=ancestor::div[2]').locator('pre').textContent()
    await copy.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeAttached()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code)
    await page.goto('/docs')
  }
})

test('an admin who has just signed in reads the demo’s key in the first command, and nobody else does', async ({
  operatorPage,
  page,
  demo,
}) => {
  const key = demo.apiKey ?? ''
  await operatorPage.goto('/docs')
  await expect(operatorPage.locator('#curl pre').first()).toContainText(`KEY=${key};`)
  expect(await (await page.request.get('/docs')).text()).not.toContain(key)
})
