import fs from 'node:fs'
import { build } from 'esbuild'
import { inRoot, root } from '@/setup/process/project-root'
import { reloadWhilePaying } from './checkout-page'
import { expect, test } from './fixtures'

/** The example in docs/your-own-page.md, word for word. */
const [, example = ''] =
  /```tsx\n([\s\S]*?)\n```/.exec(fs.readFileSync(inRoot('docs/your-own-page.md'), 'utf8')) ?? []

const PAGE =
  '<!doctype html><html lang="en"><title>Own page</title><div id="here"></div><script type="module" src="/own-page.js"></script></html>'

async function bundle(order: string): Promise<string> {
  const contents = `${example}
    import { createRoot } from 'react-dom/client'
    createRoot(document.getElementById('here')).render(<PayButton order={{ id: '${order}', version: 1 }} freshKey={'own-' + crypto.randomUUID()} />)`
  const { outputFiles } = await build({
    stdin: { contents, loader: 'tsx', resolveDir: root, sourcefile: 'own-page.tsx' },
    tsconfig: inRoot('tsconfig.json'),
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return outputFiles[0]?.text ?? ''
}

test('the example of the guide is short, and the same on the product’s own pages', async ({ page }) => {
  await page.goto('/docs')
  expect(await page.locator('#own-page pre').textContent()).toBe(example)

  const lines = example.split('\n').filter((line) => !line.startsWith('import') && line.trim() !== '')
  expect(lines.length).toBeGreaterThan(15)
  expect(lines.length).toBeLessThan(30)
})

test('the example of the guide pays once: 25 presses, the answer lost, a reload, a second window', async ({
  page,
  context,
  newOrder,
  proof,
  sql,
}) => {
  const order = await newOrder()
  const script = await bundle(order.id)
  await context.route('**/own-page', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }))
  await context.route('**/own-page.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script }),
  )
  let lost = 0
  await page.route('**/api/trpc/checkout.pay', async (route) => {
    if (lost++ > 0) return route.fallback()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await page.goto('/own-page')
  const second = await context.newPage()
  await second.goto('/own-page')
  await expect(second.getByRole('status')).toHaveText('elsewhere')
  await page.getByRole('button', { name: 'Pay' }).evaluate((button: HTMLButtonElement) => {
    for (let press = 0; press < 25; press++) button.click()
  })
  await expect.poll(() => lost).toBeGreaterThan(0)
  await reloadWhilePaying(page)
  // The second window may have taken the attempt over while the first one was loading, and the receipt with it.
  const receipts = async () => {
    const counts = [page, second].map((window) => window.getByRole('link', { name: 'Paid' }).count())
    return (await Promise.all(counts)).reduce((sum, count) => sum + count)
  }
  await expect.poll(receipts, { timeout: 20_000 }).toBeGreaterThan(0)
  await proof.oneCharge(order)
  expect(await sql('SELECT DISTINCT record_id FROM payment WHERE order_id = $1', [order.uuid])).toHaveLength(
    1,
  )
})
