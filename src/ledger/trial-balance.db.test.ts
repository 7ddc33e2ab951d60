import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { addDays, startOfDay } from '@/lib/day'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { balancePoints } from './balance-points'
import { statement } from './read'
import { sumLedger } from './sums'
import { type BooksPeriod, trialBalance } from './trial-balance'
import { walkLedger } from './walk'

const [OURS, THEIRS] = [uuidv7(), uuidv7()]
const [CLEARING, SALES] = [uuidv7(), uuidv7()]
const HOUR_MS = 3_600_000
const BEGIN = Date.parse('2026-03-20T00:00:00Z')

let database: TestDatabase
let owner: pg.Pool
let pool: pg.Pool
let db: Db

/** A generator that a seed determines (mulberry32). */
function chance(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'books-owner' })
  pool = openPool(database.appUrl, { max: 4, name: 'books' })
  db = openDb(pool)
  for (const merchant of [OURS, THEIRS])
    await owner.query(`
      INSERT INTO merchant (id, name) VALUES ('${merchant}', 'Shop');
      INSERT INTO account (merchant_id, id, code, name, type, currency) VALUES
        ('${merchant}', '${CLEARING}', 'gateway_clearing', 'Clearing', 'asset', 'EUR'), ('${merchant}', '${SALES}', 'sales', 'Sales', 'revenue', 'EUR')`)
  const dice = chance(14)
  // 600 postings over 20 days, with borders of days in several zones among them; ids stand in another order than instants.
  const borders = ['Europe/Berlin', 'Asia/Kolkata', 'UTC'].map((zone) =>
    startOfDay('2026-03-29', zone).getTime(),
  )
  const postings = Array.from({ length: 600 }, (_, index) => ({
    at: index < 9 ? (borders[index % 3] as number) + (index % 2) - 1 : BEGIN + dice(20 * 24 * HOUR_MS),
    micros: dice(1000),
    amount: 1 + dice(5_000),
    merchant: index % 10 === 9 ? THEIRS : OURS,
  }))
  // Half of them are summed by the worker, the other half is not.
  await post(postings.slice(0, 300))
  await vi.waitFor(async () => expect(await sumLedger(db, 10_000)).toBeGreaterThan(0), 50_000)
  await post(postings.slice(300))
}, 120_000)
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})

async function post(postings: { at: number; micros: number; amount: number; merchant: string }[]) {
  const values = postings.map(({ at, micros, amount, merchant }) => {
    const instant = `${new Date(at).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`
    return `('${merchant}', '${uuidv7()}', '${instant}', ${amount})`
  })
  await owner.query(`
    BEGIN; SET LOCAL session_replication_role = replica;
    CREATE TEMP TABLE made ON COMMIT DROP AS SELECT m::uuid AS merchant, id::uuid, at::timestamptz, amount::bigint FROM (VALUES ${values.join(',')}) v (m, id, at, amount);
    INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at) SELECT merchant, id, 'capture', gen_random_uuid(), 'Payment', at FROM made;
    INSERT INTO entry SELECT merchant, id, 1, '${CLEARING}'::uuid, 'EUR', amount FROM made UNION ALL SELECT merchant, id, 2, '${SALES}'::uuid, 'EUR', -amount FROM made;
    COMMIT`)
}

/** What adding up every entry of the clearing account gives. */
async function added({ from, until }: BooksPeriod) {
  const { rows } = await owner.query(
    `SELECT coalesce(sum(e.amount) FILTER (WHERE t.posted_at < $2), 0)::text AS opening,
       coalesce(sum(e.amount) FILTER (WHERE t.posted_at >= $2 AND t.posted_at < $3), 0)::text AS debits,
       count(*) FILTER (WHERE t.posted_at >= $2 AND t.posted_at < $3)::int AS entries
     FROM entry e JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
     WHERE e.merchant_id = $1 AND e.account_id = $4`,
    [OURS, from ?? '-infinity', until ?? 'infinity', CLEARING],
  )
  return rows[0] as { opening: string; debits: string; entries: number }
}

const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Auckland']
const PERIODS: [string, BooksPeriod][] = [
  ['everything', { from: null, until: null }],
  ['what is before all', { from: null, until: '2026-01-01T00:00:00Z' }],
  ...ZONES.flatMap((zone) =>
    [
      [0, 40],
      [3, 9],
      [9, 9],
    ].map(([first = 0, last = 0]): [string, BooksPeriod] => {
      const day = (number: number) => startOfDay(addDays('2026-03-20', number), zone).toISOString()
      return [`day ${first} to ${last} in ${zone}`, { from: day(first), until: day(last + 1) }]
    }),
  ),
]

describe.each(PERIODS)('%s', (_, period) => {
  test('the trial balance is what adding up every entry gives', async () => {
    const expected = await added(period)
    const lines = await trialBalance(db, OURS, period)
    const clearing = lines.find(({ code }) => code === 'gateway_clearing')
    expect({
      opening: String(clearing?.opening),
      debits: String(clearing?.debits),
      entries: clearing?.entries,
    }).toEqual(expected)
    expect(clearing?.closing).toBe(BigInt(expected.opening) + BigInt(expected.debits))
    for (const pick of ['opening', 'closing'] as const)
      expect(lines.reduce((sum, line) => sum + line[pick], 0n)).toBe(0n)
    expect(lines.reduce((sum, { debits, credits }) => sum + debits - credits, 0n)).toBe(0n)
  })

  test('the ledger is walked oldest first, each transaction once', async () => {
    const { entries, debits } = await added(period)
    const seen: { id: string; at: Date; amount: bigint }[] = []
    for await (const page of walkLedger(db, OURS, { period, account: CLEARING }))
      for (const { id, postedAt, entries: all } of page)
        seen.push({
          id,
          at: postedAt,
          amount: all.find(({ accountId }) => accountId === CLEARING)?.amount ?? 0n,
        })
    expect(new Set(seen.map(({ id }) => id))).toHaveLength(entries)
    expect(seen).toHaveLength(entries)
    expect(String(seen.reduce((sum, { amount }) => sum + amount, 0n))).toBe(debits)
    expect(seen.map(({ at }) => at.getTime())).toEqual(
      seen.map(({ at }) => at.getTime()).toSorted((a, b) => a - b),
    )
  })

  test('the pages of a statement lead from the closing to the opening balance', async () => {
    const { opening, debits, entries } = await added(period)
    let after: { transactionId: string; position: number } | null = null
    let balance = BigInt(opening) + BigInt(debits)
    let count = 0
    for (;;) {
      const page = {
        accountId: CLEARING,
        from: period.from,
        asOf: period.until,
        before: true,
        after,
        limit: 100,
      }
      const lines = await statement(db, OURS, page)
      for (const line of lines) {
        expect(line.balance).toBe(balance)
        balance -= line.amount
      }
      count += lines.length
      const last = lines.at(-1)
      if (lines.length < 100 || !last) break
      after = { transactionId: last.transactionId, position: last.position }
    }
    expect(count).toBe(entries)
    expect(String(balance)).toBe(opening)
  })
})

test.each([
  [20, 'hours'],
  [200, 'days'],
  [4_000, 'months'],
])('the points of %s %s are balances of their instants', async (days) => {
  const from = new Date(BEGIN + 30 * 60_000)
  const until = new Date(from.getTime() + days * 24 * HOUR_MS)
  const points = await balancePoints(db, OURS, { accountId: CLEARING, from, until })
  expect(points.length).toBeGreaterThan(1)
  expect(points.length).toBeLessThanOrEqual(131)
  for (const { at, balance } of points) {
    const { opening } = await added({ from: at.toISOString(), until: null })
    expect([at, String(balance)]).toEqual([at, opening])
  }
})
