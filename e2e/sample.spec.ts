import fs from 'node:fs'
import path from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { openDb, openPool } from '@/platform/db'
import { type Demo, readDemo } from '@/setup/demo-file'
import { onConnection } from '@/setup/schema/schema-engine'
import { launch, newHome } from '@/setup/test/product'
import { check } from '@/setup/verify'
import { expectPerceivable } from './perceivable'

// A first start as people make it, as a second product beside the one that the other tests share: that one has no sample shop.
let home: string
test.beforeEach(() => {
  home = newHome()
})
test.afterEach(() => fs.rmSync(home, { recursive: true, force: true }))

const start = (name: string) =>
  launch(path.join(home, 'data'), path.join(home, `${name} log`), 0, {
    changes: { PAYONCE_SAMPLE_SHOP: 'true' },
  })
const bar = (page: Page) => page.getByRole('region', { name: 'Sample shop' })
const way = (page: Page) => page.getByRole('button', { name: 'Look at the sample shop' })
const alerts = (page: Page) => page.getByRole('status', { name: 'Alerts' })

test('a newcomer looks at a week of another shop, comes back to an empty one, and removes the sample with one press', {
  tag: '@alone',
}, async ({ browser }) => {
  test.setTimeout(180_000)
  const first = start('first')
  await first.ready()
  expect(await brokenOf(demo())).toEqual([])
  const context = await signedIn(await browser.newContext({ baseURL: demo().baseUrl }))
  const page = await context.newPage()
  const beside = await context.newPage()
  for (const tab of [page, beside]) await tab.goto('/dashboard')
  await expect(page.getByRole('heading', { name: 'First steps' })).toBeVisible()
  await expect(alerts(page)).toBeEmpty()

  await way(page).click()
  await expect(bar(page)).toContainText('Sample shop: made-up payments.')
  await expect(alerts(page)).toContainText('1 alert about money is open')
  await expect(page.getByRole('heading', { name: 'First steps' })).toBeHidden()
  // Its session is the same: no shop's numbers may stand in the other's frame.
  await expect(bar(beside)).toBeVisible()
  await expectPerceivable(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/dashboard/payments')
  await expect(page.getByRole('row')).not.toHaveCount(0)
  await page.goto('/dashboard/payments?state=parked')
  await expect(bar(page)).toBeVisible()

  await bar(page).getByRole('button', { name: 'Back to your shop' }).click()
  await expect(page.getByRole('heading', { name: 'First steps' })).toBeVisible()
  await expect(bar(beside)).toBeHidden()
  await expect(alerts(page)).toBeEmpty()

  await way(page).click()
  await bar(page).getByRole('button', { name: 'Remove the sample' }).click()
  for (const tab of [page, beside]) {
    await expect(tab.getByRole('heading', { name: 'First steps' })).toBeVisible()
    await expect(bar(tab)).toBeHidden()
    await expect(way(tab)).toBeHidden()
  }
  await context.close()
  expect((await first.stop()).code).toBe(0)

  const next = start('next')
  await next.ready()
  expect(await rowsLeft(demo())).toEqual({ merchants: 1, payments: 0, charges: 0 })
  expect(await brokenOf(demo())).toEqual([])
  expect((await next.stop()).code).toBe(0)
})

function demo(): Demo {
  const found = readDemo(path.join(home, 'data'))
  if (!found) throw new Error('There is no demo.json.')
  return found
}

async function signedIn(context: BrowserContext): Promise<BrowserContext> {
  const { baseUrl: origin, operator } = demo()
  const answer = await context.request.post('/api/auth/sign-in/email', {
    data: operator,
    headers: { origin },
  })
  expect(answer.ok()).toBe(true)
  return context
}

async function brokenOf({ databaseUrl }: Demo) {
  const pool = openPool(databaseUrl, { max: 1, name: 'e2e-sample' })
  const db = openDb(pool)
  const { findings } = await check(db)
  await db.$disconnect()
  await pool.end()
  return findings.filter(({ offenders }) => offenders.length > 0)
}

async function rowsLeft({ databaseUrl }: Demo) {
  return onConnection(databaseUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM merchant) AS merchants, (SELECT count(*)::int FROM payment) AS payments,
         (SELECT count(*)::int FROM gateway_simulator.charge) AS charges`,
    )
    return rows[0]
  })
}
