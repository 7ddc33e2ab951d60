import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { CallCounter } from './call-counter'

let database: TestDatabase
let pool: pg.Pool
let who: string
let n = 0

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.appUrl, { max: 5, name: 'counter-test' })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(() => {
  who = `caller-${++n}`
})

const counter = (changes: Partial<ConstructorParameters<typeof CallCounter>[0]> = {}) =>
  new CallCounter({ pool, name: 'test', max: 16, windowSeconds: 3_600, ...changes })
const take = (from: CallCounter, times: number) => Array.from({ length: times }, () => from.take(who))
const points = async () =>
  (await pool.query('SELECT points FROM rate_limit WHERE key = $1', [`test:${who}`])).rows[0]?.points ?? null

test('counts up to its maximum, then names the seconds to wait; another caller is not concerned', () => {
  const calls = counter()
  expect(take(calls, 16)).toEqual(Array(16).fill(0))
  expect(calls.countOf(who)).toBe(16)
  for (const wait of take(calls, 3)) expect(wait).toBeGreaterThan(3_590)
  expect(calls.countOf(who)).toBe(16)
  expect(calls.waitOf('somebody else')).toBe(0)
})

test('begins anew when the window has ended', () => {
  let now = 1_000
  const calls = counter({ now: () => now })
  take(calls, 16)
  now += 3_599_000
  expect(calls.take(who)).toBe(1)
  now += 1_000
  expect(calls.take(who)).toBe(0)
  expect(calls.countOf(who)).toBe(1)
})

test('writes nothing about a caller far from the limit', async () => {
  const query = vi.spyOn(pool, 'query')
  const connect = vi.spyOn(pool, 'connect')
  const calls = counter()
  take(calls, 1)
  expect([query, connect].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
  // The second is an eighth of 16.
  take(calls, 1)
  await vi.waitFor(async () => expect(await points()).toBe(2))
  vi.restoreAllMocks()
})

test('two processes hear of each other, and then refuse together', async () => {
  const [one, two] = [counter(), counter()]
  take(one, 10)
  await vi.waitFor(async () => expect(await points()).toBe(10), 5_000)
  take(two, 6)
  await vi.waitFor(() => expect(two.take(who)).toBeGreaterThan(0), 5_000)
  await vi.waitFor(async () => expect(await points()).toBeGreaterThanOrEqual(16), 5_000)
  // A process that starts now, as after a restart, learns it with its first shared call.
  const three = counter({ shareFrom: 1 })
  expect(three.take(who)).toBe(0)
  await vi.waitFor(() => expect(three.waitOf(who)).toBeGreaterThan(0), 5_000)
})

test('with the database away it goes on by itself, and shares when it is back', async () => {
  const away = new pg.Pool({ host: '127.0.0.1', port: 1, connectionTimeoutMillis: 200 })
  const calls = counter({ pool: away })
  expect(take(calls, 16)).toEqual(Array(16).fill(0))
  expect(calls.take(who)).toBeGreaterThan(0)
  await away.end()

  let broken = true
  const flaky = new Proxy(pool, {
    get: (target, name) =>
      broken && (name === 'query' || name === 'connect')
        ? () => Promise.reject(new Error('away'))
        : Reflect.get(target, name, target),
  })
  const later = counter({ pool: flaky })
  who = `${who}-again`
  take(later, 5)
  await vi.waitFor(() => expect(later.countOf(who)).toBe(5))
  broken = false
  await vi.waitFor(async () => expect(await points()).toBe(5), 5_000)
})

test('forgets the oldest caller rather than growing without end', () => {
  const calls = counter({ shareFrom: 1_000 })
  calls.take('first')
  for (let caller = 0; caller < 50_000; caller++) calls.add(`flood-${caller}`)
  expect(calls.countOf('first')).toBe(0)
  expect(calls.countOf('flood-49999')).toBe(1)
})
