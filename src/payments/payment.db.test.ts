import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { LIVE, MOVES, mayMove, type PaymentStatus } from './payment'
import { movePayment } from './store'

/** The rules of payments, attacked by SQL as the product's own role; triggers as the owner too. */
const STATUSES = Object.keys(MOVES) as PaymentStatus[]
const PAIRS = STATUSES.flatMap((from) => STATUSES.map((to) => ({ from, to })))
const [OURS, THEIRS] = [uuidv7(), uuidv7()]

let database: TestDatabase
let app: pg.Pool
let owner: pg.Pool
let db: Db
let order: string

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 10, name: 'payment-owner' })
  app = openPool(database.appUrl, { max: 10, name: 'payment-app' })
  db = openDb(app)
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'A'), ($2, 'B')`, [OURS, THEIRS])
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([app.end(), owner.end()])
  await database.drop()
})
beforeEach(async () => {
  order = await newOrder()
})

async function newOrder(): Promise<string> {
  const id = uuidv7()
  await app.query(`INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, 'EUR', 2400)`, [
    OURS,
    id,
  ])
  return id
}

async function newPayment(
  status: string,
  changes: {
    order?: string
    merchant?: string
    ref?: string | null
    amount?: number
    currency?: string
  } = {},
) {
  const id = uuidv7()
  const ref = changes.ref === undefined ? `ch_${id}` : changes.ref
  // As the owner: the product itself begins each payment as `sending`.
  const { rowCount } = await owner.query(
    `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, capture_mode, gateway_key, gateway_ref, receipt_token)
     VALUES ($1, $2::uuid, $3, 'r', $4, $5, $6, 'pm_card_visa', 'manual', $2::text, $7, 't' || $2::text)`,
    [
      changes.merchant ?? OURS,
      id,
      changes.order ?? order,
      status,
      changes.amount ?? 2_400,
      changes.currency ?? 'EUR',
      ref,
    ],
  )
  if (rowCount === 0) throw new Error('the order is held by a live payment')
  return id
}

const statusOf = async (id: string) =>
  (await owner.query('SELECT status FROM payment WHERE id = $1', [id])).rows[0].status

describe('the list of moves', () => {
  it.each(PAIRS)('$from → $to: the database and MOVES agree, whoever asks', async ({ from, to }) => {
    for (const pool of [app, owner]) {
      const id = await newPayment(from, { order: await newOrder() })
      const move = pool.query('UPDATE payment SET status = $2 WHERE id = $1', [id, to])
      const legal = from === to || mayMove(from, to)
      if (legal) await move
      else
        await expect(move).rejects.toMatchObject({
          code: '23514',
          message: expect.stringContaining(`from ${from} to ${to}`),
        })
      expect(await statusOf(id)).toBe(legal ? to : from)
    }
  })

  it.each(PAIRS)('$from → $to: the write touches its one row exactly when it may', async ({ from, to }) => {
    const id = await newPayment(from)
    const write = movePayment({ merchantId: OURS, id }, to)
    const rows = await db.$queryRaw<unknown[]>(write.sql)
    // An authorised one is in no doubt: it is not asked about again.
    const stays = from === to && MOVES[to].length > 0 && to !== 'authorised'
    expect(rows).toHaveLength(mayMove(from, to) || stays ? write.rows : 0)
  })

  it('another merchant’s payment is out of reach of a move', async () => {
    const id = await newPayment('sending')
    expect(
      await db.$queryRaw<unknown[]>(movePayment({ merchantId: THEIRS, id }, 'declined').sql),
    ).toHaveLength(0)
  })

  it('what is not said in a move stays as it was', async () => {
    const id = await newPayment('sending', { ref: null })
    await db.$queryRaw(
      movePayment({ merchantId: OURS, id }, 'unknown', {
        feeMinor: 36n,
        cardLabel: 'Visa',
      }).sql,
    )
    await db.$queryRaw(movePayment({ merchantId: OURS, id }, 'succeeded', { gatewayRef: 'ch_1' }).sql)
    const { rows } = await owner.query(
      'SELECT gateway_ref, fee, card_label, decline_code FROM payment WHERE id = $1',
      [id],
    )
    expect(rows).toEqual([{ gateway_ref: 'ch_1', fee: '36', card_label: 'Visa', decline_code: null }])
  })
})

describe('P1 the order guard', () => {
  const HELD = /held by a live payment/
  const insert = (client: { query: pg.Pool['query'] }, of = order) =>
    client.query(
      `INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token)
       VALUES ($1, $2::uuid, $3, 'r', 2400, 'EUR', 'pm_card_visa', $2::text, $2::text)`,
      [OURS, uuidv7(), of],
    )
  const liveOf = async (of = order) =>
    (
      await owner.query('SELECT count(*)::int AS n FROM payment WHERE order_id = $1 AND status = ANY ($2)', [
        of,
        LIVE,
      ])
    ).rows[0].n
  /** Two connections of the product, each in a transaction of its own. */
  const withTwo = async (work: (first: pg.PoolClient, second: pg.PoolClient) => Promise<void>) => {
    const [first, second] = [await app.connect(), await app.connect()]
    try {
      await work(first, second)
    } finally {
      for (const client of [first, second]) {
        await client.query('ROLLBACK')
        client.release()
      }
    }
  }
  /** Resolves when that connection waits for a row that another transaction has locked, or has its answer. */
  it.each(LIVE.flatMap((one) => LIVE.map((other) => [one, other])))(
    'an order with a payment that is %s takes none that is %s',
    async (one, other) => {
      await newPayment(one as string)
      await expect(newPayment(other as string)).rejects.toThrow(HELD)
      expect(await liveOf()).toBe(1)
    },
  )

  it('F85 of 10 at once one gets in', async () => {
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => newPayment('sending')))
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('after a decline the order is free, and the declined one cannot come back to life', async () => {
    const declined = await newPayment('declined')
    await newPayment('not_charged')
    const revive = () => owner.query(`UPDATE payment SET status = 'sending' WHERE id = $1`, [declined])
    await expect(revive()).rejects.toThrow(/may not move from declined to sending/)
    await newPayment('sending')
    await expect(revive()).rejects.toThrow(/may not move from declined to sending/)
    expect(await liveOf()).toBe(1)
  })

  it.each(['commits', 'rolls back'])(
    'of two transactions the second is refused at once, also where the first %s',
    async (end) => {
      await withTwo(async (first, second) => {
        for (const client of [first, second]) await client.query('BEGIN')
        // Its transaction has looked at the order before the other began its payment.
        expect((await second.query('SELECT FROM payment WHERE order_id = $1', [order])).rowCount).toBe(0)
        expect((await insert(first)).rowCount).toBe(1)
        expect((await insert(second)).rowCount).toBe(0)
        await first.query(end === 'commits' ? 'COMMIT' : 'ROLLBACK')
        expect((await insert(second)).rowCount).toBe(end === 'commits' ? 0 : 1)
        await second.query('COMMIT')
      })
      expect(await liveOf()).toBe(1)
    },
  )

  it('a payment that is ending holds its order until its transaction has ended', async () => {
    const ending = await newPayment('sending', { ref: null })
    await withTwo(async (first, second) => {
      await first.query('BEGIN')
      await first.query(`UPDATE payment SET status = 'declined' WHERE id = $1`, [ending])
      expect((await insert(second)).rowCount).toBe(0)
      await first.query('ROLLBACK')
      expect((await insert(second)).rowCount).toBe(0)
      await first.query(`UPDATE payment SET status = 'declined' WHERE id = $1`, [ending])
      expect((await insert(second)).rowCount).toBe(1)
    })
    expect(await liveOf()).toBe(1)
  })

  it('of one statement’s rows for an order one gets in', async () => {
    const { rowCount } = await app.query(
      `INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token)
       SELECT $1, id, $2, 'r', 2400, 'EUR', 'pm', id::text, id::text FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 3)) AS three`,
      [OURS, order],
    )
    expect(rowCount).toBe(1)
  })

  it.each(['REPEATABLE READ', 'SERIALIZABLE'])(
    'a transaction that is %s would not see a payment begun meanwhile, and begins none',
    async (level) => {
      await withTwo(async (first, second) => {
        await second.query(`BEGIN ISOLATION LEVEL ${level}`)
        expect((await second.query('SELECT FROM payment WHERE order_id = $1', [order])).rowCount).toBe(0)
        expect((await insert(first)).rowCount).toBe(1)
        await expect(insert(second)).rejects.toMatchObject({ code: '0A000' })
      })
      expect(await liveOf()).toBe(1)
    },
  )

  it('no UPDATE brings a second payment to an order, whoever asks', async () => {
    const held = await newPayment('sending')
    const elsewhere = await newPayment('sending', { order: await newOrder() })
    const move = (pool: pg.Pool, set: string, id: string) =>
      pool.query(`UPDATE payment SET ${set} WHERE id = $1`, [id])
    await expect(move(owner, `order_id = '${order}'`, elsewhere)).rejects.toThrow(/may not change/)
    for (const set of [`order_id = '${order}'`, `merchant_id = '${THEIRS}'`])
      await expect(move(app, set, held)).rejects.toMatchObject({ code: '42501' })
    await expect(move(owner, `merchant_id = '${THEIRS}'`, held)).rejects.toMatchObject({ code: '23503' })
    expect(await liveOf()).toBe(1)
  })
})

describe('the charge of a payment', () => {
  const refOf = async (id: string) =>
    (await owner.query('SELECT gateway_ref FROM payment WHERE id = $1', [id])).rows[0].gateway_ref
  const refused = { code: '23514', message: expect.stringContaining('the charge of payment') }

  it('comes with its success, and stays, whoever asks', async () => {
    for (const pool of [app, owner]) {
      const id = await newPayment('unknown', { order: await newOrder(), ref: null })
      const set = (ref: string | null, status: string) =>
        pool.query('UPDATE payment SET gateway_ref = $2, status = $3 WHERE id = $1', [id, ref, status])
      for (const status of ['unknown', 'sending', 'requires_action', 'declined', 'not_charged'])
        await expect(set(`ch_1${id}`, status), status).rejects.toMatchObject(refused)
      await set(`ch_1${id}`, 'succeeded')
      await set(`ch_1${id}`, 'succeeded')
      await expect(set(`ch_2${id}`, 'succeeded')).rejects.toMatchObject(refused)
      await expect(set(null, 'succeeded')).rejects.toMatchObject({ code: '23514' })
      expect(await refOf(id)).toBe(`ch_1${id}`)
    }
  })

  it('is of one payment: of two transactions the second waits for the first', async () => {
    const [one, other] = [
      await newPayment('sending', { ref: null }),
      await newPayment('sending', { ref: null, order: await newOrder() }),
    ]
    const [first, second] = [await app.connect(), await app.connect()]
    const succeed = (client: pg.PoolClient, id: string) =>
      client.query(`UPDATE payment SET status = 'succeeded', gateway_ref = $2 WHERE id = $1`, [
        id,
        `ch_of_${one}`,
      ])
    try {
      await first.query('BEGIN')
      await succeed(first, one)
      // Expected before the first one commits: the refusal may come before that is heard of.
      const refused = expect(succeed(second, other)).rejects.toMatchObject({
        code: '23505',
        constraint: 'payment_charge_pkey',
      })
      await first.query('COMMIT')
      await refused
    } finally {
      for (const client of [first, second]) client.release()
    }
    expect(await statusOf(other)).toBe('sending')
    const { rows } = await app.query('SELECT payment_id FROM payment_charge WHERE gateway_ref = $1', [
      `ch_of_${one}`,
    ])
    expect(rows).toEqual([{ payment_id: one }])
  })

  it('is refused before anything is written that depends on it: a batch is not done in vain', async () => {
    await newPayment('succeeded', { ref: 'ch_early' })
    const id = await newPayment('sending', { ref: null, order: await newOrder() })
    const { sql } = movePayment({ merchantId: OURS, id }, 'succeeded', { gatewayRef: 'ch_early' })
    // A sequence counts even what is undone.
    await owner.query('CREATE SEQUENCE written_after_charge')
    try {
      await expect(
        owner.query(
          `WITH paid AS (${sql.text}) SELECT nextval('written_after_charge') FROM paid`,
          sql.values,
        ),
      ).rejects.toMatchObject({
        code: '23505',
        constraint: 'payment_charge_pkey',
        detail: 'Key (gateway_ref)=(ch_early) already exists.',
      })
      const { rows } = await owner.query('SELECT is_called FROM written_after_charge')
      expect(rows).toEqual([{ is_called: false }])
    } finally {
      await owner.query('DROP SEQUENCE written_after_charge')
    }
  })

  it('is written down by the trigger alone, for good', async () => {
    await newPayment('succeeded')
    for (const attack of [
      `INSERT INTO payment_charge SELECT 'ch_mine', merchant_id, payment_id FROM payment_charge LIMIT 1`,
      `UPDATE payment_charge SET gateway_ref = 'ch_mine'`,
      'DELETE FROM payment_charge',
    ])
      await expect(app.query(attack), attack).rejects.toMatchObject({ code: '42501' })
    for (const attack of [
      `UPDATE payment_charge SET gateway_ref = 'ch_mine'`,
      'DELETE FROM payment_charge',
      'TRUNCATE payment_charge',
    ])
      await expect(owner.query(attack), attack).rejects.toThrow(/append-only/)
  })
})

describe('the facts of a payment', () => {
  it.each([
    ['order', () => newOrder().then((other) => ['order_id', other]), '42501'],
    // The application has the right for the capture of a part: the trigger allows no other change.
    ['amount', async () => ['amount', '1'], '23514'],
    ['currency', async () => ['currency', 'USD'], '42501'],
    ['gateway key', async () => ['gateway_key', 'other'], '42501'],
  ])('R6 its %s may not change, whoever asks', async (_, change, code) => {
    const id = await newPayment('sending')
    const [column, value] = await change()
    const update = (pool: pg.Pool) =>
      pool.query(`UPDATE payment SET ${column} = $2 WHERE id = $1`, [id, value])
    await expect(update(owner)).rejects.toThrow(/may not change/)
    await expect(update(app)).rejects.toMatchObject({ code })
  })

  const ATTACKS: Array<[string, () => Promise<unknown>, RegExp]> = [
    [
      'success without the bank’s reference',
      () => newPayment('succeeded', { ref: null }),
      /payment_succeeded_has_ref/,
    ],
    // Of a payment that holds its order, the order guard comes first: it is of the order's own amount.
    ['an amount of zero', () => newPayment('declined', { amount: 0, ref: null }), /payment_amount/],
    ['a negative amount', () => newPayment('declined', { amount: -1, ref: null }), /payment_amount/],
    [
      'a currency in small letters',
      () => newPayment('declined', { currency: 'eur', ref: null }),
      /payment_currency/,
    ],
    ['another amount than its order’s', () => newPayment('sending', { amount: 2_399 }), /the order is held/],
    [
      'another currency than its order’s',
      () => newPayment('sending', { currency: 'USD' }),
      /the order is held/,
    ],
    ['a status of its own', () => newPayment('refunded'), /payment_status/],
    [
      'I16 an order of another merchant',
      () => newPayment('sending', { merchant: THEIRS }),
      /payment_merchant_id_order_id_fkey/,
    ],
  ]
  it.each(ATTACKS)('refuses %s', async (_, attack, says) => {
    await expect(attack()).rejects.toThrow(says)
  })

  it('no two payments share the bank’s reference, its key or a receipt', async () => {
    await newPayment('succeeded', { ref: 'ch_same' })
    await expect(newPayment('succeeded', { ref: 'ch_same', order: await newOrder() })).rejects.toThrow(
      /payment_charge_pkey/,
    )
    const other = await newOrder()
    const columns = `merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token`
    const copy = (key: string, token: string) =>
      app.query(
        `INSERT INTO payment (${columns}) SELECT merchant_id, gen_random_uuid(), $1, record_id, amount, currency, method, ${key}, ${token}
        FROM payment WHERE gateway_ref = 'ch_same'`,
        [other],
      )
    await expect(copy('gateway_key', `'new'`)).rejects.toThrow(/payment_gateway_key_key/)
    await expect(copy(`'new'`, 'receipt_token')).rejects.toThrow(/payment_receipt_token_key/)
  })
})
