import { openDb, openPool } from '@/platform/db'
import { check } from '@/setup/verify'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'

test('the operator sees that every invariant holds, of how many payments, and may have everything checked', {
  tag: '@alone',
}, async ({ operatorPage, page, newOrder }) => {
  const order = await newOrder()
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  await operatorPage
    .getByRole('navigation', { name: 'Dashboard' })
    .getByRole('link', { name: 'Integrity' })
    .click()
  await expect(operatorPage.getByRole('heading', { level: 1, name: 'Integrity' })).toBeFocused()
  const verdict = operatorPage.getByRole('region', { name: 'Verdict' })
  // The worker's first check of every row, after a start, takes a moment.
  await expect(verdict).toContainText(/All \d+ invariants hold/, { timeout: 30_000 })
  await expect(verdict).toContainText(/Paid\s*[1-9]/)
  const answer = operatorPage.waitForResponse(/integrity\.checkEverything/)
  await operatorPage.getByRole('button', { name: 'Check everything now' }).click()
  expect((await answer).status()).toBe(200)
  await expect(verdict).toContainText(/every row \d+ s ago|every row just now/, { timeout: 60_000 })
})

test('every invariant holds after all of this', { tag: '@alone' }, async ({ demo, page, newOrder }) => {
  // Control: there is at least one charge to check, whichever tests ran before.
  const order = await newOrder()
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page)
  const pool = openPool(demo.databaseUrl, { max: 1, name: 'e2e-verify' })
  const db = openDb(pool)
  const { counted, findings } = await check(db)
  await db.$disconnect()
  await pool.end()
  expect(counted.charges).toBeGreaterThan(0)
  expect(counted.succeeded).toBe(counted.charges)
  expect(findings.filter((finding) => finding.offenders.length > 0)).toEqual([])
})
