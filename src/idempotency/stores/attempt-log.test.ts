import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LoggedAttempt } from '../core/events'
import { AttemptLog } from './attempt-log'
import type { SendStatement } from './pg-batches'

const AWAY = Object.assign(new Error("Can't reach database server"), { code: 'P1001' })

/** Rows of a statement whose values are an array for each column. */
const rowsOf = (values: unknown[]): unknown[][] =>
  (values[0] as unknown[]).map((_, row) => values.map((column) => (column as unknown[])[row]))

/**
 * A database that accepts batches, unless a test lets it fail. It keeps the first column after the merchant
 * (the id) and the request's id.
 */
class Sink {
  readonly batches: string[][] = []
  readonly ids: string[] = []
  failing: Error | null = null
  inFlight = 0
  slowMs = 0

  send: SendStatement = async ({ values }) => {
    expect(++this.inFlight).toBe(1)
    if (this.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, this.slowMs))
    this.inFlight -= 1
    if (this.failing) throw this.failing
    const rows = rowsOf(values)
    this.batches.push(rows.map((row) => String(row[9])))
    this.ids.push(...rows.map((row) => String(row[1])))
    return []
  }
}

let sink: Sink
let log: AttemptLog
let lost: Array<{ count: number; error: unknown }>
beforeEach(() => {
  vi.useFakeTimers()
  sink = new Sink()
  lost = []
  let ids = 0
  log = new AttemptLog({
    send: (statement) => sink.send(statement),
    worker: 'w',
    newId: () => `id-${++ids}`,
    onLost: (count, error) => lost.push({ count, error }),
  })
})
afterEach(() => vi.useRealTimers())

function attempt(requestId: string): LoggedAttempt {
  const about = {
    merchantId: 'm',
    recordId: 'r',
    operation: 'o',
    outcome: 'replayed',
    source: 'test',
    at: new Date(0),
  } as const
  return { ...about, requestId, presses: 1, status: 200, problem: null, fence: null, durationMs: 1 }
}
const add = (from: number, to: number) => {
  for (let n = from; n <= to; n++) log.add(attempt(String(n)))
}
const written = () => sink.batches.flat()
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => String(from + n))

describe('the attempt log', () => {
  test('writes the attempts of 100 ms as one statement', async () => {
    add(1, 20)
    expect(sink.batches).toEqual([])
    await vi.advanceTimersByTimeAsync(100)
    expect(sink.batches).toEqual([numbers(1, 20)])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('writes at most 500 a statement, in order', async () => {
    add(1, 1_201)
    await vi.advanceTimersByTimeAsync(100)
    expect(sink.batches.map((batch) => batch.length)).toEqual([500, 500, 201])
    expect(written()).toEqual(numbers(1, 1_201))
  })

  test('flush resolves when all that was added before is written, one statement at a time', async () => {
    sink.slowMs = 50
    add(1, 3)
    const first = log.flush()
    add(4, 6)
    const second = log.flush()
    await vi.advanceTimersByTimeAsync(49)
    expect(written()).toEqual([])
    await vi.advanceTimersByTimeAsync(100)
    await Promise.all([first, second])
    expect(written()).toEqual(numbers(1, 6))
  })

  test('presses that the page held back are one row: a count of presses, and no request', async () => {
    const rows: unknown[][] = []
    sink.send = async ({ values }) => {
      rows.push(...rowsOf(values))
      return []
    }
    const about = { merchantId: 'm', recordId: 'r', operation: 'o', requestId: 'q', at: new Date(0) }
    log.addHeldPresses({ ...about, presses: 24 })
    await log.flush()
    const [status, problem, fence, durationMs] = [0, null, null, 0]
    expect(rows).toEqual([
      [
        'm',
        'id-1',
        'r',
        'o',
        'held',
        24,
        status,
        problem,
        'browser',
        'q',
        null,
        null,
        'w',
        fence,
        new Date(0),
        durationMs,
        null,
        null,
      ],
    ])
  })

  test('flush of nothing resolves at once and writes nothing', async () => {
    await log.flush()
    expect(sink.batches).toEqual([])
  })
})

describe('while the database is away', () => {
  test('keeps the batch, and writes it in order when it is back, without being asked', async () => {
    sink.failing = AWAY
    add(1, 3)
    await vi.advanceTimersByTimeAsync(100)
    add(4, 6)
    await vi.advanceTimersByTimeAsync(500)
    sink.failing = null
    await vi.advanceTimersByTimeAsync(600)
    expect(written()).toEqual(numbers(1, 6))
    expect(lost).toEqual([])
  })

  test('flush gives up, so that a shutdown is not delayed', async () => {
    sink.failing = AWAY
    add(1, 3)
    await log.flush()
    expect(written()).toEqual([])
  })

  test('a batch that is sent again carries the same ids, so that it cannot count twice', async () => {
    const ids: string[][] = []
    sink.send = async ({ values, text }) => {
      expect(text).toContain('ON CONFLICT DO NOTHING')
      ids.push(rowsOf(values).map((row) => String(row[1])))
      if (ids.length === 1) throw AWAY
      return []
    }
    add(1, 3)
    await vi.advanceTimersByTimeAsync(1_200)
    expect(ids).toEqual([
      ['id-1', 'id-2', 'id-3'],
      ['id-1', 'id-2', 'id-3'],
    ])
  })

  test('keeps 10,000 and no more: the oldest go, and their number is reported', async () => {
    sink.failing = AWAY
    add(1, 10_300)
    await vi.advanceTimersByTimeAsync(100)
    add(10_301, 10_700)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(lost.reduce((sum, { count }) => sum + count, 0)).toBe(700)
    sink.failing = null
    await vi.advanceTimersByTimeAsync(1_000)
    expect(written()).toEqual(numbers(701, 10_700))
  })

  test('keeps no more than that when new ones come while a full batch is on its way', async () => {
    sink.failing = AWAY
    sink.slowMs = 50
    add(1, 10_000)
    const flushed = log.flush()
    await vi.advanceTimersByTimeAsync(10)
    add(10_001, 10_500)
    await vi.advanceTimersByTimeAsync(50)
    await flushed
    expect(lost).toEqual([{ count: 500, error: AWAY }])
    expect((log as unknown as { rows: { waiting: unknown[] } }).rows.waiting).toHaveLength(10_000)
  })
})

test('S17 a batch that the database will never take is dropped and reported, and the next ones are written', async () => {
  const poison = Object.assign(new Error('integer out of range'), {
    code: 'P2010',
    meta: { driverAdapterError: { cause: { originalCode: '22003' } } },
  })
  sink.failing = poison
  add(1, 600)
  await vi.advanceTimersByTimeAsync(100)
  expect(lost).toEqual([{ count: 500, error: poison }])
  sink.failing = null
  await vi.advanceTimersByTimeAsync(1_000)
  expect(written()).toEqual(numbers(501, 600))
})
