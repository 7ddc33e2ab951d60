import { sqltag as sql } from '@prisma/client/runtime/client'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openClient, openDb, openPool, statementSender } from '@/platform/db'
import { APP_ROLE } from '@/platform/roles'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import type { Finish } from '../core/operation'
import type { Answer, Claim } from '../core/record'
import { type Claimed, CommitRefused, type NewRecord, type Store, StoreUnavailable } from '../core/store'
import type { OpenClient } from './captured-upsert'
import { BATCH_SETTINGS, openStore } from './open-store'
import type { SendStatement } from './pg-batches'
import { PrismaStore } from './prisma'
import { beginForm, claimedSql, type SqlForm, type SqlWrite, writeForm } from './sql'

let database: TestDatabase
let owner: pg.Pool
let pool: pg.Pool
let batchPool: pg.Pool
let db: Db
let send: SendStatement

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 3, name: 'test-owner' })
  await owner.query(`
    CREATE TABLE line (place bigserial PRIMARY KEY, id uuid NOT NULL UNIQUE, line text NOT NULL CHECK (line <> 'poison'), amount bigint NOT NULL DEFAULT 9007199254740993,
      metadata jsonb NOT NULL DEFAULT '{"a": [1]}', at timestamptz NOT NULL DEFAULT '2026-11-24 12:00:00.123999+00');
    GRANT SELECT, INSERT, UPDATE (amount) ON line TO ${APP_ROLE};
    GRANT USAGE ON SEQUENCE line_place_seq TO ${APP_ROLE}`)
  pool = openPool(database.appUrl, { max: 6, name: 'payonce-test' })
  batchPool = openPool(database.appUrl, { max: 4, name: 'payonce-test-batch', settings: BATCH_SETTINGS })
  db = openDb(pool)
  send = statementSender(batchPool)
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), batchPool.end(), owner.end()])
  await database.drop()
})
let sent: string[]
beforeEach(() => {
  sent = []
})

/** The store with group commit, over statements that `through` may change or lose. */
async function batched(
  through: (own: SendStatement) => SendStatement = (own) => own,
): Promise<Store<SqlForm>> {
  const noted: SendStatement = (statement) => {
    sent.push(statement.text)
    return through(send)(statement)
  }
  const { store, ready } = openStore({
    client: db,
    send: noted,
    openClient,
    worker: 'test',
    newToken: uuidv7,
    onUnknownUpsert: (error) => expect.fail(String(error)),
  })
  await ready
  return store
}
const one = () => new PrismaStore(db, 'test', uuidv7)

const merchantId = uuidv7()
const newRecord = (): NewRecord => ({
  merchantId,
  id: uuidv7(),
  scope: 's',
  operation: `test.${uuidv7()}`,
  key: 'a "key", {with} \\ all that an array quotes',
  fingerprint: 'f',
  fingerprintVersion: 1,
  fields: '{}',
  subjectId: uuidv7(),
})
const insertBegun = beginForm({
  name: 'begin',
  columns: { line: 'text' },
  statement: (claim) => ({
    sql: claimedSql`
      INSERT INTO line (id, line) SELECT subject_id, line FROM ${claim} WHERE line <> 'refused'
      RETURNING id::text, line, amount, metadata, at, (1.5)::float8 AS "ageMs"`,
  }),
})
const insertLine = writeForm({
  name: 'line',
  columns: { id: 'uuid', line: 'text' },
  statement: (rows) => sql`INSERT INTO line (id, line) SELECT id, line FROM ${rows} RETURNING id AS key`,
})
const takeLine = writeForm({
  name: 'taken-line',
  columns: { id: 'uuid' },
  statement: (rows) => sql`
    UPDATE line SET amount = 0 FROM ${rows} WHERE line.id = input.id AND line.amount <> 0 RETURNING line.id AS key`,
})
const write = (line: string, id = uuidv7()): SqlWrite => insertLine(id, { id, line })
const claim = (store: Store<SqlForm>, record: NewRecord, line = `begun ${record.id}`) =>
  store.claim(record, (rows) => insertBegun(rows, { line }))
const answerOf = (id: string): Answer => ({
  status: 201,
  problem: null,
  body: `{"of":"${id}","quoted":"\\\\{a,b}"}`,
})
const done = (mine: Claim, ...writes: SqlWrite[]): Finish<SqlForm> => ({
  to: 'completed',
  answer: answerOf(mine.id),
  writes,
})
const mineOf = (claimed: Claimed | null): Claim => {
  if (!claimed) throw new Error('expected to get the claim')
  return claimed.claim
}
const records = (count: number) => Array.from({ length: count }, newRecord)
/** Claims of `count` new records, each with what it began. */
const claimed = async (store: Store<SqlForm>, count: number) =>
  (await Promise.all(records(count).map((record) => claim(store, record)))).map(mineOf)
const lines = async (of: string) =>
  (await owner.query('SELECT count(*)::int AS n FROM line WHERE line = $1', [of])).rows[0].n as number
const states = async (claims: Claim[]) =>
  Object.fromEntries(
    (
      await owner.query(
        'SELECT state, count(*)::int AS n FROM idempotency_record WHERE id = ANY($1) GROUP BY state',
        [claims.map(({ id }) => id)],
      )
    ).rows.map(({ state, n }) => [state, n]),
  )
const outcomes = async (results: Promise<unknown>[]) =>
  (await Promise.allSettled(results)).map((result) =>
    result.status === 'fulfilled' ? result.value : result.reason,
  )

describe('a batch of one and Prisma’s own call', () => {
  /** The row without what is new for each claim, its times as distances. */
  const rowOf = async ({ id }: { id: string }) => {
    const { rows } = await owner.query(
      `SELECT r.*, round(extract(epoch FROM lease_until - created_at)) AS lease, expires_at - created_at AS kept, held_since = created_at AS held,
        (SELECT l.line FROM line l WHERE l.id = r.subject_id) AS begun
       FROM idempotency_record r WHERE id = $1`,
      [id],
    )
    const {
      id: _,
      token,
      operation,
      subject_id,
      lease_until,
      held_since,
      created_at,
      expires_at,
      completed_at,
      ...row
    } = rows[0]
    const hasBegun = subject_id !== null
    return {
      ...row,
      hasBegun,
      completed: completed_at !== null,
      begun: row.begun?.replace(id, 'it') ?? null,
      answer: row.answer?.replace(id, 'it') ?? null,
    }
  }
  const both = async (play: (store: Store<SqlForm>, record: NewRecord) => Promise<unknown>) => {
    const results = []
    for (const store of [one(), await batched()]) {
      const record = newRecord()
      const result = await play(store, record)
      results.push({ row: await rowOf(record), result })
    }
    return results
  }
  const shown = (result: Claimed | null, { id }: NewRecord) =>
    result && {
      fence: result.claim.fence,
      begun:
        result.begun.kind === 'written'
          ? Object.entries(result.begun.row as object).map(([name, value]) => [
              name,
              name === 'id' ? typeof value : name === 'line' ? String(value).replace(id, 'it') : value,
            ])
          : result.begun,
      kept: result.expiresAt.getTime() - result.createdAt.getTime(),
    }

  it.each<[string, (store: Store<SqlForm>, record: NewRecord) => Promise<unknown>]>([
    ['a free key', async (store, record) => shown(await claim(store, record), record)],
    ['a refused begin', async (store, record) => shown(await claim(store, record, 'refused'), record)],
    [
      'a key that is held',
      async (store, record) => {
        await claim(one(), record)
        return [
          await claim(store, { ...record, subjectId: uuidv7() }),
          (await store.read(record.merchantId, record.id))?.state,
        ]
      },
    ],
    [
      'a key with an answer',
      async (store, record) => {
        const mine = mineOf(await claim(store, record))
        const stored = await store.commit(mine, done(mine, write('written with the answer')))
        const row = await store.read(record.merchantId, record.id)
        const {
          id: _,
          merchantId: __,
          subjectId,
          createdAt,
          completedAt,
          expiresAt,
          answer,
          ...read
        } = row ?? ({} as never)
        return [
          stored,
          await claim(store, record),
          answer?.replace(record.id, 'it'),
          read,
          subjectId === record.subjectId,
          expiresAt.getTime() - createdAt.getTime(),
        ]
      },
    ],
    [
      'a claim that is taken over',
      async (store, record) => {
        const first = mineOf(await claim(store, record, 'refused'))
        return [
          await store.release(first),
          shown(
            await store.takeOver({ ...record, fingerprint: 'other' }, 1, (rows) =>
              insertBegun(rows, { line: `begun ${record.id}` }),
            ),
            record,
          ),
        ]
      },
    ],
    [
      'an outcome in doubt',
      async (store, record) => {
        const mine = mineOf(await claim(store, record))
        return store.commit(mine, { to: 'unknown', answer: null, writes: [], retryInMs: 60_000 })
      },
    ],
    [
      'a parked record',
      async (store, record) => {
        const mine = mineOf(await claim(store, record))
        return store.commit(mine, { to: 'parked', answer: null, writes: [], reason: 'why' })
      },
    ],
  ])('%s: equal rows, equal answers', async (_, play) => {
    const [single, batch] = await both(play)
    const untimed = (result: typeof single) =>
      JSON.parse(
        JSON.stringify(result, (name, value) =>
          name === 'parked_at' ? typeof value : typeof value === 'bigint' ? `${value}n` : value,
        ),
      )
    expect(untimed(batch)).toEqual(untimed(single))
    expect(sent.length).toBeGreaterThan(0)
  })

  it('return values of the same types: bigint, date to the millisecond, JSON', async () => {
    for (const store of [one(), await batched()]) {
      const { begun } = (await claim(store, newRecord())) ?? {}
      expect(begun).toMatchObject({
        kind: 'written',
        row: {
          amount: 9007199254740993n,
          metadata: { a: [1] },
          at: new Date('2026-11-24T12:00:00.123Z'),
          ageMs: 1.5,
        },
      })
    }
  })
})

describe('a batch', () => {
  it('makes forty claims, and stores forty outcomes, in one statement each: every caller gets its own', async () => {
    const store = await batched()
    const all = records(40)
    const claims = await Promise.all(all.map((record) => claim(store, record)))
    expect(sent).toHaveLength(1)
    expect(claims.map((result) => result?.claim.id)).toEqual(all.map(({ id }) => id))
    expect(claims.map((result) => result?.begun)).toMatchObject(
      all.map(({ id, subjectId }) => ({ kind: 'written', row: { id: subjectId, line: `begun ${id}` } })),
    )
    const mine = claims.map(mineOf)
    const ids = mine.map(() => uuidv7())
    expect(
      await Promise.all(mine.map((own, n) => store.commit(own, done(own, write(`of ${own.id}`, ids[n]))))),
    ).toEqual(mine.map(() => true))
    expect(sent).toHaveLength(2)
    const rows = await Promise.all(all.map(({ id }) => store.read(merchantId, id)))
    expect(sent).toHaveLength(3)
    expect(rows.map((row) => row?.answer)).toEqual(mine.map(({ id }) => answerOf(id).body))
    const { rows: written } = await owner.query(
      'SELECT line FROM line WHERE id = ANY($1) ORDER BY array_position($1, id)',
      [ids],
    )
    expect(written.map(({ line }) => line)).toEqual(mine.map(({ id }) => `of ${id}`))
  })

  it('has one text for any number of calls', async () => {
    const store = await batched()
    for (const count of [1, 2, 7]) await claimed(store, count)
    expect([sent.length, new Set(sent).size]).toEqual([3, 1])
  })

  it('is free, held and refused for one call each: refused stays claimed, held changes nothing', async () => {
    const store = await batched()
    const [free, held, refused] = records(3) as [NewRecord, NewRecord, NewRecord]
    const holder = mineOf(await claim(one(), held))
    const [a, b, c] = await Promise.all([
      claim(store, free),
      claim(store, { ...held, subjectId: uuidv7() }, 'never'),
      claim(store, refused, 'refused'),
    ])
    expect(sent).toHaveLength(1)
    expect([a?.begun.kind, b, c?.begun]).toEqual(['written', null, { kind: 'refused' }])
    expect(await store.read(merchantId, refused.id)).toMatchObject({
      state: 'claimed',
      subjectId: null,
      fence: 1,
    })
    expect(await store.read(merchantId, held.id)).toMatchObject({
      state: 'sending',
      subjectId: held.subjectId,
    })
    expect(await lines('never')).toBe(0)
    expect(await store.commit(holder, done(holder))).toBe(true)
    expect(await store.release(mineOf(c))).toBe(true)
  })

  it('a lost lease is the result of that call alone, and its writes are not made', async () => {
    const store = await batched()
    const claims = await claimed(store, 6)
    const stale = claims.map((own, n) =>
      n === 2 ? { ...own, fence: 0 } : n === 4 ? { ...own, token: uuidv7() } : own,
    )
    const mark = `lost ${uuidv7()}`
    expect(await Promise.all(stale.map((own) => store.commit(own, done(own, write(mark)))))).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
    ])
    expect([await lines(mark), await states(claims), sent.length]).toEqual([
      4,
      { completed: 4, sending: 2 },
      2,
    ])
  })

  it('what the database refuses is told to the call that it refuses, and to no other', async () => {
    const store = await batched()
    const claims = await claimed(store, 16)
    const mark = `poisoned ${uuidv7()}`
    const results = await outcomes(
      claims.map((own, n) => store.commit(own, done(own, write(n === 5 ? 'poison' : mark)))),
    )
    expect(results.filter((result) => result === true)).toHaveLength(15)
    expect(String(results[5])).toMatch(/check constraint|23514/)
    expect([await lines(mark), await states(claims)]).toEqual([15, { completed: 15, sending: 1 }])
    // 1 for the claims, 1 for all outcomes, 2 on each of 4 levels.
    expect(sent).toHaveLength(10)
  })

  it('an outcome whose key is taken is found by the key in the error: one more statement, and no other', async () => {
    const store = await batched()
    const taken = uuidv7()
    await owner.query('INSERT INTO line (id, line) VALUES ($1, $2)', [taken, 'of another'])
    const claims = await claimed(store, 16)
    const mark = `beside a taken key ${uuidv7()}`
    const results = await outcomes(
      claims.map((own, n) => store.commit(own, done(own, n === 5 ? write('mine', taken) : write(mark)))),
    )
    expect(results.filter((result) => result === true)).toHaveLength(15)
    expect(String(results[5])).toMatch(/[Uu]nique constraint|23505/)
    expect([await lines(mark), await states(claims)]).toEqual([15, { completed: 15, sending: 1 }])
    // 1 for the claims, 1 for all outcomes, 1 for all but the one that is made by itself.
    expect(sent).toHaveLength(3)
  })

  it('a begin that the database refuses is refused alone, too', async () => {
    const store = await batched()
    const all = records(8)
    const results = await outcomes(all.map((record, n) => claim(store, record, n === 3 ? 'poison' : 'fine')))
    expect(
      results.map((result) => (result instanceof Error ? 'error' : (result as Claimed).begun.kind)),
    ).toEqual(all.map((_, n) => (n === 3 ? 'error' : 'written')))
    expect(await store.read(merchantId, (all[3] as NewRecord).id)).toBeNull()
  })

  it.each([
    ['less', 2],
    ['more', 0],
  ])('a write that touches %s rows than it declares undoes its own commit only', async (_, rows) => {
    const store = await batched()
    const claims = await claimed(store, 4)
    const mark = `right ${uuidv7()}`
    const results = await outcomes(
      claims.map((own, n) =>
        store.commit(own, done(own, n === 1 ? { ...write('wrong'), rows } : write(mark))),
      ),
    )
    expect(results).toEqual([true, expect.any(CommitRefused), true, true])
    expect([await lines(mark), await states(claims)]).toEqual([3, { completed: 3, sending: 1 }])
  })

  it('two outcomes that move the same row are not one statement: one moves it, the other is refused', async () => {
    const store = await batched()
    const id = uuidv7()
    const [first, ...others] = await claimed(store, 5)
    await store.commit(first as Claim, done(first as Claim, write('moved once', id)))
    const results = await outcomes(others.map((own) => store.commit(own, done(own, takeLine(id, { id })))))
    expect(results.filter((result) => result === true)).toHaveLength(1)
    expect(results.filter((result) => result instanceof CommitRefused)).toHaveLength(3)
    expect(await states(others)).toEqual({ completed: 1, sending: 3 })
  })

  it('does not wait for a row that another transaction has locked', async () => {
    const store = await batched()
    const claims = await claimed(store, 8)
    const locked = claims[3] as Claim
    const holder = await owner.connect()
    try {
      await holder.query('BEGIN')
      await holder.query('SELECT FROM idempotency_record WHERE id = $1 FOR UPDATE', [locked.id])
      const results = claims.map((own) => store.commit(own, done(own)))
      const others = results.filter((_, n) => n !== 3)
      expect(await Promise.all(others)).toEqual(others.map(() => true))
      // The lane is free as well.
      expect(await claimed(store, 2)).toHaveLength(2)
      await holder.query('COMMIT')
      expect(await results[3]).toBe(true)
    } finally {
      holder.release()
    }
  })

  it('two processes that lock the same rows in opposite orders both come to their end', async () => {
    const [mine, theirs] = [await batched(), await batched()]
    const claims = await claimed(mine, 12)
    const results = await Promise.all([
      ...claims.map((own) => mine.commit(own, done(own, write('either')))),
      ...[...claims].reverse().map((own) => theirs.commit(own, done(own, write('either')))),
    ])
    expect(results.filter(Boolean)).toHaveLength(12)
    expect(await states(claims)).toEqual({ completed: 12 })
  })
})

describe('N7a N7b the connection breaks while a batch is under way', () => {
  const BROKEN = new Error('Connection terminated unexpectedly')
  /** The first statement for which `which` holds is carried out, or not, and then its connection breaks. */
  const losing = (which: RegExp, carriedOut: boolean) => {
    let lost = false
    return batched((own) => async (statement) => {
      if (lost || !which.test(statement.text)) return own(statement)
      lost = true
      if (carriedOut) await own(statement)
      throw BROKEN
    })
  }

  it('claims that were made are found by their tokens, each by its own', async () => {
    const store = await losing(/keep_claimed/, true)
    const all = records(5)
    const results = await Promise.all(
      all.map((record, n) => claim(store, record, n === 2 ? 'refused' : 'begun')),
    )
    expect(results.map((result) => result?.begun.kind)).toEqual([
      'answer-lost',
      'answer-lost',
      'refused',
      'answer-lost',
      'answer-lost',
    ])
    expect(results.map((result) => result?.claim.id)).toEqual(all.map(({ id }) => id))
    expect(await Promise.all(results.map((result) => store.renew(mineOf(result))))).toEqual(
      all.map(() => true),
    )
  })

  it('claims that were not made are not claimed, and may be made again', async () => {
    const store = await losing(/keep_claimed/, false)
    const all = records(5)
    for (const result of await outcomes(all.map((record) => claim(store, record))))
      expect(result).toMatchObject({ name: 'StoreUnavailable', maybeDone: true })
    expect((await Promise.all(all.map((record) => claim(store, record)))).filter(Boolean)).toHaveLength(5)
  })

  it.each<[string, (own: Claim) => Finish<SqlForm>]>([
    ['completed', (own) => done(own, write('heard'))],
    ['in doubt', () => ({ to: 'unknown', answer: null, writes: [write('heard')], retryInMs: 60_000 })],
    ['parked', () => ({ to: 'parked', answer: null, writes: [write('heard')], reason: 'why' })],
  ])(
    'an outcome (%s) that was stored counts as stored; one that was not is stored by the next try, once',
    async (_, next) => {
      for (const carriedOut of [true, false]) {
        const store = await losing(/WITH record/, carriedOut)
        const claims = await claimed(store, 4)
        const before = await lines('heard')
        const nexts = claims.map(next)
        const first = await outcomes(claims.map((own, n) => store.commit(own, nexts[n] as Finish<SqlForm>)))
        if (carriedOut) expect(first).toEqual([true, true, true, true])
        else {
          expect(first.every((error) => error instanceof StoreUnavailable && error.maybeDone)).toBe(true)
          expect(
            await Promise.all(claims.map((own, n) => store.commit(own, nexts[n] as Finish<SqlForm>))),
          ).toEqual([true, true, true, true])
        }
        expect((await lines('heard')) - before).toBe(4)
      }
    },
  )

  it('an outcome under a claim that has passed to another holder is not stored', async () => {
    const store = await losing(/WITH record/, false)
    const claims = await claimed(store, 3)
    await owner.query('UPDATE idempotency_record SET token = $2, fence = fence + 1 WHERE id = $1', [
      (claims[1] as Claim).id,
      uuidv7(),
    ])
    const results = await outcomes(claims.map((own) => store.commit(own, done(own))))
    expect(results.map((result) => (result instanceof StoreUnavailable ? 'unavailable' : result))).toEqual([
      'unavailable',
      false,
      'unavailable',
    ])
  })
})

describe('mistakes in the text of a batch are found', () => {
  /** Plays everything that a wrong text could get wrong. @returns the findings */
  async function findings(through: (text: string) => string): Promise<string[]> {
    const found: string[] = []
    const must = (what: string, holds: boolean) => void (holds || found.push(what))
    const store = await batched(
      (own) =>
        ({ text, values, name }) =>
          own({ text: through(text), values, name: `${name.slice(0, 30)}${through(text).length}` }),
    )
    try {
      const [held, refused, free] = records(3) as [NewRecord, NewRecord, NewRecord]
      const holder = mineOf(await claim(one(), held))
      const [second, none, first] = await Promise.all([
        claim(store, { ...held, subjectId: uuidv7() }, 'stolen'),
        claim(store, refused, 'refused'),
        claim(store, free),
      ])
      must('one claim for a record', second === null && (await lines('stolen')) === 0)
      must(
        'a refused begin leaves no sending',
        none?.begun.kind === 'refused' && (await states([none.claim])).claimed === 1,
      )
      must(
        'its own row',
        first?.begun.kind === 'written' && (first.begun.row as { id: string }).id === free.subjectId,
      )
      const claims = await claimed(one(), 5)
      const [fine, fence, token, wrong, last] = claims as [Claim, Claim, Claim, Claim, Claim]
      const marks = claims.map(() => `found ${uuidv7()}`)
      const results = await outcomes([
        store.commit(fine, done(fine, write(marks[0] as string))),
        store.commit({ ...fence, fence: 7 }, done(fence, write(marks[1] as string))),
        store.commit({ ...token, token: uuidv7() }, done(token, write(marks[2] as string))),
        store.commit(wrong, done(wrong, { ...write(marks[3] as string), rows: 2 })),
        store.commit(last, done(last, write(marks[4] as string))),
        store.commit(holder, done(holder, write('holder'))),
      ])
      must(
        'fenced',
        JSON.stringify(results.map((result) => (result instanceof CommitRefused ? 'refused' : result))) ===
          '[true,false,false,"refused",true,true]',
      )
      const made = await Promise.all(marks.map(lines))
      must('writes of those only', JSON.stringify(made) === '[1,0,0,0,1]')
      must(
        'finished is finished',
        (await store.commit(fine, done(fine, write('again')))) === false && (await lines('again')) === 0,
      )
    } catch (error) {
      found.push(String(error))
    } finally {
      await owner.query(`DELETE FROM line WHERE line IN ('stolen', 'again')`)
    }
    return found
  }

  it('positive control: the text as it is has none', async () => {
    expect(await findings((text) => text)).toEqual([])
  })

  it.each([
    ['the fence is not compared', /AND r\.fence = call\.fence/, 'AND call.fence > -1'],
    ['the token is not compared', /AND r\.token = call\.token/, 'AND call.token IS NOT NULL'],
    ['a finished record is finished again', /AND r\.state IN \([^)]+\)/, ''],
    ['writes do not depend on the record', /JOIN record ON record\.n = line\.n/, ''],
    ['the rows that a write touched are not counted', /expect_rows\(/, '(SELECT true FROM (SELECT '],
    ['the claim is not compared with its token', /AND t\.token = c\.claim_token/, ''],
    ['what began nothing stays sending', /CASE WHEN b\.id IS NULL THEN keep_claimed\([^)]+\) END/, 'NULL'],
    ['a row goes to another call', /SELECT c\.n AS/, 'SELECT (c.n + 1) % 3 AS'],
    [
      'the conflict overwrites the holder',
      /DO UPDATE SET "key" = excluded\."key"/,
      'DO UPDATE SET "key" = excluded."key", "token" = excluded."token"',
    ],
  ])('%s', async (name, from, to) => {
    const through = (text: string) => {
      if (name.startsWith('the rows that'))
        return text.replace(
          /expect_rows\((\$\d+), \(SELECT count\(\*\) FROM \w+ WHERE [\w.]+ = [\w.]+\), record\.rows\d+\)/g,
          'length($1) > 0',
        )
      return text.replace(new RegExp(from, 'g'), to)
    }
    expect(await findings(through)).not.toEqual([])
  })
})

it('a Prisma that makes claims otherwise is told of, and makes them itself, one by one', async () => {
  const told: unknown[] = []
  const strange = ((adapter: never) => ({
    idempotencyRecord: {
      upsert: () =>
        (adapter as { connect(): Promise<{ queryRaw(query: object): Promise<unknown> }> })
          .connect()
          .then((line) => line.queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] })),
    },
    $disconnect: async () => undefined,
  })) as unknown as OpenClient
  const noted: SendStatement = (statement) => {
    sent.push(statement.text)
    return send(statement)
  }
  const { store, ready } = openStore({
    client: db,
    send: noted,
    openClient: strange,
    worker: 'test',
    newToken: uuidv7,
    onUnknownUpsert: (error) => told.push(error),
  })
  await ready
  const claims = await claimed(store, 5)
  expect([String(told[0]), sent.length]).toEqual([
    expect.stringContaining('its shape is not known: SELECT 1'),
    0,
  ])
  expect(await Promise.all(claims.map((own) => store.commit(own, done(own))))).toEqual(claims.map(() => true))
  expect(sent).toHaveLength(1)
})

it('a lease of another length than the default is the one of the claim', async () => {
  const { store, ready } = openStore({
    client: db,
    send,
    openClient,
    worker: 'test',
    newToken: uuidv7,
    leaseMs: 4_000,
  })
  await ready
  const [mine] = await claimed(store, 1)
  const { rows } = await owner.query(
    "SELECT lease_until - created_at = interval '4 s' AS exact FROM idempotency_record WHERE id = $1",
    [mine?.id],
  )
  expect(rows).toEqual([{ exact: true }])
})
