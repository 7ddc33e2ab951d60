import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, type Sql, sql } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { CommitRefused, StoreUnavailable } from '../core/store'
import { callDatabase, classify, type ErrorClass } from './prisma-errors'

/** Database faults, for real: the errors that Prisma and its adapter throw, and their class. */
let database: TestDatabase
let owner: pg.Pool
let open: Array<{ db: Db; pool: pg.Pool }> = []
let db: Db
let tight: Db
const A = uuidv7()
const B = uuidv7()

beforeAll(async () => {
  database = await testDatabase()
  owner = new pg.Pool({ connectionString: database.url, max: 3 })
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'A'), ($2, 'B')`, [A, B])
  db = connect({ max: 6 })
  tight = connect({ max: 1, connectionTimeoutMillis: 500 })
})
afterAll(async () => {
  for (const one of open) await one.db.$disconnect()
  await Promise.all([...open.map(({ pool }) => pool.end()), owner.end()])
  open = []
  await database.drop()
})

function connect(settings: pg.PoolConfig): Db {
  const pool = new pg.Pool({ connectionString: database.url, ...settings })
  pool.on('error', () => undefined)
  const opened = { pool, db: openDb(pool) }
  open.push(opened)
  return opened.db
}

const thrownBy = (call: PromiseLike<unknown>) =>
  Promise.resolve(call).then(
    () => Promise.reject(new Error('expected it to fail')),
    (error: unknown) => error,
  )
const batch = (...queries: Sql[]) => db.$transaction(queries.map((query) => db.$executeRaw(query)))
const rename = (id: string) => sql`UPDATE merchant SET name = name || '.' WHERE id = ${id}::uuid`
const closedPort = () =>
  connect({ connectionString: database.url.replace(/:\d+\//, ':1/'), connectionTimeoutMillis: 1_000 })

/** Two transactions that read the same row and then write it. */
async function writeConflict(
  write: (tx: Pick<Db, '$executeRaw' | 'merchant'>) => PromiseLike<unknown>,
): Promise<unknown> {
  return thrownBy(
    db.$transaction(
      async (tx) => {
        await tx.$queryRaw(sql`SELECT * FROM merchant WHERE id = ${A}::uuid`)
        await owner.query(`UPDATE merchant SET name = 'changed' WHERE id = $1`, [A])
        await write(tx as Db)
      },
      { isolationLevel: 'RepeatableRead' },
    ),
  )
}

/** Two transactions that lock two rows in opposite order: PostgreSQL ends one of them. */
async function deadlock(): Promise<unknown> {
  let arrived = 0
  let open: () => void
  const bothLocked = new Promise<void>((resolve) => {
    open = resolve
  })
  const locker = (first: string, second: string) =>
    db.$transaction(async (tx) => {
      await tx.$executeRaw(rename(first))
      if (++arrived === 2) open()
      await bothLocked
      await tx.$executeRaw(rename(second))
    })
  const ended = await Promise.allSettled([locker(A, B), locker(B, A)])
  return ended.find((end) => end.status === 'rejected')?.reason
}

/** A backend that an administrator terminates while it works. */
async function terminated(): Promise<unknown> {
  const mark = `mark-${uuidv7()}`
  const work = thrownBy(db.$queryRaw(sql`SELECT pg_sleep(10)::text, ${mark}`))
  for (let ended = 0; ended === 0; ) {
    const found = await owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
    )
    ended = found.rowCount ?? 0
  }
  return work
}

/** The one connection of the pool is taken, and a second caller wants it. */
async function exhausted(want: () => PromiseLike<unknown>): Promise<unknown> {
  const pool = open.find((one) => one.db === tight)?.pool as pg.Pool
  const taken = await pool.connect()
  const error = await thrownBy(want())
  taken.release()
  return error
}

async function rowLocked(): Promise<unknown> {
  const holder = await owner.connect()
  await holder.query(`BEGIN; SELECT * FROM merchant WHERE id = '${A}' FOR UPDATE`)
  const error = await thrownBy(batch(sql`SET LOCAL lock_timeout = '50ms'`, rename(A)))
  await holder.query('ROLLBACK')
  holder.release()
  return error
}

async function tooManyConnections(): Promise<unknown> {
  const role = `limited_${uuidv7().replaceAll('-', '')}`
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x' CONNECTION LIMIT 0`)
  const url = new URL(database.url)
  Object.assign(url, { username: role, password: 'x' })
  const error = await thrownBy(connect({ connectionString: url.href }).$queryRaw(sql`SELECT 1`))
  await owner.query(`DROP ROLE ${role}`)
  return error
}

const insert = sql`INSERT INTO merchant (id, name) VALUES (${A}::uuid, 'again')`
const CASES: Array<[string, ErrorClass, () => Promise<unknown>]> = [
  [
    'a unique violation of the model API',
    'race',
    () => thrownBy(db.merchant.create({ data: { id: A, name: 'again' } })),
  ],
  ['a unique violation of a raw query', 'race', () => thrownBy(db.$executeRaw(insert))],
  [
    'D4 a serialization failure of the model API',
    'retry',
    () => writeConflict((tx) => tx.merchant.update({ where: { id: A }, data: { name: 'x' } })),
  ],
  [
    'D4 a serialization failure of a raw query',
    'retry',
    () => writeConflict((tx) => tx.$executeRaw(rename(A))),
  ],
  ['D5 a deadlock', 'retry', deadlock],
  [
    'D6 a statement that takes too long',
    'overload',
    () => thrownBy(batch(sql`SET LOCAL statement_timeout = '50ms'`, sql`SELECT pg_sleep(5)`)),
  ],
  ['D6 a lock that takes too long', 'overload', rowLocked],
  ['D3 a terminated backend', 'unknown', terminated],
  ['D7 an exhausted pool, autocommit', 'overload', () => exhausted(() => tight.$queryRaw(sql`SELECT 1`))],
  ['D7 an exhausted pool, model API', 'overload', () => exhausted(() => tight.merchant.count())],
  [
    'D7 an exhausted pool, batch',
    'overload',
    () => exhausted(() => tight.$transaction([tight.$queryRaw(sql`SELECT 1`)])),
  ],
  [
    'D7 an exhausted pool, interactive',
    'overload',
    () => exhausted(() => tight.$transaction((tx) => tx.$queryRaw(sql`SELECT 1`), { maxWait: 100 })),
  ],
  ['D8 too many connections', 'overload', tooManyConnections],
  ['F41 no database at the port, raw', 'overload', () => thrownBy(closedPort().$queryRaw(sql`SELECT 1`))],
  ['F41 no database at the port, model API', 'overload', () => thrownBy(closedPort().merchant.count())],
  [
    'F41 no database at the port, batch',
    'overload',
    () => thrownBy(((down) => down.$transaction([down.$queryRaw(sql`SELECT 1`)]))(closedPort())),
  ],
  ['D12 a read-only server', 'overload', () => thrownBy(batch(sql`SET TRANSACTION READ ONLY`, rename(A)))],
  ['our own guard', 'refused', () => thrownBy(db.$queryRaw(sql`SELECT expect_rows('payment', 0, 1)`))],
  [
    'a broken rule',
    'definite',
    () =>
      thrownBy(
        db.$executeRaw(sql`INSERT INTO merchant (id, name, mode) VALUES (gen_random_uuid(), 'x', 'maybe')`),
      ),
  ],
  [
    'a foreign key, model API',
    'definite',
    () =>
      thrownBy(
        db.order.create({ data: { merchantId: uuidv7(), id: uuidv7(), currency: 'EUR', amount: 1n } }),
      ),
  ],
  [
    'a missing right',
    'definite',
    () => thrownBy(batch(sql`SET LOCAL ROLE payonce_app`, sql`DELETE FROM entry`)),
  ],
  ['a mistake in SQL', 'definite', () => thrownBy(db.$queryRaw(sql`SELEKT 1`))],
]

describe('classify', () => {
  it.each(CASES)('%s: %s', async (_, kind, fail) => {
    const error = await fail()
    expect({ kind: classify(error), error: kind === classify(error) ? null : error }).toEqual({
      kind,
      error: null,
    })
  })
})

describe('callDatabase', () => {
  it('D4 carries a conflict through: the second try sees the new row', async () => {
    let tries = 0
    const attempt = () =>
      db.$transaction(
        async (tx) => {
          await tx.$queryRaw(sql`SELECT * FROM merchant WHERE id = ${A}::uuid`)
          if (++tries === 1) await owner.query(`UPDATE merchant SET name = 'changed' WHERE id = $1`, [A])
          return tx.merchant.update({ where: { id: A }, data: { name: 'ours' } })
        },
        { isolationLevel: 'RepeatableRead' },
      )
    expect(await callDatabase(attempt)).toMatchObject({ name: 'ours' })
    expect(tries).toBe(2)
  })

  it('names the write that a guard refused', async () => {
    const error = await thrownBy(
      callDatabase(() => db.$queryRaw(sql`SELECT expect_rows('ledger-entries', 2, 3)`)),
    )
    expect(error).toBeInstanceOf(CommitRefused)
    expect((error as CommitRefused).write).toBe('ledger-entries')
  })

  it('D7 turns an exhausted pool into an answer within its acquire timeout', async () => {
    const before = performance.now()
    const error = await exhausted(() => callDatabase(() => tight.$queryRaw(sql`SELECT 1`)))
    expect(error).toBeInstanceOf(StoreUnavailable)
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  it('the pool is whole again after all of this', async () => {
    expect(await Promise.all(Array.from({ length: 12 }, () => db.merchant.count()))).toEqual(
      Array(12).fill(2),
    )
    expect(await tight.merchant.count()).toBe(2)
    const { rows } = await owner.query(
      `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    )
    expect(rows).toEqual([{ open: 0 }])
  })
})
