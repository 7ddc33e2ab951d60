import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { openTestDatabase } from '@/setup/test/database'
import { commit } from './commit'
import { type Db, sql, type Write } from './db'

let db: Db
let owner: pg.Client
let close: () => Promise<void>
let merchant: string

beforeAll(async () => {
  const opened = await openTestDatabase()
  db = opened.db
  owner = opened.owner
  close = opened.close
})
afterAll(() => close())
beforeEach(() => {
  merchant = uuidv7()
})

const open = (name = 'merchant', rows = 1): Write => ({
  name,
  rows,
  sql: sql`INSERT INTO merchant (id, name) VALUES (${merchant}::uuid, 'Shop') ON CONFLICT DO NOTHING RETURNING 1`,
})
const order = (id = uuidv7()): Write => ({
  name: 'order',
  rows: 1,
  sql: sql`INSERT INTO orders (merchant_id, id, currency, amount) VALUES (${merchant}::uuid, ${id}::uuid, 'EUR', 5) RETURNING 1`,
})
const merchants = async () => (await owner.query('SELECT FROM merchant WHERE id = $1', [merchant])).rowCount
const orders = async () =>
  (await owner.query('SELECT FROM orders WHERE merchant_id = $1', [merchant])).rowCount

describe('a commit', () => {
  it('positive control: all of it is there', async () => {
    expect(await commit(db, [open(), order()])).toEqual({ committed: true })
    expect([await merchants(), await orders()]).toEqual([1, 1])
  })

  it('one write that touches another number of rows undoes all, and is named', async () => {
    expect(await commit(db, [order(), open('second', 2)]).catch(() => 'fkey')).toEqual({
      committed: false,
      refusedBy: 'second',
    })
    expect([await merchants(), await orders()]).toEqual([0, 0])
  })

  it('what comes before is in the same commit: seen by the writes, and undone with them', async () => {
    expect(await commit(db, [order()], [open().sql])).toEqual({ committed: true })
    expect([await merchants(), await orders()]).toEqual([1, 1])
    merchant = uuidv7()
    expect(await commit(db, [{ ...order(), rows: 2 }], [open().sql])).toEqual({
      committed: false,
      refusedBy: 'order',
    })
    expect([await merchants(), await orders()]).toEqual([0, 0])
  })

  it('of ten at once with one row to write, one is committed and nine are told which write it was', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => commit(db, [open(), order()])))
    const refused = all.map((result) => (result.committed ? 'committed' : result.refusedBy))
    expect(refused.toSorted()).toEqual(['committed', ...Array(9).fill('merchant')])
    expect([await merchants(), await orders()]).toEqual([1, 1])
  })

  it('what is broken is thrown, not told', async () => {
    await expect(
      commit(db, [{ ...order(), sql: sql`INSERT INTO orders DEFAULT VALUES RETURNING 1` }]),
    ).rejects.toThrow()
    await expect(commit(db, [order()])).rejects.toThrow(/orders_merchant_id_fkey/)
  })
})
