import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wrappingOf } from '@/access/answer-wrapping'
import { uuidv7 } from '@/lib/id'
import { AnswerKeys } from '@/platform/answers/answer-keys'
import { type Db, openClient, openDb, openPool, sql, statementSender } from '@/platform/db'
import { APP_ROLE } from '@/platform/roles'
import { conflictsSeen, injectConflicts } from '@/server/testing/conflicts'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import type { BeginOf, NewRecord, Store } from '../core/store'
import { type StoreHarness, storeContract } from '../testing/store.contract'
import { EncryptedStore } from './encrypted-store'
import { BATCH_SETTINGS, openStore } from './open-store'
import { PrismaStore } from './prisma'
import { beginForm, claimedSql, type SqlForm, type SqlWrite, writeForm } from './sql'

let database: TestDatabase
let pool: pg.Pool
let batchPool: pg.Pool
let owner: pg.Pool
let db: Db
const queries: string[] = []

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'test-owner' })
  await owner.query(
    'CREATE TABLE line (place bigserial PRIMARY KEY, id uuid NOT NULL, run text NOT NULL, line text NOT NULL)',
  )
  await owner.query(
    `GRANT SELECT, INSERT ON line TO ${APP_ROLE}; GRANT USAGE ON SEQUENCE line_place_seq TO ${APP_ROLE}`,
  )
  // 30 s: fifty callers share twenty connections, on a machine that may be busy.
  // Only a merchant has a key for its answers.
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'A')`, [MERCHANT])
  pool = openPool(database.appUrl, { max: 20, name: 'payonce-test', waitMs: 30_000 })
  batchPool = openPool(database.appUrl, { max: 4, name: 'payonce-test-batch', settings: BATCH_SETTINGS })
  db = openDb(pool, ({ query }) => queries.push(query))
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), batchPool.end(), owner.end()])
  await database.drop()
})

const MERCHANT = uuidv7()

const newRecord = (): NewRecord => ({
  merchantId: MERCHANT,
  id: uuidv7(),
  scope: 's',
  operation: `test.${uuidv7()}`,
  key: 'k',
  fingerprint: 'f',
  fingerprintVersion: 1,
  fields: '{}',
  subjectId: uuidv7(),
})

const beginLine = beginForm({
  name: 'begin',
  columns: { run: 'text', line: 'text', refused: 'int' },
  statement: (claim) => ({
    sql: claimedSql`
      INSERT INTO line (id, run, line) SELECT subject_id, run, line FROM ${claim} WHERE refused = 0 RETURNING id::text, line`,
  }),
})
const writeLine = (name: string) =>
  writeForm({
    name,
    columns: { id: 'uuid', run: 'text', line: 'text' },
    statement: (rows) =>
      sql`INSERT INTO line (id, run, line) SELECT id, run, line FROM ${rows} RETURNING id AS key`,
  })

function writes(run: string) {
  const begin =
    (line: string, refuse = false): BeginOf<SqlForm> =>
    (claim) =>
      beginLine(claim, { run, line, refused: refuse ? 1 : 0 })
  const write = (line: string, rows = 1): SqlWrite => {
    const id = uuidv7()
    return { ...writeLine(line)(id, { id, run, line }), rows }
  }
  const lines = async () =>
    (
      await owner.query<{ line: string }>('SELECT line FROM line WHERE run = $1 ORDER BY place', [run])
    ).rows.map(({ line }) => line)
  return { begin, write, lines }
}

/** The stores under test: Prisma's own calls, the same calls with group commit, and both with encrypted answers. */
const STORES = {
  'prisma on PostgreSQL': async () => new PrismaStore(db, 'test', uuidv7),
  'group commit on PostgreSQL': () => groupCommit(),
  'prisma with encrypted answers': async () =>
    new EncryptedStore(new PrismaStore(db, 'test', uuidv7), answerKeys()),
  'group commit with encrypted answers': async () => new EncryptedStore(await groupCommit(), answerKeys()),
}

async function groupCommit(): Promise<Store<SqlForm>> {
  const { store, ready } = openStore({
    client: db,
    send: statementSender(batchPool),
    openClient,
    worker: 'test',
    newToken: uuidv7,
    onUnknownUpsert: (error) => expect.fail(String(error)),
  })
  await ready
  return store
}

const answerKeys = () =>
  new AnswerKeys({
    db,
    wrapping: wrappingOf({ PAYONCE_SECRET: 'a secret for tests, long enough to pass' }),
    nowMs: () => performance.now(),
    onUnusable: (merchantId) => expect.fail(`no key of ${merchantId}`),
  })

const harness = async (open: () => Promise<Store<SqlForm>>): Promise<StoreHarness<SqlForm>> => ({
  store: await open(),
  record: newRecord,
  ...writes(uuidv7()),
  passLeases: async () => {
    await owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 second' WHERE state NOT IN ('completed', 'tombstone')`,
    )
  },
  putClockBack: async () => {
    await owner.query(
      `UPDATE idempotency_record SET lease_until = lease_until + interval '2 hours', held_since = held_since + interval '2 hours'
       WHERE state NOT IN ('completed', 'tombstone')`,
    )
  },
  passCeiling: async () => {
    await owner.query(`UPDATE idempotency_record SET held_since = now() - interval '1 hour'`)
  },
  passRetention: async () => {
    await owner.query(`UPDATE idempotency_record SET expires_at = now() - interval '1 second'`)
  },
})

for (const [name, open] of Object.entries(STORES)) storeContract(name, () => harness(open))
describe('D4 while every fifth commit fails with 40001', () => {
  beforeAll(() => injectConflicts(owner))
  afterAll(async () => {
    expect(await conflictsSeen(owner)).toBeGreaterThan(20)
    await owner.query('DROP TRIGGER inject_conflict ON idempotency_record')
  })
  for (const [name, open] of Object.entries(STORES)) storeContract(name, () => harness(open))
})

describe('the claim', () => {
  it('is one native INSERT … ON CONFLICT, never a SELECT before an INSERT', async () => {
    const { begin } = writes(uuidv7())
    queries.length = 0
    await new PrismaStore(db, 'test', uuidv7).claim(newRecord(), begin('x'))
    const onRecords = queries.filter(
      (query) => query.includes('idempotency_record') && !query.includes('WITH claim'),
    )
    expect(onRecords).toHaveLength(1)
    expect(onRecords[0]).toMatch(
      /^INSERT INTO .*idempotency_record.* ON CONFLICT \("merchant_id","id"\) DO UPDATE SET "key" = /s,
    )
  })

  it('F1 gives 50 parallel first calls over 20 connections 1 execution and 0 errors', async () => {
    const run = uuidv7()
    const { begin, lines } = writes(run)
    const stores = Array.from({ length: 5 }, () => new PrismaStore(db, 'test', uuidv7))
    for (let round = 0; round < 5; round++) {
      const record = newRecord()
      const claims = await Promise.all(
        Array.from({ length: 50 }, (_, caller) =>
          (stores[caller % 5] as PrismaStore).claim(record, begin(`round ${round}`)),
        ),
      )
      expect(claims.filter(Boolean)).toHaveLength(1)
    }
    expect(await lines()).toEqual([0, 1, 2, 3, 4].map((round) => `round ${round}`))
  })

  it('F13 keeps U+0000, 1.0 and numbers beyond 2^53 of an answer as they were', async () => {
    const store = new PrismaStore(db, 'test', uuidv7)
    const record = newRecord()
    const { begin } = writes(uuidv7())
    const body = '{"nul":"\\u0000","one":1.0,"big":9007199254740993,"a":1,"a":2}'
    const claimed = await store.claim(record, begin('x'))
    await store.commit(claimed?.claim as never, {
      to: 'completed',
      answer: { status: 200, problem: null, body },
      writes: [],
    })
    expect((await store.read(record.merchantId, record.id))?.answer).toBe(body)
  })

  it('takes its lease from the clock of the database, whatever the process believes', async () => {
    const store = new PrismaStore(db, 'test', uuidv7)
    const record = newRecord()
    await store.claim(record, writes(uuidv7()).begin('x'))
    const { rows } = await owner.query(
      'SELECT extract(epoch FROM lease_until - now()) AS left FROM idempotency_record WHERE id = $1',
      [record.id],
    )
    expect(Number(rows[0].left)).toBeGreaterThan(25)
    expect(Number(rows[0].left)).toBeLessThanOrEqual(30)
  })
})
