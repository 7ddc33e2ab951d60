import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { openPool, type SendStatement, statementSender } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import type { LoggedAttempt } from '../core/events'
import { AttemptLog } from './attempt-log'

let database: TestDatabase
let pool: pg.Pool
let send: SendStatement
let lost: number[]
let failNext: 'no' | 'before' | 'after' = 'no'

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.appUrl, { max: 3, name: 'attempts-test' })
  send = statementSender(pool)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

function openLog(): AttemptLog {
  lost = []
  const unreliable: SendStatement = async (statement) => {
    const fail = failNext
    failNext = 'no'
    if (fail === 'before') throw new Error('Connection terminated unexpectedly')
    const rows = await send(statement)
    if (fail === 'after') throw new Error('Connection terminated unexpectedly')
    return rows
  }
  return new AttemptLog({ send: unreliable, worker: 'w', newId: uuidv7, onLost: (count) => lost.push(count) })
}

function attempt(recordId: string, changes: Partial<LoggedAttempt> = {}): LoggedAttempt {
  const about = {
    merchantId: uuidv7(),
    recordId,
    operation: 'checkout.pay',
    outcome: 'executed',
    source: 'browser',
    requestId: 'q',
  } as const
  return {
    ...about,
    presses: 1,
    status: 200,
    problem: null,
    fence: 1,
    at: new Date('2026-03-01T12:00:00.123Z'),
    durationMs: 12,
    ...changes,
  }
}

const written = async (recordId: string) =>
  (await pool.query('SELECT * FROM attempt WHERE record_id = $1 ORDER BY id', [recordId])).rows

it('writes every column as it was given, and NULL for what is absent', async () => {
  const log = openLog()
  const event = attempt('columns', {
    outcome: 'rejected',
    status: 409,
    problem: 'in-progress',
    fence: null,
    presses: 3,
    actor: 'key_1 "quoted", {braced}',
    address: null,
    askedMs: 3,
    answeredMs: 11,
  })
  log.add(event)
  await log.flush()
  expect(await written('columns')).toMatchObject([
    {
      merchant_id: event.merchantId,
      operation: 'checkout.pay',
      outcome: 'rejected',
      presses: 3,
      status: 409,
      problem: 'in-progress',
      source: 'browser',
      request_id: 'q',
      worker: 'w',
      actor: 'key_1 "quoted", {braced}',
      address: null,
      fence: null,
      at: event.at,
      duration_ms: 12,
      asked_ms: 3,
      answered_ms: 11,
    },
  ])
  log.add(attempt('asked nobody', {}))
  await log.flush()
  expect(await written('asked nobody')).toMatchObject([{ asked_ms: null, answered_ms: null }])
})

it('is one text for any number of rows, so that a connection plans it once', async () => {
  const texts: string[] = []
  const seen = new AttemptLog({
    send: async ({ name, text }) => {
      texts.push(`${name} ${text}`)
      return []
    },
    worker: 'w',
    newId: uuidv7,
    onLost: () => undefined,
  })
  for (const count of [1, 2, 500]) {
    for (let n = 0; n < count; n++) seen.add(attempt('one text'))
    await seen.flush()
  }
  expect([texts.length, new Set(texts).size]).toEqual([3, 1])
})

it('writes 1,200, each once', async () => {
  const log = openLog()
  for (let n = 0; n < 1_200; n++) log.add(attempt('many', { durationMs: n }))
  await log.flush()
  expect((await written('many')).map((row) => row.duration_ms).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 1_200 }, (_, n) => n),
  )
})

it.each(['before', 'after'] as const)(
  'N7a a connection cut %s the commit: each attempt is there once',
  async (when) => {
    const log = openLog()
    failNext = when
    for (let n = 0; n < 5; n++) log.add(attempt(`cut ${when}`))
    await log.flush()
    await log.flush()
    expect(await written(`cut ${when}`)).toHaveLength(5)
    expect(lost).toEqual([])
  },
)

it('S17 a row that the database refuses is reported, and does not stop the next ones', async () => {
  const log = openLog()
  log.add(attempt('poison', { durationMs: 2 ** 40 }))
  await log.flush()
  log.add(attempt('after poison'))
  await log.flush()
  expect([lost, (await written('poison')).length, (await written('after poison')).length]).toEqual([
    [1],
    0,
    1,
  ])
})
