import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sealLedger } from '@/ledger/seal'
import { newOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'
import { fillBooks } from './testing/fill-books'
import { recordsOf } from './testing/parse-csv'
import { readZip } from './testing/read-zip'

let product: TestProduct
let cookie: string

beforeAll(async () => {
  product = await openTestProduct()
  cookie = await (await newOperator(product, 'support')).cookie()
  for (const currency of ['EUR', 'BHD'])
    await fillBooks(product.owner, {
      merchantId: product.merchantId,
      currency,
      count: 1_500,
      from: '2025-10-20T00:00:00Z',
      stepMs: 3_600_000,
    })
})
afterAll(() => product.close())

async function pack(query: string): Promise<Map<string, string>> {
  const answer = await product.call(`/api/exports/month-end?${query}`, { headers: { cookie } })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip'])
  return readZip(Buffer.from(await answer.arrayBuffer()))
}
const NOVEMBER = 'first=2025-11-01&last=2025-11-30&zone=America/New_York'
const sum = (rows: Record<string, string>[], column: string) =>
  rows.reduce((total, row) => total + BigInt(row[column] || '0'), 0n)

test('every part is of the same period, and the parts tie together', async () => {
  await vi.waitFor(async () => expect(await sealLedger(product.deps.db, 10_000)).toBeGreaterThan(0), 50_000)
  const files = await pack(NOVEMBER)
  expect([...files.keys()]).toEqual([
    'trial-balance.csv',
    'journal.csv',
    ...['BHD', 'EUR'].flatMap((currency) =>
      ['gateway_clearing', 'processing_fees', 'sales'].map((code) => `statements/${currency}-${code}.csv`),
    ),
    'payments.csv',
    'README.txt',
  ])
  const read = (name: string) => recordsOf(files.get(name) ?? '')
  const [trial, journal, payments] = [read('trial-balance.csv'), read('journal.csv'), read('payments.csv')]
  // 30 days of 24 hours and the one that November has more in New York, in two currencies.
  expect(payments).toHaveLength(2 * (30 * 24 + 1))
  expect(journal).toHaveLength(3 * payments.length)
  expect(sum(journal, 'amountMinor')).toBe(0n)
  for (const line of trial) {
    const own = journal.filter(({ account }) => account === line.account)
    expect(sum(own, 'amountMinor')).toBe(BigInt(line.debitsMinor ?? '') - BigInt(line.creditsMinor ?? ''))
    const statement = read(`statements/${line.currency}-${line.accountCode}.csv`)
    expect([statement[0]?.balanceMinor, statement.at(-1)?.balanceMinor]).toEqual([
      line.openingMinor,
      line.closingMinor,
    ])
    expect(statement).toHaveLength(own.length + 2)
  }
  const sales = trial.find(({ accountCode, currency }) => accountCode === 'sales' && currency === 'BHD')
  expect(
    sum(
      payments.filter(({ currency }) => currency === 'BHD'),
      'amountMinor',
    ),
  ).toBe(BigInt(sales?.creditsMinor ?? ''))
  const readme = files.get('README.txt') ?? ''
  expect(readme).toContain('From      2025-11-01T04:00:00.000Z (2025-11-01T00:00:00.000-04:00), inclusive')
  expect(readme).toContain('Until     2025-12-01T05:00:00.000Z (2025-12-01T00:00:00.000-05:00), exclusive')
  expect(readme).toContain('All 14 comparisons agree.')
  const { rows } = await product.owner.query(
    `SELECT encode(hash, 'hex') AS hash FROM chain_head WHERE merchant_id = $1 AND chain = 'ledger'`,
    [product.merchantId],
  )
  expect(readme).toContain(rows[0].hash)
})

test('a period that is not over says so, and ends before now', async () => {
  const readme = (await pack('first=2025-10-01&last=2400-01-01')).get('README.txt') ?? ''
  expect(readme).toContain('The period was not over: make the pack again when it is.')
  expect(readme).toContain('All 14 comparisons agree.')
  expect(readme).not.toContain('2400-01-02')
})

test('a ledger that does not tie is named in the README', async () => {
  await product.owner.query(
    `BEGIN; SET LOCAL session_replication_role = replica;
     UPDATE entry SET amount = amount + 7 WHERE (merchant_id, transaction_id, position) IN (
       SELECT e.merchant_id, e.transaction_id, e.position FROM entry e JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
       WHERE e.currency = 'EUR' AND e.position = 1 AND t.posted_at = '2025-11-10T00:00:00Z'); COMMIT`,
  )
  const readme = (await pack(NOVEMBER)).get('README.txt') ?? ''
  expect(readme).toMatch(/!! {2}Debits = credits +\d+\.\d\d EUR and \d+\.\d\d EUR: DIFFERENT/)
  expect(readme).toContain('Do not use this pack')
})
