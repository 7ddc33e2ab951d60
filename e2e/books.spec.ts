import fs from 'node:fs'
import type { Download } from '@playwright/test'
import { recordsOf } from '@/server/exports/testing/parse-csv'
import { readZip } from '@/server/exports/testing/read-zip'
import { expectReceipt, openCheckout, payButton } from './checkout-page'
import { expect, test } from './fixtures'
import type { Sql } from './orders'

/** A currency of this file alone. */
const CURRENCY = 'OMR'

test('a month is closed on one page, in two presses, and its files have the same figures', async ({
  page,
  operatorPage,
  newOrder,
  sql,
}) => {
  const reference = `books-${Date.now()}`
  const order = await newOrder({ currency: CURRENCY, unitAmount: 1_234n, quantity: 1, reference })
  await openCheckout(page, order)
  await payButton(page).click()
  await expectReceipt(page, 'OMR 1.234')
  const expected = await sumsOf(sql)

  // From any page: two presses, and every account in every currency is there.
  await operatorPage.getByRole('link', { name: 'Ledger', exact: true }).first().click()
  await operatorPage.getByRole('link', { name: 'Trial balance' }).click()
  const table = operatorPage.getByRole('table', { name: `Trial balance in ${CURRENCY}` })
  await expect(table.getByText('✓ Debits = credits')).toBeVisible()
  const sums = table.getByRole('row').last()
  await expect(sums).toContainText(`OMR ${expected.debits}`)
  await expect(operatorPage.getByRole('table', { name: CURRENCY, exact: true })).toContainText('Captured')

  const csv = recordsOf(await textOf(operatorPage.waitForEvent('download'), () => press('Export CSV')))
  const own = csv.filter(({ currency }) => currency === CURRENCY)
  const total = (column: string) => own.reduce((sum, row) => sum + Number(row[column]), 0).toFixed(3)
  expect([total('debits'), total('credits')]).toEqual([expected.debits, expected.debits])

  const zip = operatorPage.waitForEvent('download')
  await press('Download the books as ZIP')
  const files = readZip(fs.readFileSync(await (await zip).path()))
  expect(files.get('README.txt')).toMatch(/All \d+ comparisons agree\./)
  expect([...files.keys()]).toEqual(
    expect.arrayContaining(['trial-balance.csv', 'journal.csv', 'payments.csv']),
  )

  // A month without any: nothing of this currency.
  await operatorPage.getByRole('button', { name: 'Last year' }).click()
  await expect(table).toHaveCount(0)
  await operatorPage.getByRole('button', { name: 'This month' }).click()
  await table.getByRole('link', { name: 'Sales', exact: true }).click()
  await expect(operatorPage.getByText('Closing balance')).toBeVisible()
  await expect(operatorPage.getByRole('table', { name: /Lines of the account/ })).toContainText(reference)

  function press(name: string) {
    return operatorPage.getByRole('link', { name }).click()
  }
})

async function sumsOf(sql: Sql): Promise<{ debits: string }> {
  const [row] = await sql<{ debits: string }>(
    `SELECT (sum(e.amount) FILTER (WHERE e.amount > 0) / 1000.0)::numeric(20, 3)::text AS debits FROM entry e
     JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
     WHERE e.currency = $1 AND t.posted_at >= date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`,
    [CURRENCY],
  )
  return row ?? { debits: '0.000' }
}

async function textOf(download: Promise<Download>, begin: () => Promise<void>): Promise<string> {
  await begin()
  return fs.readFileSync(await (await download).path(), 'utf8')
}
