import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAccounts } from '@/ledger/chart'
import { post } from '@/ledger/post'
import { surplus } from '@/ledger/posting'
import { uuidv7 } from '@/lib/id'
import { commit } from '@/platform/commit'
import { type Db, openDb, openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { dueSurplus, recordSurplus, type Surplus } from './surplus'

/** The rules of surplus charges, attacked by SQL: as the product's own role and, where a trigger keeps it, as the owner. */
const [OURS, THEIRS] = [uuidv7(), uuidv7()]

let database: TestDatabase
let app: pg.Pool
let owner: pg.Pool
let db: Db
let found: Surplus

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'surplus-owner' })
  app = openPool(database.appUrl, { max: 12, name: 'surplus-app' })
  db = openDb(app)
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'A'), ($2, 'B')`, [OURS, THEIRS])
  await db.$executeRaw(openAccounts(OURS, 'EUR'))
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([app.end(), owner.end()])
  await database.drop()
})
beforeEach(async () => {
  found = await newSurplus()
  expect(await recordSurplus(db, found, uuidv7)).toBe(true)
})

async function newSurplus(): Promise<Surplus> {
  const id = uuidv7()
  await owner.query(`INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, 'EUR', 2400)`, [
    OURS,
    id,
  ])
  await owner.query(
    `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, receipt_token)
     VALUES ($1, $2::uuid, $2::uuid, 'r', 'declined', 2400, 'EUR', 'pm_card_visa', $2::text, $2::text)`,
    [OURS, id],
  )
  return {
    merchantId: OURS,
    paymentId: id,
    gatewayRef: `ch_${id}`,
    transactionId: uuidv7(),
    amount: 2_400n,
    currency: 'EUR',
    tries: 0,
  }
}

const count = async (table: string, where: string) =>
  (await owner.query(`SELECT FROM ${table} WHERE ${where}`)).rowCount
const move = (pool: pg.Pool, set: string) =>
  pool.query(`UPDATE surplus_charge SET ${set} WHERE gateway_ref = '${found.gatewayRef}'`)

describe('a surplus charge is written once', () => {
  it('a second time writes nothing, neither row nor posting', async () => {
    expect(await recordSurplus(db, { ...found, transactionId: uuidv7(), amount: 5n }, uuidv7)).toBe(false)
    expect(await count('ledger_transaction', `payment_id = '${found.paymentId}'`)).toBe(1)
  })

  it('ten at once write it once', async () => {
    const next = await newSurplus()
    const all = await Promise.all(
      Array.from({ length: 10 }, () => recordSurplus(db, { ...next, transactionId: uuidv7() }, uuidv7)),
    )
    expect(all.filter(Boolean)).toHaveLength(1)
    expect(await count('ledger_transaction', `payment_id = '${next.paymentId}'`)).toBe(1)
  })

  it('row and posting come together or not at all: without its payment there is neither', async () => {
    const next = { ...(await newSurplus()), paymentId: uuidv7() }
    await expect(recordSurplus(db, next, uuidv7)).rejects.toThrow(/payment_id_fkey/)
    expect([
      await count('surplus_charge', `gateway_ref = '${next.gatewayRef}'`),
      await count('ledger_transaction', `id = '${next.transactionId}'`),
    ]).toEqual([0, 0])
  })

  it('two charges of one payment are two', async () => {
    expect(
      await recordSurplus(
        db,
        { ...found, gatewayRef: `${found.gatewayRef}-2`, transactionId: uuidv7() },
        uuidv7,
      ),
    ).toBe(true)
    expect(await count('ledger_transaction', `payment_id = '${found.paymentId}' AND kind = 'surplus'`)).toBe(
      2,
    )
  })

  it('is due from the moment it was found', async () => {
    expect(
      (await dueSurplus(db, null, 1_000)).find(({ gatewayRef }) => gatewayRef === found.gatewayRef),
    ).toEqual({ ...found, contradicts: false })
  })
})

describe('what may not be said of it', () => {
  const insert = (changes: Partial<Record<string, string>>) => {
    const row = {
      merchant_id: `'${OURS}'`,
      gateway_ref: `'${uuidv7()}'`,
      payment_id: `'${found.paymentId}'`,
      amount: '5',
      currency: `'EUR'`,
      ...changes,
    }
    const transactionId = uuidv7()
    const posting = surplus({
      merchantId: OURS,
      paymentId: found.paymentId,
      money: { minor: 5n, currency: 'EUR' },
      description: 'x',
    })
    const columns = { ...row, transaction_id: changes.transaction_id ?? `'${transactionId}'` }
    return commit(db, post(posting, transactionId)).then(() =>
      owner.query(`INSERT INTO surplus_charge (${Object.keys(columns)}) VALUES (${Object.values(columns)})`),
    )
  }

  it('positive control', async () => {
    await insert({})
  })

  it.each<[string, () => Partial<Record<string, string>>, RegExp]>([
    ['an amount of zero', () => ({ amount: '0' }), /surplus_charge_amount/],
    ['a negative amount', () => ({ amount: '-1' }), /surplus_charge_amount/],
    ['a currency in small letters', () => ({ currency: `'eur'` }), /surplus_charge_currency/],
    ['a status of its own', () => ({ status: `'gone'`, settled_at: 'now()' }), /surplus_charge_status/],
    ['an end without its time', () => ({ status: `'refunded'` }), /surplus_charge_settled/],
    ['a time of its end before the end', () => ({ settled_at: 'now()' }), /surplus_charge_settled/],
    ['tries below zero', () => ({ tries: '-1' }), /surplus_charge_tries/],
    [
      'a charge that is there already',
      () => ({ gateway_ref: `'${found.gatewayRef}'` }),
      /surplus_charge_(pkey|gateway_ref_key)/,
    ],
    [
      'a posting that is another charge’s',
      () => ({ transaction_id: `'${found.transactionId}'` }),
      /surplus_charge_merchant_id_transaction_id_key/,
    ],
    ['a posting that is not there', () => ({ transaction_id: `'${uuidv7()}'` }), /transaction_id_fkey/],
    ['I16 another merchant’s payment', () => ({ merchant_id: `'${THEIRS}'` }), /_fkey/],
  ])('%s', async (_, changes, says) => {
    await expect(insert(changes())).rejects.toThrow(says)
  })
})

describe('how it may move', () => {
  it.each(['refunded', 'parked'])('from found to %s, and never again', async (end) => {
    await move(app, `status = '${end}', settled_at = now()`)
    for (const pool of [app, owner]) {
      await expect(move(pool, `status = 'found', settled_at = NULL`)).rejects.toMatchObject({ code: '23514' })
      await expect(move(pool, `reason = 'other'`)).rejects.toMatchObject({ code: '23514' })
    }
  })

  it.each([
    'amount = 1',
    `currency = 'USD'`,
    `payment_id = gen_random_uuid()`,
    `transaction_id = gen_random_uuid()`,
    `gateway_ref = 'x'`,
    "found_at = now() - interval '1 day'",
  ])('not in what was found: %s', async (set) => {
    await expect(move(owner, set)).rejects.toThrow(/may not change/)
    await expect(move(app, set)).rejects.toMatchObject({ code: '42501' })
  })

  it.each([
    'DELETE FROM surplus_charge',
    'TRUNCATE surplus_charge',
    'DELETE FROM reconciliation',
    'DELETE FROM gateway_simulator.refund',
  ])('the product may not: %s', async (attack) => {
    await expect(app.query(attack)).rejects.toMatchObject({ code: '42501' })
  })
})
