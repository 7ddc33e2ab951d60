import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { type Limit, openLimit, quotaHeaders } from './limits'

let database: TestDatabase
let pool: pg.Pool
let who: string
let n = 0

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.appUrl, { max: 5, name: 'limits-test' })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(() => {
  who = `caller ${++n}`
})
afterEach(() => vi.restoreAllMocks())

const times = <T>(count: number, what: () => Promise<T>) => Promise.all(Array.from({ length: count }, what))
const row = async (key: string) =>
  (await pool.query('SELECT points, expire FROM rate_limit WHERE key = $1', [key])).rows[0]
/** Moves the window's end, as time would. */
const endsIn = (key: string, ms: number) =>
  pool.query('UPDATE rate_limit SET expire = $2 WHERE key = $1', [key, Date.now() + ms])

describe('a limit', () => {
  test('counts down, says until when, and is written in one row', async () => {
    const limit = openLimit(pool, 'test', 3)
    const quotas = [
      await limit.take(who),
      await limit.take(who),
      await limit.take(who),
      await limit.take(who),
    ]
    expect(quotas.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
    ])
    for (const { limit: of, resetSeconds } of quotas) {
      expect(of).toBe(3)
      expect(resetSeconds).toBeGreaterThan(55)
      expect(resetSeconds).toBeLessThanOrEqual(60)
    }
    expect(await row(`test:${who}`)).toMatchObject({ points: 3 })
  })

  test('of 50 at once through three servers exactly as many pass as may', async () => {
    const servers = [openLimit(pool, 'test', 20), openLimit(pool, 'test', 20), openLimit(pool, 'test', 20)]
    let turn = 0
    const quotas = await times(50, () => (servers[turn++ % 3] as (typeof servers)[0]).take(who))
    expect(quotas.filter(({ allowed }) => allowed)).toHaveLength(20)
  })

  test('is for each caller by itself, and for each limit', async () => {
    const [limit, other] = [openLimit(pool, 'test', 1), openLimit(pool, 'other', 1)]
    await limit.take(who)
    expect(
      [await limit.take(who), await limit.take(`${who}, too`), await other.take(who)].map(
        ({ allowed }) => allowed,
      ),
    ).toEqual([false, true, true])
  })

  test('begins anew when the window has ended', async () => {
    const server = openLimit(pool, 'test', 1)
    await server.take(who)
    await endsIn(`test:${who}`, -1)
    expect(await openLimit(pool, 'test', 1).take(who)).toMatchObject({ allowed: true, remaining: 0 })
  })
})

describe('a limit in lots', () => {
  test('is leased a twelfth at a time, and grants exactly the limit', async () => {
    const limit = openLimit(pool, 'test', 600)
    expect(await limit.take(who)).toMatchObject({ allowed: true, remaining: 599 })
    expect(await row(`test:${who}`)).toMatchObject({ points: 50 })
    const quotas = await times(700, () => limit.take(who))
    expect(quotas.filter(({ allowed }) => allowed)).toHaveLength(599)
    expect(await row(`test:${who}`)).toMatchObject({ points: 600 })
  })

  test('a last lot that is not whole counts for the part that is within the limit', async () => {
    const limit = openLimit(pool, 'test', 100)
    const quotas = await times(120, () => limit.take(who))
    expect(quotas.filter(({ allowed }) => allowed)).toHaveLength(100)
    expect(quotas.map(({ remaining }) => remaining)).toEqual(
      Array.from({ length: 120 }, (_, n) => Math.max(0, 99 - n)),
    )
  })

  test('of several processes together grants never more, and at most a lot less for each of the others', async () => {
    const servers = Array.from({ length: 3 }, () => openLimit(pool, 'test', 120))
    const [busy, ...idle] = servers as [Limit, Limit, Limit]
    for (const one of idle) await one.take(who)
    const granted = (await times(200, () => busy.take(who))).filter(({ allowed }) => allowed)
    expect(granted.length).toBe(120 - 2 * 10)
    const rest = await Promise.all(idle.map((one) => times(20, () => one.take(who))))
    // What is left of a lot is granted, also when the others have used up the limit.
    expect(rest.map((all) => all.filter(({ allowed }) => allowed).length)).toEqual([9, 9])
  })

  test('dies with its window', async () => {
    const limit = openLimit(pool, 'test', 120)
    await limit.take(who)
    await endsIn(`test:${who}`, -1)
    const later = performance.now() + 61_000
    vi.spyOn(performance, 'now').mockReturnValue(later)
    expect(await limit.take(who)).toMatchObject({ allowed: true, remaining: 119, resetSeconds: 60 })
  })

  test('is asked for once by those who come together, and again after a lease that failed', async () => {
    const limit = openLimit(pool, 'test', 1_200)
    const query = vi.spyOn(pool, 'query')
    query.mockRejectedValueOnce(new Error('away') as never)
    await expect(limit.take(who)).rejects.toThrow('away')
    const quotas = await times(100, () => limit.take(who))
    expect([query.mock.calls.length, quotas.at(-1)?.remaining]).toEqual([2, 1_100])
  })
})

describe('who has nothing left', () => {
  test('learns when the window ends, not to come again each second', async () => {
    const limit = openLimit(pool, 'test', 1)
    await limit.take(who)
    await endsIn(`test:${who}`, 42_000)
    const other = openLimit(pool, 'test', 1)
    expect((await other.take(who)).resetSeconds).toBe(42)
    expect((await other.take(who)).resetSeconds).toBe(42)
  })

  test('is turned away without a word to the database', async () => {
    const limit = openLimit(pool, 'test', 2)
    await times(2, () => limit.take(who))
    const query = vi.spyOn(pool, 'query')
    expect((await times(1_000, () => limit.take(who))).some(({ allowed }) => allowed)).toBe(false)
    expect(query).not.toHaveBeenCalled()
  })

  test('is known as spent once it was refused, until its window ends', async () => {
    const limit = openLimit(pool, 'test', 1)
    expect(limit.spent(who)).toBeNull()
    await limit.take(who)
    expect(limit.spent(who)).toBeNull()
    await limit.take(who)
    expect(limit.spent(who)).toMatchObject({ allowed: false, limit: 1, remaining: 0 })
    const later = performance.now() + 61_000
    vi.spyOn(performance, 'now').mockReturnValue(later)
    expect(limit.spent(who)).toBeNull()
  })

  test('10,000 spent ones are remembered, the oldest is forgotten first', async () => {
    const limit = openLimit(pool, 'test', 1)
    vi.spyOn(pool, 'query').mockImplementation((async () => ({
      rows: [{ points: 2, left: '60000' }],
    })) as never)
    for (let i = 0; i <= 10_000; i++) await limit.take(`${who} ${i}`)
    expect([
      limit.spent(`${who} 0`),
      limit.spent(`${who} 1`)?.allowed,
      limit.spent(`${who} 10000`)?.allowed,
    ]).toEqual([null, false, false])
  })
})

test('without its database a limit does not guess: its caller gets the error', async () => {
  const away = openPool('postgresql://127.0.0.1:1/none', { max: 1, name: 'away' })
  await expect(openLimit(away, 'test', 10).take(who)).rejects.toThrow(/ECONNREFUSED/)
  await away.end()
})

test('the product makes no table of it, and a crash of the database may forget it', async () => {
  const { rows } = await pool.query(`
    SELECT relpersistence AS kept, pg_get_userbyid(relowner) = current_user AS ours, has_schema_privilege('public', 'CREATE') AS may
    FROM pg_class WHERE relname = 'rate_limit'`)
  expect(rows).toEqual([{ kept: 'u', ours: false, may: false }])
})

test('cleaning up keeps no process alive', async () => {
  const script = `const { openLimit } = await import('@/server/admission/limits.ts'); const pg = await import('pg')
    openLimit(new pg.default.Pool({}), 'test', 1); console.log('made')`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { timeout: 20_000 },
  )
  expect(stdout.trim()).toBe('made')
})

test('the headers are those of the draft', () => {
  expect(quotaHeaders({ allowed: true, limit: 600, remaining: 599, resetSeconds: 42 })).toEqual({
    'RateLimit-Policy': '"default";q=600;w=60',
    RateLimit: '"default";r=599;t=42',
  })
})
