import { describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../core/store'
import { Lane, type LaneWork } from './lane'

interface Call {
  key: string
  kind: string | null
}

/** A lane over a database of ours: it notes each batch, refuses those with a poisoned key, and answers when it is told to. */
function laneOf(changes: Partial<LaneWork<Call, string>> = {}) {
  const sent: string[][] = []
  const made: string[] = []
  const answers: Array<() => void> = []
  const poisoned = new Set<string>()
  const timers = new Set<() => void>()
  const clock = {
    after: (_: number, then: () => void) => {
      timers.add(then)
      return () => void timers.delete(then)
    },
  }
  const work: LaneWork<Call, string> = {
    waitingMax: 1_000,
    send: async (calls) => {
      sent.push(calls.map(({ key }) => key))
      await new Promise<void>((resolve) => answers.push(resolve))
      if (calls.some(({ key }) => poisoned.has(key))) throw new Error('refused')
      return calls.map(({ key }) => `batch ${key}`)
    },
    alone: async ({ key }) => {
      made.push(key)
      if (poisoned.has(key)) throw new Error(`refused ${key}`)
      return `alone ${key}`
    },
    afterLoss: async ({ key }, error) => Promise.reject(new Error(`${key}: ${error.message}`)),
    kindOf: ({ kind }) => kind,
    keysOf: ({ key }) => [key],
    compare: (one, other) => (one.key < other.key ? -1 : 1),
    ...changes,
  }
  const lane = new Lane(work, clock)
  const add = (key: string, kind: string | null = 'a') => lane.add({ key, kind })
  /** Lets the batch that is under way be answered, and the next one set out. */
  const answer = async () => {
    await turns()
    answers.shift()?.()
    await turns()
  }
  const answerAll = async () => {
    for (let round = 0; round < 300; round++) await answer()
  }
  /** Time passes until the lane waits no longer. */
  const pass = async () => {
    for (const then of timers) then()
    await turns()
  }
  return { sent, made, poisoned, timers, add, answer, answerAll, pass }
}

const turns = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const numbered = (count: number) => Array.from({ length: count }, (_, n) => String(n).padStart(3, '0'))

describe('a lane', () => {
  it('sends a call that finds it free at once, alone', async () => {
    const { sent, add, answer } = laneOf()
    const result = add('x')
    await turns()
    expect(sent).toEqual([['x']])
    await answer()
    expect(await result).toBe('batch x')
  })

  it('sends what waits while a batch is under way with the next one, in one order', async () => {
    const { sent, add, answer } = laneOf()
    const first = add('m')
    await turns()
    const later = ['z', 'b', 'q'].map((key) => add(key))
    await turns()
    expect(sent).toEqual([['m']])
    await answer()
    await answer()
    expect(sent).toEqual([['m'], ['b', 'q', 'z']])
    expect(await Promise.all([first, ...later])).toEqual(['batch m', 'batch z', 'batch b', 'batch q'])
  })

  it('sends at most 64 at a time, those first that have waited longest', async () => {
    const { sent, add, answerAll } = laneOf()
    const results = numbered(150).map((key) => add(key))
    await answerAll()
    expect(sent.map((batch) => batch.length)).toEqual([64, 64, 22])
    expect(sent.flat()).toEqual(numbered(150))
    expect(await Promise.all(results)).toEqual(numbered(150).map((key) => `batch ${key}`))
  })

  it('puts two kinds, and two calls on one record, into batches of their own', async () => {
    const { sent, add, answerAll } = laneOf()
    const results = [add('1', 'a'), add('2', 'b'), add('1', 'a'), add('3', 'a'), add('4', 'b')]
    await answerAll()
    expect(sent).toEqual([['1', '3'], ['2', '4'], ['1']])
    expect(await Promise.all(results)).toHaveLength(5)
  })

  it('waits a moment for a batch whose connection may have died, and then sends the next one on another', async () => {
    const { sent, timers, add, answerAll, pass } = laneOf()
    const stuck = add('a')
    await turns()
    const others = [add('b'), add('c')]
    await turns()
    expect(sent).toEqual([['a']])
    await pass()
    expect(sent).toEqual([['a'], ['b', 'c']])
    await answerAll()
    expect(await Promise.all([stuck, ...others])).toEqual(['batch a', 'batch b', 'batch c'])
    expect(timers.size).toBe(0)
  })

  it('refuses a call when too many wait, and takes the next one when they do not', async () => {
    const { add, answerAll } = laneOf({ waitingMax: 3 })
    const first = add('a')
    await turns()
    const waiting = ['b', 'c', 'd'].map((key) => add(key))
    const refused = await add('e').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StoreUnavailable)
    expect(refused).toMatchObject({ maybeDone: false })
    await answerAll()
    expect(await Promise.all([first, ...waiting])).toEqual(['batch a', 'batch b', 'batch c', 'batch d'])
    const later = add('e')
    await answerAll()
    expect(await later).toBe('batch e')
  })

  it('makes a call without a kind by itself, and no batch waits for it', async () => {
    const { sent, made, add } = laneOf()
    expect(await add('x', null)).toBe('alone x')
    expect([sent, made]).toEqual([[], ['x']])
  })
})

describe('a batch that the database refuses', () => {
  it('is halved until the call that it refuses stands alone: it alone is told', async () => {
    const { sent, made, poisoned, add, answerAll } = laneOf()
    poisoned.add('005')
    const results = await Promise.allSettled(
      await started(
        numbered(16).map((key) => add(key)),
        answerAll,
      ),
    )
    expect(
      results.flatMap((result, n) => (result.status === 'rejected' ? [[n, String(result.reason)]] : [])),
    ).toEqual([[5, 'Error: refused 005']])
    expect(made).toEqual(['005'])
    // 16, then two halves at each of four levels.
    expect(sent.map((batch) => batch.length)).toEqual([16, 8, 4, 4, 2, 1, 1, 2, 8])
  })

  it('goes on without the calls that the error names, in one statement', async () => {
    const { sent, made, poisoned, add, answerAll } = laneOf({
      isNamed: ({ key }) => ['005', '011'].includes(key),
    })
    poisoned.add('005')
    const results = await Promise.allSettled(
      await started(
        numbered(16).map((key) => add(key)),
        answerAll,
      ),
    )
    expect(
      results.flatMap((result, n) => (result.status === 'rejected' ? [[n, String(result.reason)]] : [])),
    ).toEqual([[5, 'Error: refused 005']])
    // 011 was named wrongly: it is made by itself, and that is all.
    expect(made).toEqual(['005', '011'])
    expect(sent.map((batch) => batch.length)).toEqual([16, 14])
  })

  it.each([
    ['an innocent call', (key: string) => key === '000', [16, 15, 8, 4, 4, 2, 1, 1, 2, 7]],
    ['more calls than can be made by themselves', () => true, [16, 8, 4, 4, 8]],
  ])('is taken apart all the same when the error names %s', async (_, named, sizes) => {
    const { sent, made, poisoned, add, answerAll } = laneOf({ isNamed: ({ key }) => named(key) })
    poisoned.add('005')
    const results = await Promise.allSettled(
      await started(
        numbered(16).map((key) => add(key)),
        answerAll,
      ),
    )
    expect(results.map(({ status }) => status)).toEqual(
      numbered(16).map((key) => (key === '005' ? 'rejected' : 'fulfilled')),
    )
    expect(made).toContain('005')
    expect(sent.map((batch) => batch.length)).toEqual(sizes)
  })

  it('does not hold the lane up: it goes on with the calls that have come', async () => {
    const { sent, poisoned, add, answer, answerAll } = laneOf()
    poisoned.add('b')
    const refused = Promise.allSettled([add('a'), add('b')])
    await turns()
    const next = add('c')
    await answer()
    expect(sent).toEqual([['a', 'b'], ['a'], ['c']].sort((one, other) => other.length - one.length))
    await answerAll()
    expect(await next).toBe('batch c')
    expect(await refused).toMatchObject([{ value: 'batch a' }, { status: 'rejected' }])
  })

  it('keeps the lane without the call that the error names: those who have come share the next commit', async () => {
    const { sent, poisoned, add, answer, answerAll } = laneOf({ isNamed: ({ key }) => key === 'b' })
    poisoned.add('b')
    const refused = Promise.allSettled([add('a'), add('b')])
    await turns()
    const next = [add('c')]
    await answer()
    expect(sent).toEqual([['a', 'b'], ['a']])
    next.push(add('d'))
    await answer()
    expect(sent).toEqual([['a', 'b'], ['a'], ['c', 'd']])
    await answerAll()
    expect(await Promise.all(next)).toEqual(['batch c', 'batch d'])
    expect(await refused).toMatchObject([{ value: 'batch a' }, { status: 'rejected' }])
  })

  it('looks up only the rest when that meets a lost connection, and goes on when all calls were named', async () => {
    let lost = false
    const { sent, made, add, answer, answerAll } = laneOf({
      isNamed: ({ key }) => key === 'b',
      send: async (calls) => {
        sent.push(calls.map(({ key }) => key))
        if (calls.some(({ key }) => key === 'b')) throw new Error('refused')
        if (!lost) {
          lost = true
          throw new StoreUnavailable('away', { maybeDone: true })
        }
        return calls.map(({ key }) => `batch ${key}`)
      },
    })
    const results = Promise.allSettled([add('a'), add('b')])
    await answer()
    expect(await results).toMatchObject([{ status: 'rejected' }, { value: 'alone b' }])
    const named = add('b')
    await turns()
    expect(await named).toBe('alone b')
    const next = add('c')
    await answerAll()
    expect(await next).toBe('batch c')
    expect(sent).toEqual([['a', 'b'], ['a'], ['b'], ['c']])
    expect(made).toEqual(['b', 'b'])
  })

  it('is not halved when the database could not be asked: each call is looked up', async () => {
    const { sent, made, add } = laneOf({
      send: () => Promise.reject(new StoreUnavailable('away', { maybeDone: true })),
      afterLoss: async ({ key }, { maybeDone }) => `looked up ${key}, perhaps done: ${maybeDone}`,
    })
    expect(await Promise.all([add('a'), add('b')])).toEqual([
      'looked up a, perhaps done: true',
      'looked up b, perhaps done: true',
    ])
    expect([sent, made]).toEqual([[], []])
  })
})

async function started<T>(results: Promise<T>[], answerAll: () => Promise<void>): Promise<Promise<T>[]> {
  for (const result of results) result.catch(() => undefined)
  await answerAll()
  return results
}
