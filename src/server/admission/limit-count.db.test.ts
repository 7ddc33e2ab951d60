import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { CallCounter } from './call-counter'
import { LimitCount } from './limit-count'
import { openLimit } from './limits'

/** Limits when a clock is wrong: that of a process, which counts for nothing, and that of the database, which is put right. */
let database: TestDatabase
let pool: pg.Pool
let owner: pg.Client
let who: string
let n = 0

const MINUTE_MS = 60_000
const DAY_MS = 24 * 3_600_000

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.appUrl, { max: 5, name: 'count-test' })
  owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await pool.end()
  await database.drop()
})
beforeEach(() => {
  vi.useRealTimers()
  who = `caller-${++n}`
})

/** What a process does whose clock is `ms` ahead of the others'. */
async function withClock<T>(ms: number, act: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
  return await act().finally(() => vi.useRealTimers())
}

/** Seconds by which the stored window of this caller ends after the database's clock. */
const windowSeconds = async () =>
  Number(
    (
      await owner.query(
        `SELECT expire / 1000.0 - extract(epoch FROM clock_timestamp()) AS s FROM rate_limit WHERE key LIKE '%' || $1`,
        [who],
      )
    ).rows[0].s,
  )

const putAhead = (ms: number) =>
  owner.query(`UPDATE rate_limit SET expire = expire + $2::bigint WHERE key LIKE '%' || $1`, [who, ms])

test.each([DAY_MS, -DAY_MS])(
  'T1 a process whose clock is %i ms off neither shuts the others out nor frees them',
  async (ms) => {
    const [wrong, right] = [openLimit(pool, 'clock', 12, 1), openLimit(pool, 'clock', 12, 1)]
    for (let i = 0; i < 6; i += 1)
      expect(await withClock(ms, () => wrong.take(who))).toMatchObject({ allowed: true })
    expect(await windowSeconds()).toSatisfy((s: number) => s > 0 && s <= 60)
    for (let i = 0; i < 6; i += 1) expect(await right.take(who)).toMatchObject({ allowed: true })
    const refused = [await right.take(who), await withClock(ms, () => wrong.take(who))]
    for (const { allowed, resetSeconds } of refused)
      expect([allowed, resetSeconds <= 60]).toEqual([false, true])
  },
)

test('T2 a window that the database began before its clock was put back is over', async () => {
  const limit = openLimit(pool, 'back', 12, 12)
  expect(await limit.take(who)).toMatchObject({ allowed: true })
  await putAhead(2 * 3_600_000)
  const other = openLimit(pool, 'back', 12, 12)
  expect(await other.take(who)).toMatchObject({ allowed: true, remaining: 11 })
  expect(await windowSeconds()).toBeLessThanOrEqual(60)
})

test('T2 a process whose own clock is put back ends its windows in time', async () => {
  const calls = new CallCounter({ pool, name: 'own', max: 2, windowSeconds: 60, shareFrom: 100 })
  await withClock(2 * 3_600_000, async () => [calls.take(who), calls.take(who)])
  expect(calls.take(who)).toSatisfy((wait: number) => wait > 0 && wait <= 60)
})

test('a wait of its own length is neither shortened nor ended by a shorter one', async () => {
  const waits = new LimitCount({ pool, name: 'wait', points: 1, windowSeconds: 900 })
  await waits.consume(who, 1, { customDuration: 900 })
  await expect(waits.consume(who, 1, { customDuration: 2 })).rejects.toMatchObject({ consumedPoints: 2 })
  expect(await waits.get(who)).toMatchObject({ consumedPoints: 2 })
  expect((await waits.get(who))?.msBeforeNext).toBeGreaterThan(14 * MINUTE_MS)
})

test('counts that ended an hour ago are deleted, by the clock of the database', async () => {
  const counts = new LimitCount({ pool, name: 'old', points: 5, windowSeconds: 60 })
  await counts.consume(who)
  await withClock(DAY_MS, () => counts.clearExpired())
  expect(await counts.get(who)).toMatchObject({ consumedPoints: 1 })
  await putAhead(-2 * 3_600_000)
  await counts.clearExpired()
  expect((await owner.query('SELECT FROM rate_limit WHERE key LIKE $1', [`%${who}`])).rowCount).toBe(0)
})

test('however many counts have ended, no statement deletes more than 1,000', async () => {
  const counts = new LimitCount({ pool, name: 'many', points: 5, windowSeconds: 60 })
  await owner.query(
    `INSERT INTO rate_limit (key, points, expire) SELECT 'many:' || i, 1, i FROM generate_series(1, 2500) i`,
  )
  const sent = vi.spyOn(pool, 'query')
  await counts.clearExpired()
  const removed = await Promise.all(
    sent.mock.results.map(async ({ value }) => ((await value) as unknown as pg.QueryResult).rowCount),
  )
  sent.mockRestore()
  expect(removed).toEqual([1_000, 1_000, 500])
})
