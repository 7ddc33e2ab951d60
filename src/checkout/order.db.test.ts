import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { MAX_PAYMENT_MINOR } from '@/lib/money'
import { type Db, openDb, openPool, type SendStatement, statementSender } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { createOrder, keepEmail, type NewOrder, OrderOwners, OrderRefused } from './order'

const [OURS, THEIRS] = [uuidv7(), uuidv7()]
const SHIRT = { name: 'T-shirt', quantity: 2, unitAmount: 1_200n }

let database: TestDatabase
let pool: pg.Pool
let db: Db
let send: SendStatement
const queries: string[] = []

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.appUrl, { max: 10, name: 'order-test' })
  db = openDb(pool, ({ query }) => queries.push(query))
  const sender = statementSender(pool)
  send = (statement) => {
    queries.push(statement.text)
    return sender(statement)
  }
  await pool.query(`INSERT INTO merchant (id, name) VALUES ($1, 'A'), ($2, 'B')`, [OURS, THEIRS])
})
afterAll(async () => {
  await db.$disconnect()
  await pool.end()
  await database.drop()
})

const create = (changes: Partial<NewOrder> = {}, id = uuidv7()) =>
  createOrder(db, { merchantId: OURS, currency: 'EUR', items: [SHIRT], ...changes }, id)
const rows = async (text: string, ...values: unknown[]) => (await pool.query(text, values)).rows

describe('the e-mail that a shopper typed', () => {
  const emailOf = async (id: string) =>
    (await rows('SELECT customer_email AS email FROM orders WHERE id = $1', id))[0].email
  const keep = (orderId: string, email: string, { record = 'first', merchantId = OURS } = {}) =>
    keepEmail(db, { merchantId, orderId, email, locale: 'ar', record })

  it('is kept with an order that has none, the first one of an attempt for good', async () => {
    const { id } = await create()
    await keep(id, 'theirs@example.com', { merchantId: THEIRS })
    expect(await emailOf(id)).toBeNull()
    await Promise.all([keep(id, 'ann@example.com'), keep(id, 'ann@example.com')])
    await keep(id, 'other@example.com')
    expect(await emailOf(id)).toBe('ann@example.com')
  })

  it('is replaced by that of a later attempt, until the order is paid', async () => {
    const { id } = await create()
    await keep(id, 'ann@exmaple.com')
    await keep(id, 'ann@example.com', { record: 'second' })
    expect(await emailOf(id)).toBe('ann@example.com')
    await rows(`UPDATE orders SET status = 'paid' WHERE id = $1`, id)
    await keep(id, 'late@example.com', { record: 'third' })
    expect(await emailOf(id)).toBe('ann@example.com')
    await expect(
      rows(`UPDATE orders SET customer_email = 'late@example.com' WHERE id = $1`, id),
    ).rejects.toThrow(/may not change/)
  })

  it('never replaces the one that the merchant gave', async () => {
    const { id } = await create({ customerEmail: 'a@example.com' })
    await keep(id, 'other@example.com')
    expect(await emailOf(id)).toBe('a@example.com')
  })

  it.each(["'other@example.com'", 'NULL'])(
    'may not be changed to %s by any SQL of the application',
    async (value) => {
      const { id } = await create({ customerEmail: 'a@example.com' })
      await expect(rows(`UPDATE orders SET customer_email = ${value} WHERE id = $1`, id)).rejects.toThrow(
        /may not change/,
      )
    },
  )
})

describe('createOrder', () => {
  it('writes the order and its items, in their order, at the sum of its items', async () => {
    const id = uuidv7()
    const items = [SHIRT, { name: 'Notebook', quantity: 1, unitAmount: 1_850n }]
    expect(await create({ items, reference: 'R-1', customerEmail: 'a@example.com' }, id)).toEqual({
      id,
      amount: 4_250n,
    })
    expect(
      await rows(
        'SELECT amount, currency, version, status, reference, customer_email FROM orders WHERE id = $1',
        id,
      ),
    ).toEqual([
      {
        amount: '4250',
        currency: 'EUR',
        version: 1,
        status: 'open',
        reference: 'R-1',
        customer_email: 'a@example.com',
      },
    ])
    expect(
      await rows(
        'SELECT position, name, quantity, unit_amount FROM order_item WHERE order_id = $1 ORDER BY position',
        id,
      ),
    ).toEqual([
      { position: 1, name: 'T-shirt', quantity: 2, unit_amount: '1200' },
      { position: 2, name: 'Notebook', quantity: 1, unit_amount: '1850' },
    ])
  })

  it('F90 keeps the largest amount exactly', async () => {
    const id = uuidv7()
    await create({ items: [{ name: 'x', quantity: 1, unitAmount: MAX_PAYMENT_MINOR }] }, id)
    expect(await rows('SELECT amount FROM orders WHERE id = $1', id)).toEqual([
      { amount: MAX_PAYMENT_MINOR.toString() },
    ])
  })

  it('keeps names as they were sent, quotes, emoji and SQL too', async () => {
    const id = uuidv7()
    const name = `'); DROP TABLE payment; -- "é" 🧾`
    await create({ items: [{ ...SHIRT, name }] }, id)
    expect(await rows('SELECT name FROM order_item WHERE order_id = $1', id)).toEqual([{ name }])
  })

  it('opens the accounts of the currency once, with many first orders at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => create({ currency: 'JPY' })))
    expect(
      await rows(`SELECT code FROM account WHERE merchant_id = $1 AND currency = 'JPY' ORDER BY code`, OURS),
    ).toEqual([
      { code: 'gateway_clearing' },
      { code: 'processing_fees' },
      { code: 'refunds' },
      { code: 'sales' },
      { code: 'surplus_charges' },
    ])
  })

  it.each([[[]], [[{ ...SHIRT, quantity: 0 }]], [[{ ...SHIRT, unitAmount: -1n }]]])(
    'L1 refuses items without a valid total, and writes nothing (%#)',
    async (items) => {
      const id = uuidv7()
      await expect(create({ items }, id)).rejects.toThrow(OrderRefused)
      expect(await rows('SELECT 1 FROM orders WHERE id = $1', id)).toEqual([])
    },
  )

  it('writes all or nothing: a merchant that is not there leaves no trace', async () => {
    const id = uuidv7()
    await expect(create({ merchantId: uuidv7() }, id)).rejects.toThrow()
    expect(await rows('SELECT 1 FROM order_item WHERE order_id = $1', id)).toEqual([])
  })

  it('an id is one order’s, across merchants', async () => {
    const { id } = await create()
    await expect(create({}, id)).rejects.toThrow()
    await expect(create({ merchantId: THEIRS }, id)).rejects.toThrow()
    expect(await rows('SELECT merchant_id FROM orders WHERE id = $1', id)).toEqual([{ merchant_id: OURS }])
  })
})

describe('OrderOwners', () => {
  const asked = async (work: () => Promise<unknown>) => {
    queries.length = 0
    await work()
    return queries.filter((query) => /(FROM|JOIN) ("public"\."orders"|orders)/.test(query)).length
  }

  it('finds whose order it is, and asks the database once', async () => {
    const [{ id: mine }, { id: theirs }] = [await create(), await create({ merchantId: THEIRS })]
    const owners = new OrderOwners(send)
    expect([await owners.ownerOf(mine), await owners.ownerOf(theirs)]).toEqual([
      { merchantId: OURS, mode: 'test' },
      { merchantId: THEIRS, mode: 'test' },
    ])
    expect(await asked(() => owners.ownerOf(mine))).toBe(0)
  })

  it('asks once for requests that come at one time, and again after one that failed', async () => {
    const { id } = await create()
    const owners = new OrderOwners(send)
    const all = () => Promise.all(Array.from({ length: 100 }, () => owners.ownerOf(id)))
    expect(await asked(all)).toBe(1)
    expect(new Set((await all()).map((owner) => owner?.merchantId))).toEqual(new Set([OURS]))
    await expect(owners.ownerOf('no id')).rejects.toThrow()
    await expect(owners.ownerOf('no id')).rejects.toThrow()
  })

  it('asks in one statement for orders that come at one time, and an id that is none spoils no other', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await create()).id))
    const owners = new OrderOwners(send)
    expect(await asked(() => Promise.all(ids.map((id) => owners.ownerOf(id))))).toBe(1)
    const fresh = new OrderOwners(send)
    const found = await Promise.allSettled([...ids, 'no id'].map((id) => fresh.ownerOf(id)))
    expect(found.map(({ status }) => status)).toEqual([...ids.map(() => 'fulfilled'), 'rejected'])
  })

  it('does not remember that an order was not there: it may be made in the next moment', async () => {
    const owners = new OrderOwners(send)
    const id = uuidv7()
    expect(await owners.ownerOf(id)).toBeNull()
    await create({}, id)
    expect(await owners.ownerOf(id)).toMatchObject({ merchantId: OURS })
  })

  it('has a limit: the oldest is forgotten, and found again', async () => {
    const owners = new OrderOwners(send, 2)
    const ids = [(await create()).id, (await create()).id, (await create()).id]
    for (const id of ids) await owners.ownerOf(id)
    expect(await asked(() => owners.ownerOf(ids[2] as string))).toBe(0)
    expect(await asked(() => owners.ownerOf(ids[0] as string))).toBe(1)
    expect(await owners.ownerOf(ids[0] as string)).toMatchObject({ merchantId: OURS })
  })
})
