import { createHash } from 'node:crypto'
import fs from 'node:fs'
import type { Page } from '@playwright/test'
import inventory from '../docs/checkout-scripts.json' with { type: 'json' }
import { expect, test } from './fixtures'

/** What only a browser can show of the pages' policy: that it stops what is foreign, and nothing of ours. */

test('the checkout runs exactly the scripts of the inventory (PCI DSS 6.4.3)', async ({ page, newOrder }) => {
  const ran = new Set<string>()
  page.on('request', (one) => {
    if (one.resourceType() === 'script') ran.add(new URL(one.url()).pathname)
  })
  await page.goto((await newOrder()).checkoutUrl)
  await expect(page.getByRole('button', { name: /Pay/ })).toBeVisible()
  await page.waitForLoadState('networkidle')
  const inline = await page.locator('script:not([src])').evaluateAll((scripts) =>
    // Data that a script reads is not run.
    (scripts as HTMLScriptElement[]).filter(({ type }) => !/json/.test(type)).map(({ text }) => text),
  )
  for (const text of inline) ran.add(`inline sha256-${createHash('sha256').update(text).digest('base64')}`)
  const here = inventory.filter((one) => !('when' in one))
  expect([...ran].toSorted()).toEqual(here.map(({ script }) => script).toSorted())
})

test('every page, found or not, has a policy with its own nonce, and all its scripts carry it', async ({
  request,
  newOrder,
}) => {
  const { checkoutUrl } = await newOrder()
  const nonces = new Set<string>()
  const routes = pagesOfApp(new URL(checkoutUrl).pathname)
  expect(routes.length).toBeGreaterThan(12)
  for (const route of routes) {
    const answer = await request.get(route, { maxRedirects: 0 })
    const headers = answer.headers()
    expect([route, headers['x-content-type-options'], headers['x-powered-by']]).toEqual([
      route,
      'nosniff',
      undefined,
    ])
    if (!headers['content-type']?.startsWith('text/html')) continue
    const policy = headers['content-security-policy'] ?? ''
    const nonce = /'nonce-([^']+)' 'strict-dynamic'/.exec(policy)?.[1] ?? ''
    expect([route, headers['cache-control'], policy.includes('unsafe')]).toEqual([
      route,
      'private, no-store',
      false,
    ])
    nonces.add(nonce)
    const html = await answer.text()
    const unsigned = [...html.matchAll(/<script\b[^>]*>/g)].filter(
      ([tag]) => !tag.includes(`nonce="${nonce}"`) && !/type="application\/json"/.test(tag),
    )
    expect([route, unsigned.map(([tag]) => tag), /\sstyle="/.test(html)]).toEqual([route, [], false])
  }
  expect(nonces.size).toBeGreaterThan(12)
  expect(nonces).not.toContain('')
})

test('nothing of ours breaks the policy', async ({ page, operatorPage, newOrder, demo }) => {
  test.slow()
  const { checkoutUrl } = await newOrder()
  const broken: string[] = []
  const watch = async (one: Page) => {
    await one.exposeFunction('note', (what: string) => void broken.push(`${one.url()}: ${what}`))
    await one.addInitScript(() =>
      document.addEventListener(
        'securitypolicyviolation',
        ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
          (window as unknown as { note(what: string): void }).note(
            `${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}`,
          ),
      ),
    )
  }
  await watch(page)
  await watch(operatorPage)
  for (const path of [
    '/',
    new URL(checkoutUrl).pathname,
    '/docs',
    '/docs/api',
    '/learn',
    '/lab',
    '/gallery',
    '/sign-in',
    '/no-such-page',
  ])
    await settled(page, demo.baseUrl + path)
  await settled(operatorPage, `${demo.baseUrl}/dashboard`)
  for (const name of ['Payments', 'Ledger', 'Idempotency', 'Integrity', 'Developers', 'Security']) {
    await operatorPage.getByRole('link', { name, exact: true }).first().click()
    await expect(operatorPage.getByRole('heading', { level: 1 })).toHaveText(new RegExp(name))
  }
  expect(broken).toEqual([])
})

test('an injected script does not run, and the dashboard shows the report', async ({
  page,
  newOrder,
  operatorPage,
}) => {
  const { checkoutUrl } = await newOrder()
  // As if a text of somebody's had come into the page unescaped.
  await page.route(checkoutUrl, async (route) => {
    const response = await route.fetch()
    const injection = '<script>injected = 1</script><img src="/none" onerror="injected = 2">'
    await route.fulfill({ response, body: (await response.text()).replace('</body>', `${injection}</body>`) })
  })
  await page.goto(checkoutUrl)
  await expect(page.locator('img[src="/none"]')).toBeAttached()
  await page.waitForLoadState('networkidle')
  expect(await page.evaluate(() => 'injected' in window)).toBe(false)
  await expect(async () => {
    await operatorPage.goto('/dashboard/security')
    await expect(operatorPage.getByText('/checkout/*').first()).toBeVisible({ timeout: 1_000 })
  }).toPass({ timeout: 15_000 })
})

test('another site cannot frame a page', async ({ page, newOrder }) => {
  const { checkoutUrl } = await newOrder()
  await page.route('http://elsewhere.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${checkoutUrl}"></iframe>` }),
  )
  await page.goto('http://elsewhere.example/')
  await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/)
})

test('what browsers get holds no secret of the server, and no source map is served', async ({
  request,
  operatorPage,
  demo,
  newOrder,
}) => {
  test.skip(process.platform !== 'linux', 'reads /proc')
  const { checkoutUrl } = await newOrder()
  const secrets = secretsOf(demo.pids.web)
  const files = fs.readdirSync('.next/static', { recursive: true, encoding: 'utf8' })
  expect(files.filter((file) => file.endsWith('.map'))).toEqual([])
  const scripts = files.filter((file) => file.endsWith('.js'))
  expect(scripts.length).toBeGreaterThan(10)
  const sent = new Map(scripts.map((file) => [file, fs.readFileSync(`.next/static/${file}`, 'utf8')]))
  for (const address of ['/checkout.js', ...pagesOfApp(new URL(checkoutUrl).pathname)])
    for (const client of [request, operatorPage.request])
      sent.set(address, `${sent.get(address) ?? ''}${await (await client.get(address)).text()}`)
  const leaks = [...sent].filter(([, text]) => secrets.some((secret) => text.includes(secret)))
  expect(leaks.map(([address]) => address)).toEqual([])
  for (const address of ['/checkout.js.map', `/_next/static/${scripts[0]}.map`])
    expect([address, (await request.get(address)).status()]).toEqual([address, 404])
})

/** The secret of the web process and its passwords of the database. */
function secretsOf(pid: number): string[] {
  const variables = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  const value = (name: string) =>
    variables.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
  const urls = ['DATABASE_URL', 'PAYONCE_BANK_DATABASE_URL'].map(value)
  const secrets = [value('PAYONCE_SECRET'), ...urls.map((url) => new URL(url).password)]
  expect(secrets.map((secret) => secret.length >= 20)).toEqual([true, true, true])
  return secrets
}

async function settled(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.waitForLoadState('networkidle')
}

/** An address for each page of the App Router and the Pages Router, and some that are no page. */
function pagesOfApp(checkout: string): string[] {
  const files = fs.readdirSync('src/app', { recursive: true }).map(String)
  const pages = files
    .filter((file) => /(^|\/)page\.tsx$/.test(file))
    .map((file) => `/${file.replace(/\/?page\.tsx$/, '')}`.replace(/\/\([^)]+\)/g, ''))
    .map((route) => route.replace('[type]', 'validation').replace(/\[\w+\]/g, 'none') || '/')
  return [
    ...pages,
    checkout,
    '/docs/api',
    '/no-such-page',
    '/checkout/none',
    '/api/none',
    '/checkout.js',
    '/icon.svg',
  ]
}
