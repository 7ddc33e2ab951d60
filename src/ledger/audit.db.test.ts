import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Db } from '@/platform/db'
import { findings, invariants, isBroken } from '@/platform/integrity'
import { openTestDatabase } from '@/setup/test/database'
import { ledgerVerdict } from './audit'

const A = '018f0000-0000-7000-8000-00000000000a'
const B = '018f0000-0000-7000-8000-00000000000b'
const PAYMENT = '018f0000-0000-7000-8000-000000000001'
const CAPTURE = '018f0000-0000-7000-8000-000000000002'
const REVERSAL = '018f0000-0000-7000-8000-000000000003'
const ORDER = '018f0000-0000-7000-8000-000000000004'

let db: Db
let owner: pg.Client
let close: () => Promise<void>

beforeAll(async () => {
  const opened = await openTestDatabase()
  db = opened.db
  owner = opened.owner
  close = opened.close
  // What the triggers would refuse is exactly what the audit must be able to see: the owner switches them off.
  await owner.query(`SET session_replication_role = replica`)
})
afterAll(() => close())

beforeEach(async () => {
  await owner.query(
    'DELETE FROM account_sum; DELETE FROM ledger_summed; DELETE FROM entry; DELETE FROM ledger_transaction; DELETE FROM payment; DELETE FROM orders; DELETE FROM account; DELETE FROM merchant',
  )
  for (const merchant of [A, B]) {
    await owner.query(`INSERT INTO merchant (id, name) VALUES ('${merchant}', 'Shop')`)
    await owner.query(
      `INSERT INTO orders (merchant_id, id, currency, amount, status) VALUES ('${merchant}', ${own(merchant, ORDER)}, 'EUR', 2400, 'paid')`,
    )
    for (const [code, type] of [
      ['gateway_clearing', 'asset'],
      ['processing_fees', 'expense'],
      ['sales', 'revenue'],
    ]) {
      await owner.query(
        `INSERT INTO account (merchant_id, id, code, name, type, currency) VALUES ('${merchant}', md5('${code}')::uuid, '${code}', '${code}', '${type}', 'EUR')`,
      )
    }
    await owner.query(
      `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, fee, receipt_token)
       VALUES ('${merchant}', ${own(merchant, PAYMENT)}, ${own(merchant, ORDER)}, 'r', 'succeeded', 2400, 'EUR', 'pm_card_visa', 'k${merchant}', 'ch${merchant}', 60, 't${merchant}')`,
    )
    await owner.query(
      `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description) VALUES ('${merchant}', ${own(merchant, CAPTURE)}, 'capture', ${own(merchant, PAYMENT)}, 'Card payment')`,
    )
    await entries(merchant, CAPTURE, [
      ['gateway_clearing', 2340],
      ['processing_fees', 60],
      ['sales', -2400],
    ])
  }
})

/** The same letters make another id for each merchant. */
const own = (merchant: string, id: string) =>
  `'${id.slice(0, -2)}${merchant === A ? 'a' : 'b'}${id.slice(-1)}'`

async function entries(merchant: string, transaction: string, lines: [string, number][]) {
  for (const [position, [code, amount]] of lines.entries()) {
    await owner.query(
      `INSERT INTO entry VALUES ('${merchant}', ${own(merchant, transaction)}, ${position + 1}, md5('${code}')::uuid, 'EUR', ${amount})`,
    )
  }
}

const broken = async (merchant: string) =>
  (await findings(db, ['ledger'], merchant)).filter(isBroken).map(({ id }) => id)

test('a ledger as the product writes it breaks nothing, and its totals agree', async () => {
  expect(await broken(A)).toEqual([])
  const check = await ledgerVerdict(db, A)
  expect(check.totals).toEqual([{ currency: 'EUR', debits: 2400n, credits: 2400n, entries: 3 }])
  expect(check.entries).toBe(3)
  expect(Math.abs(check.now.getTime() - Date.now())).toBeLessThan(60_000)
})

const BREAKS: [string, string, string[]][] = [
  [
    'an entry was changed',
    `UPDATE entry SET amount = 2341 WHERE amount = 2340 AND merchant_id = '${A}'`,
    ['transaction-balances', 'currency-sums-to-zero', 'capture-has-the-payment-amount'],
  ],
  [
    'entries were deleted',
    `DELETE FROM entry WHERE amount > 0 AND merchant_id = '${A}'`,
    [
      'transaction-balances',
      'transaction-has-two-entries',
      'currency-sums-to-zero',
      'capture-has-the-payment-amount',
    ],
  ],
  [
    'an entry is zero',
    `ALTER TABLE entry DROP CONSTRAINT entry_amount; INSERT INTO entry VALUES ('${A}', ${own(A, CAPTURE)}, 9, md5('sales')::uuid, 'EUR', 0)`,
    ['entry-is-not-zero'],
  ],
  [
    'an account is gone',
    `DELETE FROM account WHERE code = 'sales' AND merchant_id = '${A}'`,
    ['entry-has-its-account'],
  ],
  [
    'a sum is not of its entries',
    `INSERT INTO ledger_summed (xid) VALUES (1);
     INSERT INTO account_sum VALUES ('${A}', md5('sales')::uuid, 'hour', now(), 1, 0, 1, now())`,
    ['sums-are-of-their-entries'],
  ],
  [
    'a capture is gone',
    `DELETE FROM entry WHERE merchant_id = '${A}'; DELETE FROM ledger_transaction WHERE merchant_id = '${A}'`,
    ['succeeded-payment-has-one-capture'],
  ],
  [
    'a capture was posted twice',
    `DROP INDEX IF EXISTS ledger_transaction_one_capture_of_payment;
     INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description) SELECT merchant_id, md5('twice')::uuid, kind, payment_id, 'again' FROM ledger_transaction WHERE merchant_id = '${A}';
     INSERT INTO entry SELECT merchant_id, md5('twice')::uuid, position, account_id, currency, amount FROM entry WHERE merchant_id = '${A}'`,
    ['succeeded-payment-has-one-capture'],
  ],
  [
    'the payment was of another amount',
    `UPDATE payment SET amount = 2500 WHERE merchant_id = '${A}'`,
    ['capture-has-the-payment-amount'],
  ],
  [
    'the payment was in another currency',
    `UPDATE payment SET currency = 'USD' WHERE merchant_id = '${A}'`,
    ['capture-has-the-payment-amount'],
  ],
  [
    'the payment was declined',
    `UPDATE payment SET status = 'declined' WHERE merchant_id = '${A}'`,
    ['capture-has-a-succeeded-payment'],
  ],
  [
    'a reversal is not the mirror',
    `INSERT INTO ledger_transaction (merchant_id, id, kind, reverses, description) VALUES ('${A}', ${own(A, REVERSAL)}, 'reversal', ${own(A, CAPTURE)}, 'Correction');
     INSERT INTO entry VALUES ('${A}', ${own(A, REVERSAL)}, 1, md5('sales')::uuid, 'EUR', 100), ('${A}', ${own(A, REVERSAL)}, 2, md5('processing_fees')::uuid, 'EUR', -100)`,
    ['reversal-mirrors'],
  ],
  [
    'a reversal names nothing',
    `ALTER TABLE ledger_transaction DROP CONSTRAINT IF EXISTS ledger_transaction_of_a_reversal;
     INSERT INTO ledger_transaction (merchant_id, id, kind, description) VALUES ('${A}', ${own(A, REVERSAL)}, 'reversal', 'Correction');
     INSERT INTO entry VALUES ('${A}', ${own(A, REVERSAL)}, 1, md5('sales')::uuid, 'EUR', 100), ('${A}', ${own(A, REVERSAL)}, 2, md5('processing_fees')::uuid, 'EUR', -100)`,
    ['reversal-names-its-transaction'],
  ],
]

test.each(BREAKS)('%s: it is found, and in nobody else’s ledger', async (_what, damage, expected) => {
  await owner.query(damage)
  expect(await broken(A)).toEqual(expected.toSorted())
  expect(await broken(B)).toEqual([])
})

test('every invariant of the ledger has a row that breaks it', async () => {
  const proved = new Set(BREAKS.flatMap(([, , expected]) => expected))
  expect([...proved].toSorted()).toEqual((await invariants(db, ['ledger'])).map(({ id }) => id))
})

test('over all merchants, each offender says whose it is', async () => {
  await owner.query(`UPDATE payment SET status = 'declined'`)
  const found = await findings(db, ['ledger'], null)
  const offenders = found.find(({ id }) => id === 'capture-has-a-succeeded-payment')?.offenders ?? []
  expect(offenders.map(({ merchantId }) => merchantId).toSorted()).toEqual([A, B])
  expect(offenders[0]?.detail).toBe('its payment is declined')
})
