import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '@/platform/db'
import { openTestDatabase } from '@/setup/test/database'
import { account, accounts, journal, statement, transactionsOfPayment } from './read'

const A = '018f0000-0000-7000-8000-00000000000a'
const B = '018f0000-0000-7000-8000-00000000000b'
const CLEARING = '018f0000-0000-7000-8000-000000000101'
const SALES = '018f0000-0000-7000-8000-000000000102'
const OTHERS = '018f0000-0000-7000-8000-000000000103'

let db: Db
let owner: pg.Client
let close: () => Promise<void>

/** Seven captures of 100, 200, … 700 cents, one a minute from 12:01; and an account of another merchant with one of 9999. */
beforeAll(async () => {
  const opened = await openTestDatabase()
  db = opened.db
  owner = opened.owner
  close = opened.close
  await owner.query(`
    INSERT INTO merchant (id, name) VALUES ('${A}', 'Ours'), ('${B}', 'Theirs');
    INSERT INTO account (merchant_id, id, code, name, type, currency) VALUES
      ('${A}', '${CLEARING}', 'gateway_clearing', 'Clearing', 'asset', 'EUR'), ('${A}', '${SALES}', 'sales', 'Sales', 'revenue', 'EUR'),
      ('${B}', '${CLEARING}', 'gateway_clearing', 'Clearing', 'asset', 'EUR'), ('${B}', '${OTHERS}', 'sales', 'Sales', 'revenue', 'EUR')`)
  const post = (merchant: string, n: number, sales: string, amount: number) =>
    owner.query(`
      BEGIN;
      INSERT INTO orders (merchant_id, id, currency, amount) VALUES ('${merchant}', '${id(n)}', 'EUR', ${amount});
      INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, receipt_token)
        VALUES ('${merchant}', '${id(n)}', '${id(n)}', 'r${n}', 'succeeded', ${amount}, 'EUR', 'pm_card_visa', 'k${n}', 'ch${n}', 't${n}');
      WITH head AS (INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at)
        VALUES ('${merchant}', '${id(n)}', 'capture', '${id(n)}', 'Payment ${n}', '2026-11-24T12:00:00.000500Z'::timestamptz + interval '${n} min'))
      INSERT INTO entry VALUES ('${merchant}', '${id(n)}', 1, '${CLEARING}', 'EUR', ${amount}), ('${merchant}', '${id(n)}', 2, '${sales}', 'EUR', ${-amount});
      COMMIT`)
  for (let n = 1; n <= 7; n++) await post(A, n, SALES, n * 100)
  await post(B, 8, OTHERS, 9999)
})
afterAll(() => close())

const id = (n: number) => `018f0000-0000-7000-8000-0000000001${n}0`

test('a balance is the sum of the entries, now and at any past instant', async () => {
  const balance = async (asOf?: string) => (await account(db, A, SALES, asOf))?.balance
  expect(await balance()).toBe(-2800n)
  expect(await balance('2026-11-24T12:00:00Z')).toBe(0n)
  expect(await balance('2026-11-24T12:03:00.0005Z')).toBe(-600n)
  expect(await balance('2026-11-24T12:03:00.000499Z')).toBe(-300n)
})

test('accounts show debits, credits and the last entry, and only this merchant’s', async () => {
  const all = await accounts(db, A)
  expect(
    all.map(({ code, debits, credits, balance, entries }) => ({ code, debits, credits, balance, entries })),
  ).toEqual([
    { code: 'gateway_clearing', debits: 2800n, credits: 0n, balance: 2800n, entries: 7 },
    { code: 'sales', debits: 0n, credits: 2800n, balance: -2800n, entries: 7 },
  ])
  expect(all[0]?.lastEntryAt?.toISOString()).toBe('2026-11-24T12:07:00.000Z')
  expect(await account(db, A, OTHERS)).toBeNull()
  expect(await account(db, B, SALES)).toBeNull()
})

test('a statement is read page by page without a gap, and each line tells the balance it left', async () => {
  const seen: { amount: bigint; balance: bigint }[] = []
  let after: { transactionId: string; position: number } | null = null
  for (let page = 0; page < 5; page++) {
    const lines = await statement(db, A, { accountId: CLEARING, after, limit: 3 })
    seen.push(...lines.map(({ amount, balance }) => ({ amount, balance })))
    const last = lines.at(-1)
    if (!last) break
    after = { transactionId: last.transactionId, position: last.position }
  }
  expect(seen).toEqual(
    [7, 6, 5, 4, 3, 2, 1].map((n) => ({ amount: BigInt(n * 100), balance: BigInt((n * (n + 1) * 100) / 2) })),
  )
})

test('a statement as of an instant begins with the balance of that instant', async () => {
  const [first] = await statement(db, A, { accountId: SALES, asOf: '2026-11-24T12:03:30Z', limit: 1 })
  expect(first).toMatchObject({ transactionId: id(3), amount: -300n, balance: -600n })
  expect(await statement(db, B, { accountId: SALES, limit: 5 })).toEqual([])
})

test('the journal shows each transaction whole, debits first, page by page', async () => {
  const first = await journal(db, A, { limit: 4 })
  const rest = await journal(db, A, { after: first.at(-1)?.id ?? null, limit: 10 })
  expect([...first, ...rest].map((transaction) => transaction.id)).toEqual([7, 6, 5, 4, 3, 2, 1].map(id))
  expect(first[0]?.entries.map(({ code, amount }) => [code, amount])).toEqual([
    ['gateway_clearing', 700n],
    ['sales', -700n],
  ])
})

test('the transactions of a payment are its capture and what reverses that, this merchant’s only', async () => {
  await owner.query(`
    WITH head AS (
      INSERT INTO ledger_transaction (merchant_id, id, kind, reverses, description) VALUES ('${A}', '${id(9)}', 'reversal', '${id(2)}', 'Correction'))
    INSERT INTO entry VALUES ('${A}', '${id(9)}', 1, '${CLEARING}', 'EUR', -200), ('${A}', '${id(9)}', 2, '${SALES}', 'EUR', 200)`)
  const found = await transactionsOfPayment(db, A, id(2))
  expect(found.map((transaction) => [transaction.id, transaction.reverses, transaction.reversedBy])).toEqual([
    [id(9), id(2), null],
    [id(2), null, id(9)],
  ])
  expect(await transactionsOfPayment(db, A, id(8))).toEqual([])
})
