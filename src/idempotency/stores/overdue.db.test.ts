import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, type Sql, sql } from '@/platform/db'
import { openTestDatabase } from '@/setup/test/database'
import { statementOf } from '@/setup/test/sent-statement'
import { PrismaStore } from './prisma'
import { listRecords, readDoubt } from './read'
import { markOverdue, reapRecords, takeOverdue } from './record-sql'
import type { RowReader } from './rows'

/** Unfinished records among many finished ones: found however late, without a search through the others. */
let db: Db
let owner: pg.Client
let close: () => Promise<void>
let store: PrismaStore

const MERCHANT = uuidv7()
const OPERATION = 'test'

beforeAll(async () => {
  const opened = await openTestDatabase()
  ;({ db, owner, close } = opened)
  store = new PrismaStore(db, 'worker', uuidv7)
  // The statistics are the tests' own matter, however long they take.
  for (const table of ['idempotency_record', 'resolver_position'])
    await owner.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
})
afterAll(() => close())
beforeEach(async () => {
  await owner.query(`SET session_replication_role = replica; DELETE FROM idempotency_record; RESET session_replication_role;
    UPDATE resolver_position SET finished_before = now() - interval '1 day'`)
})

/** Writes `count` records whose lease ended `secondsAgo`, a microsecond apart. @returns their ids */
async function write(state: string, secondsAgo: number, count = 1): Promise<string[]> {
  const done = state === 'completed' ? `200, '{}', now()` : 'NULL, NULL, NULL'
  const subject = state === 'claimed' ? 'NULL' : 'gen_random_uuid()'
  const { rows } = await owner.query(
    `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker,
       subject_id, status, answer, completed_at, lease_until)
     SELECT $1, gen_random_uuid()::text, 's', $2, 'k', 'f', 1, $3, gen_random_uuid(), 'w', ${subject}, ${done},
       now() - $4 * interval '1 second' + n * interval '1 microsecond' FROM generate_series(1, $5::int) n RETURNING id`,
    [MERCHANT, OPERATION, state, secondsAgo, count],
  )
  return rows.map(({ id }) => id)
}

const marked = async () =>
  (
    await owner.query(
      'SELECT id FROM idempotency_record WHERE overdue_since IS NOT NULL ORDER BY lease_until',
    )
  ).rows.map(({ id }) => id)
const behindSeconds = async () =>
  Number(
    (await owner.query('SELECT extract(epoch FROM now() - finished_before) AS s FROM resolver_position'))
      .rows[0].s,
  )
const found = async (limit = 100) => (await store.takeOverdue(OPERATION, limit)).map(({ claim }) => claim.id)

it('marks what is unfinished and goes past the rest; what is marked is found, the oldest first', async () => {
  const [oldest] = await write('sending', 7_200)
  await write('completed', 5_000, 30)
  const [parked] = await write('unknown', 4_000)
  await owner.query(`UPDATE idempotency_record SET parked_at = now(), parked_reason = 'x' WHERE id = $1`, [
    parked,
  ])
  const [later] = await write('unknown', 3_000)
  const [recent] = await write('sending', 5)
  expect(await store.markOverdue(10_000)).toBe(33)
  expect(await marked()).toEqual([oldest, parked, later])
  expect(await behindSeconds()).toSatisfy((s: number) => s >= 60 && s < 600)
  expect(await readDoubt(db)).toMatchObject({ inDoubt: 4, parked: 1 })
  expect(await found(1)).toEqual([oldest])
  expect((await found()).sort()).toEqual([later, recent].sort())
  expect(await found()).toEqual([])
})

it('a record that is finished at last loses its mark, and one that is taken up again is found again', async () => {
  const [id] = await write('unknown', 7_200)
  await store.markOverdue(100)
  const [taken] = await store.takeOverdue(OPERATION, 10)
  expect(taken?.claim.id).toBe(id)
  if (!taken) return
  await store.commit(taken.claim, { to: 'unknown', answer: null, writes: [], retryInMs: -600_000 })
  const [again] = await store.takeOverdue(OPERATION, 10)
  expect(again?.claim.id).toBe(id)
  if (!again) return
  await store.commit(again.claim, {
    to: 'completed',
    answer: { status: 200, problem: null, body: '{}' },
    writes: [],
  })
  expect(await marked()).toEqual([id])
  await store.markOverdue(100)
  expect(await marked()).toEqual([])
  expect(await readDoubt(db)).toEqual({ inDoubt: 0, parked: 0, overdueSeconds: 0, oldestSeconds: 0 })
})

it('goes on batch by batch, also through leases that end at one instant', async () => {
  const [first] = await write('sending', 9_000)
  await write('completed', 8_000, 25)
  await owner.query(
    `UPDATE idempotency_record SET lease_until = now() - interval '7000 seconds' WHERE state = 'completed'`,
  )
  const [last] = await write('claimed', 6_000)
  expect(await store.markOverdue(10)).toBe(26)
  expect(await marked()).toEqual([first])
  expect(await behindSeconds()).toSatisfy((s: number) => s >= 6_999 && s < 7_600)
  expect(await store.markOverdue(10)).toBe(1)
  expect(await marked()).toEqual([first, last])
  expect(await store.markOverdue(10)).toBe(0)
  expect(await store.reap(10)).toBe(1)
  expect(await marked()).toEqual([first])
})

it('stays a minute behind the clock, and goes back with it', async () => {
  const [early] = await write('sending', 30)
  await store.markOverdue(100)
  expect(await marked()).toEqual([])
  expect(await found()).toEqual([early])
  await owner.query(`UPDATE resolver_position SET finished_before = now() + interval '1 hour'`)
  await store.markOverdue(100)
  expect(await behindSeconds()).toSatisfy((s: number) => s >= 60 && s < 600)
})

it('callers at once mark each record once, and wait for nobody', async () => {
  await write('sending', 7_200, 5)
  await write('completed', 7_000, 20)
  const passed = await Promise.all(Array.from({ length: 4 }, () => store.markOverdue(100)))
  expect(Math.max(...passed)).toBe(25)
  expect(await marked()).toHaveLength(5)
})

it('no search goes through finished records, whether the statistics know them or not', async () => {
  await write('completed', 7_200, 5_000)
  await store.markOverdue(10_000)
  const [due] = await write('sending', 5)
  const taker = { token: uuidv7(), worker: 'w', lease: sql`interval '30 seconds'` }
  for (const analyze of [false, true]) {
    if (analyze) await owner.query('ANALYZE idempotency_record, resolver_position')
    const searches = [takeOverdue(OPERATION, 20, taker, sql`true`), reapRecords(500), markOverdue(100)]
    const reads = [readDoubt, ...['claimed', 'sending', 'unknown', 'parked'].map(listOf)]
    for (const read of reads) searches.push(await statementOf(read))
    for (const search of searches) expect(await rowsTouched(search), search.text).toBeLessThan(100)
  }
  expect(await found()).toEqual([due])
})

/** Reads the page of the records in a state: of the merchant who has all of them. */
const listOf = (state: string) => (database: RowReader) =>
  listRecords(database, MERCHANT, { state, limit: 25 })

/** Rows of records that the statement reads, or removes by a filter; it is rolled back. */
async function rowsTouched({ text, values }: Sql): Promise<number> {
  await owner.query('BEGIN')
  const before = await tuplesRead()
  await owner.query(text, values)
  const after = await tuplesRead()
  await owner.query('ROLLBACK')
  return after - before
}

async function tuplesRead(): Promise<number> {
  const { rows } = await owner.query(
    `SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) AS n FROM pg_stat_xact_user_tables WHERE relname = 'idempotency_record'`,
  )
  return Number(rows[0].n)
}
