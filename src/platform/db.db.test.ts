import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { openDb, openPool, statementSender, takesWrites } from './db'

let database: TestDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.url, {
    max: 1,
    name: 'test',
    settings: '-c plan_cache_mode=force_generic_plan -c lock_timeout=50ms',
  })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const LOOK_UP = { name: 'look-up', text: 'SELECT id::int8, at FROM grown WHERE id = $1::int', values: [7] }

it('a plan from the time when a table was small does not stay', async () => {
  await pool.query('CREATE TABLE grown (id int PRIMARY KEY, at timestamptz)')
  await pool.query('INSERT INTO grown VALUES (1, now()); ANALYZE grown')
  const send = statementSender(pool)
  const plan = async () => JSON.stringify((await pool.query(`EXPLAIN EXECUTE "look-up" (7)`)).rows)
  await send(LOOK_UP)
  await pool.query(
    `INSERT INTO grown SELECT n, '2026-11-24 12:00:00.123999+00' FROM generate_series(2, 5000) AS n`,
  )
  expect(await plan()).toContain('Seq Scan')
  for (let count = 2; count <= 16; count++) await send(LOOK_UP)
  expect(await plan()).toContain('Index')
})

it('a database that only reads, or has no tables yet, takes no writes', async () => {
  const taken = async (settings: string) => {
    const connections = openPool(database.appUrl, { max: 1, name: 'test', settings })
    const db = openDb(connections)
    try {
      return await takesWrites(db)
    } finally {
      await db.$disconnect()
      await connections.end()
    }
  }
  expect(await taken('-c default_transaction_read_only=off')).toBe(true)
  expect(await taken('-c default_transaction_read_only=on')).toBe(false)
  expect(await taken('-c search_path=pg_catalog')).toBe(false)
})

it('values arrive as Prisma returns them, whatever time zone the session has', async () => {
  const send = statementSender(pool)
  for (const zone of ['UTC', 'Asia/Kolkata', 'America/St_Johns']) {
    await pool.query(`SET TIME ZONE '${zone}'`)
    expect(await send(LOOK_UP)).toEqual([{ id: 7n, at: new Date('2026-11-24T12:00:00.123Z') }])
  }
})

it('a time is the same through Prisma, whatever time zone the database has', async () => {
  await pool.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Kathmandu''', current_database()); END $$`,
  )
  const connections = openPool(database.appUrl, { max: 1, name: 'test' })
  const db = openDb(connections)
  try {
    const rows = await db.$queryRawUnsafe(`SELECT '2026-11-24 12:00:00.123+00'::timestamptz AS at`)
    expect(rows).toEqual([{ at: new Date('2026-11-24T12:00:00.123Z') }])
  } finally {
    await db.$disconnect()
    await connections.end()
  }
})

it('a connection outlives an error of its statement, and not a break', async () => {
  const send = statementSender(pool)
  const pid = async () => (await pool.query('SELECT pg_backend_pid() AS pid')).rows[0].pid as number
  const before = await pid()
  await expect(send({ name: 'wrong', text: 'SELECT 1 / $1::int', values: [0] })).rejects.toThrow(
    'division by zero',
  )
  expect(await pid()).toBe(before)
  await expect(
    send({ name: 'end', text: 'SELECT pg_terminate_backend(pg_backend_pid(), $1::bigint)', values: [0] }),
  ).rejects.toThrow()
  expect(await pid()).not.toBe(before)
})

it('its sessions have the settings that were asked for, beside the limits of every session', async () => {
  const { rows } = await pool.query(
    `SELECT current_setting('plan_cache_mode') AS plans, current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement`,
  )
  expect(rows).toEqual([{ plans: 'force_generic_plan', lock: '50ms', statement: '10s' }])
})
