import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'

/** Each rule of the database about money, attacked by SQL: as the product's own role and, where a trigger keeps it, as the owner. */
const [OURS, THEIRS] = [uuidv7(), uuidv7()]
const CODES = ['gateway_clearing', 'processing_fees', 'sales'] as const
type Line = [account: string, amount: number, currency?: string]

let database: TestDatabase
let app: pg.Pool
let owner: pg.Pool
let transaction: string

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 4, name: 'laws-owner' })
  app = openPool(database.appUrl, { max: 60, name: 'laws-app' })
  for (const merchant of [OURS, THEIRS]) {
    await owner.query('INSERT INTO merchant (id, name) VALUES ($1, $2)', [merchant, 'Shop'])
    for (const currency of ['EUR', 'USD']) {
      for (const code of CODES)
        await owner.query(`INSERT INTO account VALUES ($1, $2, $3, $3, 'asset', $4)`, [
          merchant,
          account(merchant, code, currency),
          code,
          currency,
        ])
    }
  }
  transaction = await post(app, SALE)
})
afterAll(async () => {
  await Promise.all([app.end(), owner.end()])
  await database.drop()
})

const SALE: Line[] = [
  ['gateway_clearing', 98],
  ['processing_fees', 2],
  ['sales', -100],
]
const as = (role: string) => (role === 'app' ? app : owner)
const BOTH = [['app'], ['owner']]

/** The account's id is made of what it is, so that a test can name it. */
function account(merchant: string, code: string, currency = 'EUR'): string {
  const place = CODES.indexOf(code as (typeof CODES)[number]) + (currency === 'EUR' ? 0 : 3)
  return `${merchant.slice(0, -2)}${String(place).padStart(2, '0')}`
}

interface Head {
  kind?: string
  payment?: string | null
  reverses?: string | null
  accountsOf?: string
}

/** A payment to be captured, of an order of its own. */
async function newPayment(): Promise<string> {
  const id = uuidv7()
  await owner.query(`INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, 'EUR', 100)`, [
    OURS,
    id,
  ])
  await owner.query(
    `INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token)
     VALUES ($1, $2::uuid, $2::uuid, $2::text, 100, 'EUR', 'pm_card_visa', $2::text, $2::text)`,
    [OURS, id],
  )
  return id
}

/** Writes a transaction with its lines in one statement, and gives its id. */
async function post(
  on: Pick<pg.Pool, 'query'>,
  lines: Line[],
  { kind = 'capture', payment: given, reverses = null, accountsOf = OURS }: Head = {},
): Promise<string> {
  const id = uuidv7()
  const payment = given !== undefined ? given : kind === 'reversal' ? null : await newPayment()
  await on.query(
    `WITH head AS (
       INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, reverses, description) VALUES ($1, $2, $3, $4, $5, 'test'))
     INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
     SELECT $1, $2, line.* FROM unnest($6::smallint[], $7::uuid[], $8::text[], $9::bigint[]) AS line`,
    [
      OURS,
      id,
      kind,
      payment,
      reverses,
      lines.map((_, index) => index + 1),
      lines.map(([code, , currency]) => account(accountsOf, code, currency)),
      lines.map(([, , currency = 'EUR']) => currency),
      lines.map(([, amount]) => amount),
    ],
  )
  return id
}

const totals = async () =>
  (await owner.query<{ n: number; sum: string }>('SELECT count(*)::int AS n, sum(amount) AS sum FROM entry'))
    .rows[0]

describe('double entry', () => {
  it.each(BOTH)('positive control: %s may post what balances, in one currency and in two', async (role) => {
    await post(as(role), SALE)
    await post(as(role), [...SALE, ['gateway_clearing', 5, 'USD'], ['sales', -5, 'USD']])
  })

  const ATTACKS: Array<[string, Line[], Head, RegExp]> = [
    ['no entry at all', [], {}, /has 0 entries; double entry needs at least two/],
    ['a single entry', [['sales', -100]], {}, /has 1 entries/],
    [
      'one cent too much',
      [
        ['gateway_clearing', 101],
        ['sales', -100],
      ],
      {},
      /does not balance in EUR/,
    ],
    [
      'two currencies that only balance together',
      [
        ['gateway_clearing', 100],
        ['sales', -100, 'USD'],
      ],
      {},
      /does not balance in (EUR|USD)/,
    ],
    [
      'an entry of zero',
      [
        ['gateway_clearing', 0],
        ['sales', 0],
      ],
      {},
      /entry_amount/,
    ],
    ['an unknown kind', SALE, { kind: 'gift' }, /ledger_transaction_kind/],
    ['a capture of nothing', SALE, { payment: null }, /ledger_transaction_of_a_payment/],
    ['a surplus of nothing', SALE, { kind: 'surplus', payment: null }, /ledger_transaction_of_a_payment/],
    ['a capture of a payment that is not there', SALE, { payment: uuidv7() }, /payment_id_fkey/],
    ['a reversal of nothing', SALE, { kind: 'reversal' }, /ledger_transaction_of_a_reversal/],
    [
      "another merchant's accounts",
      SALE,
      { accountsOf: THEIRS },
      /entry_merchant_id_account_id_currency_fkey/,
    ],
    ['the reversal of what is not there', SALE, { kind: 'reversal', reverses: uuidv7() }, /reverses_fkey/],
  ]
  const everyAttack = ATTACKS.flatMap(([what, lines, head, says]) =>
    BOTH.map(([role = '']) => ({ what, role, lines, head, says })),
  )
  it.each(everyAttack)('F88 refuses $what, as $role', async ({ role, lines, head, says }) => {
    const before = await totals()
    await expect(post(as(role), lines, head)).rejects.toThrow(says)
    expect(await totals()).toEqual(before)
  })

  it.each(BOTH)('F88 refuses an entry in another currency than its account, as %s', async (role) => {
    const insert = (currency: string) =>
      as(role).query('INSERT INTO entry VALUES ($1, $2, 9, $3, $4, 5)', [
        OURS,
        transaction,
        account(OURS, 'sales', 'EUR'),
        currency,
      ])
    await expect(insert('USD')).rejects.toThrow(/entry_merchant_id_account_id_currency_fkey/)
    await expect(insert('EUR')).rejects.toThrow(/was posted before/)
  })

  it.each(BOTH)('F88 refuses what is written apart from its posting, as %s', async (role) => {
    const before = await totals()
    const insert = `INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount) VALUES`
    const line = (of: string, position: number, code: string, amount: number) =>
      `('${OURS}', '${of}', ${position}, '${account(OURS, code)}', 'EUR', ${amount})`
    const balanced = `${line(transaction, 8, 'sales', -5)}, ${line(transaction, 9, 'gateway_clearing', 5)}`
    await expect(as(role).query(`${insert} ${balanced}`)).rejects.toThrow(/was posted before/)

    // One commit is not enough: each part is refused by itself, at once.
    const id = uuidv7()
    const head = `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description) VALUES ('${OURS}', '${id}', 'capture', '${await newPayment()}', 'x')`
    const whole = `${insert} ${line(id, 1, 'sales', -5)}, ${line(id, 2, 'gateway_clearing', 5)}`
    await expect(as(role).query(`BEGIN; ${head}; ${whole}; COMMIT`)).rejects.toThrow(/has 0 entries/)
    const half = `${insert} ${line(id, 1, 'sales', -5)}`
    await expect(as(role).query(`WITH head AS (${head}) ${half}`)).rejects.toThrow(/has 1 entries/)
    expect(await totals()).toEqual(before)
  })

  it.each(BOTH)('F88 one wrong posting among many in a statement undoes all of them, as %s', async (role) => {
    const payments = await Promise.all(Array.from({ length: 3 }, newPayment))
    const write = (amounts: readonly number[]) =>
      as(role).query(
        `WITH input AS (SELECT * FROM unnest($2::uuid[], $3::bigint[]) AS input (id, amount)),
           head AS (INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description) SELECT $1, id, 'capture', id, 'x' FROM input)
         INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
         SELECT $1, id, 1, '${account(OURS, 'gateway_clearing')}'::uuid, 'EUR', 100 FROM input
         UNION ALL SELECT $1, id, 2, '${account(OURS, 'sales')}'::uuid, 'EUR', amount FROM input`,
        [OURS, payments, amounts],
      )
    const before = await totals()
    // The sum over the statement is zero; each posting must be.
    await expect(write([-100, -99, -101])).rejects.toThrow(/does not balance in EUR/)
    expect(await totals()).toEqual(before)
    await write([-100, -100, -100])
    expect((await totals())?.n).toBe((before?.n ?? 0) + 6)
  })

  it('the check cannot be put off to the commit, nor switched off, by the app', async () => {
    await expect(
      app.query(`BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description)
        VALUES ('${OURS}', '${uuidv7()}', 'capture', '${await newPayment()}', 'x'); COMMIT`),
    ).rejects.toThrow(/has 0 entries/)
    for (const attack of [
      `SET session_replication_role = replica`,
      'ALTER TABLE entry DISABLE TRIGGER ALL',
      'DROP TRIGGER entry_balances ON entry',
    ])
      await expect(app.query(attack)).rejects.toMatchObject({ code: '42501' })
  })
})

describe('F89 facts are never edited', () => {
  const EDITS = [
    'UPDATE entry SET amount = amount + 1',
    'UPDATE entry SET amount = amount WHERE false',
    'DELETE FROM entry',
    'TRUNCATE entry',
    `UPDATE ledger_transaction SET description = 'x'`,
    'DELETE FROM ledger_transaction',
    'TRUNCATE ledger_transaction CASCADE',
    `UPDATE outbox_event SET payload = '{}'`,
    'TRUNCATE outbox_event',
  ]
  it.each(EDITS)('the app has no right to %s', async (edit) => {
    await expect(app.query(edit)).rejects.toMatchObject({ code: '42501' })
  })
  it.each(EDITS)('and the owner meets the trigger: %s', async (edit) => {
    await expect(owner.query(edit)).rejects.toMatchObject({
      code: '23001',
      message: expect.stringMatching(/append-only/),
    })
  })

  it.each([
    'DELETE FROM account',
    'DELETE FROM merchant',
    'UPDATE attempt SET presses = 99',
    'TRUNCATE attempt',
  ])('the app has no right to %s', async (edit) => {
    await expect(app.query(edit)).rejects.toMatchObject({ code: '42501' })
  })

  it('an event is kept for 90 days, and can then be removed by the app', async () => {
    for (const age of ['89 days', '91 days'])
      await owner.query(
        `INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload, created_at)
         VALUES ($1, gen_random_uuid(), 'of ' || $2::text, gen_random_uuid(), '{}', now() - $2::text::interval)`,
        [OURS, age],
      )
    for (const client of [app, owner])
      await expect(client.query('DELETE FROM outbox_event')).rejects.toMatchObject({ code: '23001' })
    const removed = await app.query(`DELETE FROM outbox_event WHERE created_at < now() - interval '90 days'`)
    expect(removed.rowCount).toBe(1)
  })

  it('an account that has entries keeps its currency', async () => {
    const change = `UPDATE account SET currency = 'USD' WHERE id = '${account(OURS, 'sales')}'`
    await expect(app.query(change)).rejects.toMatchObject({ code: '42501' })
    await expect(owner.query(change)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) })
  })
})

describe('once only', () => {
  it.each(BOTH)('a payment is captured once, as %s', async (role) => {
    const payment = await newPayment()
    const all = await Promise.allSettled(Array.from({ length: 4 }, () => post(as(role), SALE, { payment })))
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    for (const one of all)
      if (one.status === 'rejected')
        expect(String(one.reason)).toMatch(/ledger_transaction_one_capture_of_payment/)
  })

  it.each(BOTH)('F93 a transaction is reversed once, as %s, however many try at once', async (role) => {
    const first = await post(as(role), SALE)
    const mirror = SALE.map(([code, amount]): Line => [code, -amount])
    const all = await Promise.allSettled(
      Array.from({ length: 4 }, () => post(as(role), mirror, { kind: 'reversal', reverses: first })),
    )
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    for (const one of all)
      if (one.status === 'rejected') expect(String(one.reason)).toMatch(/ledger_transaction_reversed_once/)
  })
})

describe('L4 postings of one merchant', () => {
  it('do not wait for one another: one commits while another is open', async () => {
    const client = await app.connect()
    await client.query('BEGIN')
    await post(client, SALE)
    const impatient = openPool(database.appUrl, { max: 1, name: 'impatient' })
    await impatient.query(`SET lock_timeout = '100ms'`)
    await post(impatient, SALE)
    await impatient.end()
    await client.query('COMMIT')
    client.release()
  })

  it('50 at once sum right', async () => {
    const balance = async (code: string) =>
      Number(
        (
          await owner.query(`SELECT coalesce(sum(amount), 0) AS sum FROM entry WHERE account_id = $1`, [
            account(OURS, code),
          ])
        ).rows[0].sum,
      )
    const before = await Promise.all(CODES.map(balance))
    await Promise.all(Array.from({ length: 50 }, () => post(app, SALE)))
    const after = await Promise.all(CODES.map(balance))
    expect(after.map((sum, index) => sum - (before[index] as number))).toEqual([4_900, 100, -5_000])
    expect((await totals())?.sum).toBe('0')
  })
})
