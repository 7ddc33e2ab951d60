import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { countHours, paymentsThatAre, type Wanted } from './counted'
import { overview, RANGES } from './overview'
import { listPayments } from './read'

const [OURS, THEIRS] = [uuidv7(), uuidv7()]
const STATUSES = ['sending', 'unknown', 'declined', 'not_charged', 'succeeded'] as const
const HOUR_MS = 3_600_000
const TRIGGERS = ['late_payment_is_noted', 'late_move_is_noted']

let database: TestDatabase
let owner: pg.Client
/** Writers of a test: what they left open ends with it, since sums and counts wait for every transaction of the server. */
const writing: pg.Client[] = []
let pool: pg.Pool
let db: Db

beforeAll(async () => {
  database = await testDatabase()
  owner = await connect()
  writing.length = 0
  pool = openPool(database.appUrl, { max: 6, name: 'counted' })
  db = openDb(pool)
  for (const merchant of [OURS, THEIRS])
    await owner.query(`INSERT INTO merchant (id, name) VALUES ('${merchant}', 'Shop')`)
})
afterEach(() => Promise.all(writing.splice(0).map((client) => client.end())))
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})
beforeEach(async () => {
  await owner.query(`
    DELETE FROM payment; DELETE FROM orders; DELETE FROM payment_hour; DELETE FROM hour_changed; DELETE FROM hours_counted`)
  await late(true)
})

/** A connection of the owner that writes any row: no foreign keys, no rules. Of the triggers, the notes alone. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, lock_timeout: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  writing.push(client)
  await client.query('SET session_replication_role = replica')
  return client
}

/** Rows of the past that come now are late, and leave a note. False: as if they had come in their hour. */
async function late(noted: boolean): Promise<void> {
  for (const trigger of TRIGGERS)
    await owner.query(`ALTER TABLE payment ${noted ? 'ENABLE ALWAYS' : 'ENABLE'} TRIGGER ${trigger}`)
}

interface Made {
  at: Date
  merchant?: string
  status?: string
  currency?: string
  amount?: number
}

async function pay(client: pg.Client, made: Made): Promise<string> {
  const { at, merchant = OURS, status = 'succeeded', currency = 'EUR', amount = 100 } = made
  const id = uuidv7()
  await client.query('INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, $3, $4)', [
    merchant,
    id,
    currency,
    amount,
  ])
  await client.query(
    `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, receipt_token, created_at)
     VALUES ($1, $2::uuid, $2::uuid, $2::text, $3, $4, $5, 'pm_card_visa', $2::text, $2::text, $2::text, $6)`,
    [merchant, id, status, amount, currency, at],
  )
  return id
}

const ago = (hours: number, minutes = 0) =>
  new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - hours * HOUR_MS + minutes * 60_000)
const summed = (rows: pg.QueryResult) => rows.rows.filter(({ n }) => Number(n) > 0)

async function counts(merchant: string, from: Date, until: Date) {
  const of = [merchant, from, until]
  const payments = await pool.query(
    `SELECT currency, status, sum(payments)::int AS n, sum(amount)::text AS amount FROM payment_counts($1, $2, $3) GROUP BY 1, 2 ORDER BY 1, 2`,
    of,
  )
  return summed(payments)
}

/** The same, by counting every row. */
async function counted(merchant: string, from: Date, until: Date) {
  const of = [merchant, from, until]
  const payments = await owner.query(
    `SELECT currency, status, count(*)::int AS n, sum(amount)::text AS amount FROM payment
     WHERE merchant_id = $1 AND created_at >= $2 AND created_at < $3 GROUP BY 1, 2 ORDER BY 1, 2`,
    of,
  )
  return summed(payments)
}

async function ids(wanted: Wanted): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>(sql`SELECT id FROM ${paymentsThatAre(OURS, wanted)}`)
  return rows.map(({ id }) => id)
}

const countedUpto = async () => (await owner.query('SELECT upto FROM hours_counted')).rows[0]?.upto as Date
const brokenCounts = async () =>
  (await pool.query('SELECT merchant_id, detail FROM integrity_across.hours_are_counted_right')).rows

/** Counts everything that is over: the second turn, what the first has noted, once all that was under way then has ended. */
async function countAll(): Promise<void> {
  await countHours(db, 1_000)
  // Transactions of other databases on this server count too.
  await vi.waitFor(async () => {
    const { rows } = await owner.query(`
      SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > greatest(noted_xid - 1, (SELECT max(xid) FROM hour_changed)) AS over FROM hours_counted`)
    expect(rows[0].over).toBe(true)
  }, 50_000)
  await countHours(db, 1_000)
}

describe('counts are those of all rows', () => {
  /** A generator that a seed determines (mulberry32), so that a failure can be run again. */
  function chance(seed: number) {
    let state = seed
    return (below: number) => {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
    }
  }

  it.each([1, 2, 3, 4])('whatever comes, changes and is counted late (seed %i)', async (seed) => {
    const next = chance(seed)
    const anyTime = () => (next(4) ? ago(next(30), next(60)) : ago(next(30)))
    const any = <Value>(of: readonly Value[]) => of[next(of.length)] as Value
    const writers = await Promise.all([connect(), connect(), connect()])
    const open = new Set<pg.Client>()
    const made: string[] = []
    await late(false)
    for (let n = 0; n < 20; n++) made.push(await pay(owner, { at: anyTime(), status: any(STATUSES) }))
    await late(true)
    for (let step = 0; step < 60; step++) {
      const writer = any(writers)
      const what = next(10)
      if (what < 6 && !open.has(writer)) {
        await writer.query('BEGIN')
        // No writer waits for another one: that would never end here.
        await writer.query(`SET LOCAL lock_timeout = '1ms'; SAVEPOINT step`)
        open.add(writer)
      }
      const merchant = any([OURS, OURS, THEIRS])
      if (what < 3)
        made.push(
          await pay(writer, {
            at: anyTime(),
            merchant,
            status: any(STATUSES),
            currency: any(['EUR', 'USD']),
            amount: 1 + next(500),
          }),
        )
      else if (what < 6)
        await writer
          .query('UPDATE payment SET status = $2 WHERE id = $1', [any(made), any(STATUSES)])
          .catch(() => writer.query('ROLLBACK TO step'))
      else if (what < 8) {
        const ended = [...open][next(open.size)]
        if (ended) await ended.query(next(5) ? 'COMMIT' : 'ROLLBACK')
        if (ended) open.delete(ended)
      } else await countHours(db, 1 + next(40))
      if (step % 4 > 0) continue
      for (const whose of [OURS, THEIRS])
        for (const [from, until] of [
          [ago(31), ago(-1)],
          [anyTime(), ago(-1)],
          [ago(20, 30), ago(3)],
        ] as const)
          expect(await counts(whose, from, until)).toEqual(await counted(whose, from, until))
      expect(await brokenCounts()).toEqual([])
    }
    for (const writer of writers) {
      if (open.has(writer)) await writer.query('COMMIT')
    }
    await countAll()
    const { rows } = await owner.query('SELECT FROM hour_changed')
    expect(rows).toEqual([])
    for (const whose of [OURS, THEIRS])
      expect(await counts(whose, ago(31), ago(-1))).toEqual(await counted(whose, ago(31), ago(-1)))
    expect(await brokenCounts()).toEqual([])
  })

  it('an hour is not counted while a transaction that wrote in it is open', async () => {
    await late(false)
    await pay(owner, { at: ago(9) })
    const slow = await connect()
    await slow.query('BEGIN')
    await pay(slow, { at: ago(5) })
    await countHours(db, 1_000)
    await countHours(db, 1_000)
    expect((await countedUpto()).getTime()).toBeLessThanOrEqual(ago(9).getTime())
    await slow.query('COMMIT')
    await countAll()
    expect((await countedUpto()).getTime()).toBeGreaterThan(ago(5).getTime())
    expect(await counts(OURS, ago(10), ago(4))).toEqual(await counted(OURS, ago(10), ago(4)))
    expect(await brokenCounts()).toEqual([])
  })

  it('in a database that was restored from a dump, the old counts count for nothing and are made anew', async () => {
    await pay(owner, { at: ago(9) })
    await countAll()
    await owner.query(`
      UPDATE payment_hour SET payments = 77; INSERT INTO hour_changed (merchant_id, hour, xid) VALUES ('${OURS}', now(), 4000000000);
      CREATE TEMP TABLE dump AS SELECT * FROM hours_counted; DELETE FROM hours_counted; INSERT INTO hours_counted SELECT * FROM dump; DROP TABLE dump`)
    expect(await counts(OURS, ago(10), ago(0))).toEqual(await counted(OURS, ago(10), ago(0)))
    await countAll()
    expect(await counts(OURS, ago(10), ago(0))).toEqual(await counted(OURS, ago(10), ago(0)))
    expect(await brokenCounts()).toEqual([])
  })

  it('while one counts, another does not wait', async () => {
    await pay(owner, { at: ago(9) })
    const other = await connect()
    await other.query('BEGIN; SELECT count_hours(10)')
    expect(await countHours(db, 10)).toBe(0)
    await other.query('ROLLBACK')
  })
})

test('the overview is the same before its hours are counted, and after', async () => {
  for (let hour = 0; hour < 300; hour += 7) {
    await pay(owner, { at: ago(hour, 5), status: STATUSES[hour % 5] ?? 'sending', amount: 100 + hour })
  }
  const read = async () => {
    const seen = []
    for (const range of Object.keys(RANGES) as (keyof typeof RANGES)[]) {
      const { now: _, ...rest } = await overview(db, OURS, range)
      seen.push(rest)
    }
    return seen
  }
  const before = await read()
  expect(before[3]?.current?.payments).toBe(43)
  expect(before[3]?.ambiguous).toBe(8)
  await countAll()
  expect(await countedUpto()).toBeDefined()
  expect(await read()).toEqual(before)
})

test('a list of what is rare is read page by page as the list of everything', async () => {
  const all: { id: string; status: string; currency: string; at: Date }[] = []
  for (let n = 0; n < 60; n++) {
    const made = { at: ago(n % 20, n % 3), status: STATUSES[n % 5] ?? '', currency: n % 7 ? 'EUR' : 'JPY' }
    all.push({ ...made, id: await pay(owner, made) })
  }
  await countAll()
  // One comes late, and one changes late: their hours are read row by row.
  const moved = all[11]
  if (moved) moved.status = 'unknown'
  await owner.query(`UPDATE payment SET status = 'unknown' WHERE id = $1`, [moved?.id])
  all.push({
    at: ago(7, 1),
    status: 'unknown',
    currency: 'JPY',
    id: await pay(owner, { at: ago(7, 1), status: 'unknown', currency: 'JPY' }),
  })
  all.sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1))

  const expected = (statuses: string[], currency: string | null) =>
    all
      .filter(
        (row) =>
          (statuses.length === 0 || statuses.includes(row.status)) &&
          (!currency || row.currency === currency),
      )
      .map(({ id }) => id)
  for (const [statuses, currency] of [
    [['unknown'], null],
    [['declined', 'not_charged'], null],
    [['requires_action'], null],
    [[], 'JPY'],
    [['unknown', 'succeeded'], 'JPY'],
    [[], 'USD'],
  ] as [string[], string | null][]) {
    const wanted = expected(statuses, currency)
    expect(await ids({ statuses, currency })).toEqual(wanted)
    const read: string[] = []
    for (let after: { at: string; id: string } | null = null; ; ) {
      const page = await listPayments(db, OURS, { statuses, currency, after, limit: 2 })
      read.push(...page.map(({ id }) => id))
      const last = page.at(-1)
      if (!last) break
      after = { at: last.cursor, id: last.id }
    }
    expect(read).toEqual(wanted)
  }
  const bounded = await listPayments(db, OURS, {
    statuses: ['unknown'],
    from: ago(12).toISOString(),
    until: ago(3).toISOString(),
    limit: 50,
  })
  expect(bounded.map(({ id }) => id)).toEqual(
    all.filter(({ status, at }) => status === 'unknown' && at >= ago(12) && at < ago(3)).map(({ id }) => id),
  )
})

test('a count that is not of its rows breaks an invariant', async () => {
  await pay(owner, { at: ago(9) })
  await countAll()
  for (const damage of [
    'UPDATE payment_hour SET amount = amount + 1',
    'DELETE FROM payment_hour',
    'ALTER TABLE payment ENABLE TRIGGER late_move_is_noted; UPDATE payment SET status = $$declined$$; ALTER TABLE payment ENABLE ALWAYS TRIGGER late_move_is_noted',
  ]) {
    expect(await brokenCounts()).toEqual([])
    await owner.query(damage)
    expect((await brokenCounts())[0]?.merchant_id, damage).toBe(OURS)
    await owner.query('DELETE FROM hours_counted')
    await countAll()
  }
})

test('the product may not write a count, nor take a note away', async () => {
  for (const attack of [
    'UPDATE payment_hour SET payments = 0',
    'DELETE FROM payment_hour',
    'DELETE FROM hour_changed',
    'UPDATE hours_counted SET upto = now()',
    'SELECT count_hours_of(NULL, now(), now())',
  ])
    await expect(pool.query(attack), attack).rejects.toMatchObject({ code: '42501' })
})
