import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { account, accounts, statement } from './read'
import { sumLedger } from './sums'

const [OURS, THEIRS] = [uuidv7(), uuidv7()]
const [CLEARING, SALES] = [uuidv7(), uuidv7()]
const HOUR_MS = 3_600_000

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
  pool = openPool(database.appUrl, { max: 4, name: 'sums' })
  db = openDb(pool)
  for (const merchant of [OURS, THEIRS])
    await owner.query(`
      INSERT INTO merchant (id, name) VALUES ('${merchant}', 'Shop');
      INSERT INTO account (merchant_id, id, code, name, type, currency) VALUES
        ('${merchant}', '${CLEARING}', 'gateway_clearing', 'Clearing', 'asset', 'EUR'), ('${merchant}', '${SALES}', 'sales', 'Sales', 'revenue', 'EUR')`)
})
afterEach(() => Promise.all(writing.splice(0).map((client) => client.end())))
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})
beforeEach(() =>
  owner.query(
    'DELETE FROM account_sum; DELETE FROM ledger_summed; DELETE FROM entry; DELETE FROM ledger_transaction',
  ),
)

/** A connection of the owner that writes any row at any time, as a test needs it: no foreign keys, no triggers. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  writing.push(client)
  await client.query(`SET session_replication_role = replica`)
  return client
}

/** Sums once every transaction that wrote a posting is below all that are under way, also in other databases of this server. */
async function sumSettled(batch: number): Promise<number> {
  await vi.waitFor(async () => {
    const { rows } = await owner.query(`
      SELECT coalesce(max(xid), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS over FROM ledger_transaction WHERE xid < 3000000000`)
    expect(rows[0].over).toBe(true)
  }, 50_000)
  return sumLedger(db, batch)
}

interface Posting {
  amount: number
  merchant?: string
  postedAt?: Date
  id?: string
}

async function post(client: pg.Client, { amount, merchant = OURS, postedAt, id = uuidv7() }: Posting) {
  await client.query(
    `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at)
     VALUES ($1, $2, 'capture', $3, 'Payment', coalesce($4, now()))`,
    [merchant, id, uuidv7(), postedAt],
  )
  await client.query(`INSERT INTO entry VALUES ($1, $2, 1, $3, 'EUR', $5), ($1, $2, 2, $4, 'EUR', -$5)`, [
    merchant,
    id,
    CLEARING,
    SALES,
    amount,
  ])
}

/** What the accounts are, by adding up every entry. */
async function added(merchant: string, asOf: string | null) {
  const { rows } = await owner.query(
    `SELECT a.id, coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0)::text AS debits, coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0)::text AS credits,
       count(e.amount)::int AS entries, max(e.posted_at) AS "lastEntryAt"
     FROM account a LEFT JOIN (
       SELECT e.*, t.posted_at FROM entry e JOIN ledger_transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
       WHERE $2::timestamptz IS NULL OR t.posted_at <= $2) e ON e.merchant_id = a.merchant_id AND e.account_id = a.id
     WHERE a.merchant_id = $1 GROUP BY a.id ORDER BY a.id`,
    [merchant, asOf],
  )
  return rows
}

async function read(merchant: string, asOf: string | null) {
  const found = await accounts(db, merchant, asOf)
  return found
    .map(({ id, debits, credits, entries, lastEntryAt }) => ({
      id,
      debits: String(debits),
      credits: String(credits),
      entries,
      lastEntryAt,
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** A page of a statement: id and balance of each line. */
async function lines(merchant: string, asOf: string | null, after: Place | null, limit: number) {
  const found = await statement(db, merchant, { accountId: CLEARING, asOf, after, limit })
  return found.map(({ transactionId, position, balance }) => ({
    transactionId,
    position,
    balance: String(balance),
  }))
}

interface Place {
  transactionId: string
  position: number
}

/** The same, by reading every entry. */
async function linesAdded(merchant: string, asOf: string | null, after: Place | null, limit: number) {
  const { rows } = await owner.query(
    `SELECT * FROM (
       SELECT e.transaction_id AS "transactionId", e.position::int,
         sum(e.amount) OVER (ORDER BY e.transaction_id, e.position)::text AS balance
       FROM entry e JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
       WHERE e.merchant_id = $1 AND e.account_id = $2 AND ($3::timestamptz IS NULL OR t.posted_at <= $3)) l
     WHERE $4::uuid IS NULL OR ("transactionId", position) < ($4, $5) ORDER BY 1 DESC, 2 DESC LIMIT $6`,
    [merchant, CLEARING, asOf, after?.transactionId ?? null, after?.position ?? null, limit],
  )
  return rows
}

const summedUpto = async () =>
  Number((await owner.query('SELECT ledger_summed_upto() AS upto')).rows[0].upto as string)
const sumRows = async () => (await owner.query('SELECT count(*)::int AS n FROM account_sum')).rows[0].n
const balance = async (asOf?: string) => (await account(db, OURS, CLEARING, asOf))?.balance
const brokenSums = async () =>
  (await pool.query('SELECT merchant_id, detail FROM integrity_ledger.sums_are_of_their_entries')).rows

describe('balances are the sums of all entries', () => {
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

  it.each([1, 2, 3, 4])(
    'whatever is posted, summed and left open, in whatever order (seed %i)',
    async (seed) => {
      const next = chance(seed)
      const start = Date.now() - 60 * HOUR_MS
      const writers = await Promise.all([connect(), connect(), connect()])
      const open = new Set<pg.Client>()
      const anyTime = () => new Date(start + next(60 * 60) * 60_000)
      for (let step = 0; step < 60; step++) {
        const writer = writers[next(writers.length)] as pg.Client
        const what = next(10)
        if (what < 5) {
          if (!open.has(writer)) await writer.query('BEGIN')
          open.add(writer)
          await post(writer, {
            amount: 1 + next(1_000),
            merchant: next(4) ? OURS : THEIRS,
            // On the hour too: where a sum begins.
            postedAt: next(5) ? anyTime() : new Date(Math.floor(anyTime().getTime() / HOUR_MS) * HOUR_MS),
          })
        } else if (what < 8) {
          const ended = [...open][next(open.size)]
          if (ended) await ended.query(next(5) ? 'COMMIT' : 'ROLLBACK')
          if (ended) open.delete(ended)
        } else await sumLedger(db, 1 + next(5))
        if (step % 4 > 0) continue
        for (const merchant of [OURS, THEIRS])
          for (const asOf of [null, anyTime().toISOString(), new Date(start + 24 * HOUR_MS).toISOString()]) {
            expect(await read(merchant, asOf)).toEqual(await added(merchant, asOf))
            const [first, ...others] = await linesAdded(merchant, asOf, null, 1 + next(9))
            expect(await lines(merchant, asOf, null, 1 + others.length)).toEqual(
              first ? [first, ...others] : [],
            )
            const after = others.at(-1) ?? first ?? null
            expect(await lines(merchant, asOf, after, 4)).toEqual(await linesAdded(merchant, asOf, after, 4))
          }
        expect(await brokenSums()).toEqual([])
      }
      for (const writer of writers) {
        if (open.has(writer)) await writer.query('COMMIT')
      }
      while ((await sumSettled(100)) > 0);
      for (const merchant of [OURS, THEIRS])
        expect(await read(merchant, null)).toEqual(await added(merchant, null))
      expect(await brokenSums()).toEqual([])
    },
  )

  it('a posting that is committed after one with a higher number is not lost', async () => {
    const late = await connect()
    await late.query('BEGIN')
    await post(late, { amount: 100 })
    await post(owner, { amount: 7 })
    // The second one is committed, and its number is higher: it waits for the first, and counts meanwhile.
    await sumLedger(db, 100)
    expect(await sumRows()).toBe(0)
    expect(await balance()).toBe(7n)
    await late.query('COMMIT')
    expect(await balance()).toBe(107n)
    expect(await sumSettled(100)).toBe(2)
    expect(await balance()).toBe(107n)
  })

  it('lines of an account go on from page to page, with the balance after each', async () => {
    const ids = Array.from({ length: 9 }, (_, n) => uuidv7(Date.now() - (9 - n) * HOUR_MS))
    for (const [n, id] of ids.entries())
      await post(owner, { amount: 10 ** n, id, postedAt: new Date(Date.now() - (9 - n) * HOUR_MS) })
    await sumSettled(5)
    const read: [string, bigint][] = []
    for (let after: { transactionId: string; position: number } | null = null; ; ) {
      const page = await statement(db, OURS, { accountId: SALES, after, limit: 2 })
      if (page.length === 0) break
      read.push(...page.map((line): [string, bigint] => [line.transactionId, line.balance]))
      after = page.at(-1) ?? null
    }
    const expected = ids.map((id, n): [string, bigint] => [id, -BigInt('1'.repeat(n + 1))])
    expect(read).toEqual(expected.toReversed())
  })
})

describe('summing', () => {
  it('goes on in batches, and writes nothing where nothing was posted', async () => {
    for (let n = 0; n < 5; n++) await post(owner, { amount: 1 })
    expect([await sumSettled(2), await sumSettled(2), await sumSettled(2), await sumSettled(2)]).toEqual([
      2, 2, 1, 0,
    ])
    const state = () => owner.query('SELECT *, xmin FROM ledger_summed')
    const before = (await state()).rows
    await sumSettled(2)
    expect((await state()).rows).toEqual(before)
    expect(await balance()).toBe(5n)
  })

  it('while one sums, another does not wait and adds nothing', async () => {
    await post(owner, { amount: 3 })
    const other = await connect()
    await other.query('BEGIN; SELECT sum_ledger(10)')
    expect(await sumSettled(10)).toBe(0)
    expect(await balance()).toBe(3n)
    await other.query('ROLLBACK')
    expect(await sumSettled(10)).toBe(1)
    expect(await balance()).toBe(3n)
  })

  it('postings from before there were numbers are summed too, in batches', async () => {
    for (let n = 1; n <= 5; n++) await post(owner, { amount: n, merchant: n % 2 ? OURS : THEIRS })
    await owner.query('UPDATE ledger_transaction SET xid = NULL')
    await post(owner, { amount: 100 })
    const sums: (bigint | undefined)[] = []
    for (let turn = 0; turn < 4; turn++) {
      await sumSettled(2)
      sums.push(await balance())
    }
    expect(sums).toEqual([109n, 109n, 109n, 109n])
    expect(await summedUpto()).toBeGreaterThan(0)
    expect(await read(THEIRS, null)).toEqual(await added(THEIRS, null))
    expect(await brokenSums()).toEqual([])
  })

  it('in a database that was restored from a dump, the old sums count for nothing and are made anew', async () => {
    await post(owner, { amount: 40 })
    await sumSettled(10)
    // A dump writes the rows as they are, in a transaction of its own; there the numbers begin anew, below those of the rows.
    await owner.query(`
      CREATE TEMP TABLE dump AS SELECT * FROM ledger_summed; DELETE FROM ledger_summed; INSERT INTO ledger_summed SELECT * FROM dump; DROP TABLE dump;
      UPDATE ledger_summed SET xid = 4000000000; UPDATE account_sum SET debits = 12345;
      UPDATE ledger_transaction SET xid = 3000000000`)
    expect(await summedUpto()).toBe(0)
    expect(await balance()).toBe(40n)
    await post(owner, { amount: 2 })
    expect(await balance()).toBe(42n)
    await sumSettled(10)
    expect(await balance()).toBe(42n)
    expect(await brokenSums()).toEqual([])
  })
})

test('a sum that is not of its entries breaks an invariant, and so does one that is missing', async () => {
  await post(owner, { amount: 40 })
  await sumSettled(10)
  expect(await brokenSums()).toEqual([])
  for (const damage of [
    'UPDATE account_sum SET debits = debits + 1, credits = credits + 1',
    `DELETE FROM account_sum WHERE width = 'hour'`,
    `UPDATE account_sum SET last_entry_at = last_entry_at + interval '1 s'`,
    'DELETE FROM entry',
  ]) {
    await owner.query(`BEGIN; ${damage}; COMMIT`)
    expect((await brokenSums())[0]?.merchant_id, damage).toBe(OURS)
    await owner.query('DELETE FROM account_sum; DELETE FROM ledger_summed')
    await sumSettled(10)
  }
})

test('the product may not write a sum', async () => {
  for (const attack of [
    'UPDATE account_sum SET debits = 0',
    'DELETE FROM account_sum',
    'INSERT INTO ledger_summed (xid) VALUES (9)',
    'UPDATE ledger_summed SET xid = 9',
  ])
    await expect(pool.query(attack), attack).rejects.toMatchObject({ code: '42501' })
})
