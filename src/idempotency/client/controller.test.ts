import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { KeyStatus, ServerProblem, StoredAttempt } from './attempt-state'
import { type AttemptHost, createAttempt } from './controller'

/** A host that logs each call, in order, and gives the scripted answers. */
function testHost(
  answers: Array<() => Promise<{ answer: string; actionUrl: string | null }>>,
  found: KeyStatus<string> = { found: 'working' },
) {
  const log: string[] = []
  const kept: { record: StoredAttempt | null } = { record: null }
  const made: AttemptHost<string> = {
    storage: {
      read: () => kept.record,
      write: (record) => {
        kept.record = record
        log.push(`store ${record.key} ${record.sentAt === null ? 'unsent' : 'sent'}`)
      },
      clear: () => {
        kept.record = null
        log.push('forget')
      },
    },
    send: async (keyed, payload) => {
      log.push(`send ${keyed.key} ${payload}`)
      return (answers.shift() ?? answered('paid'))()
    },
    ask: async (key) => {
      log.push(`ask ${key}`)
      return found
    },
    report: (key, held) => void log.push(`report ${key} ${held}`),
    problemOf: (error) => (error instanceof Refusal ? error.problem : null),
    newKey: () => 'k2',
    chance: () => 0.5,
  }
  return { made, log, kept }
}

class Refusal extends Error {
  constructor(readonly problem: ServerProblem) {
    super(problem.kind)
  }
}
const answered = (answer: string) => async () => ({ answer, actionUrl: null })
const lost = async () => {
  throw new TypeError('Failed to fetch')
}
const declined = async () => {
  throw new Refusal({ kind: 'payment-declined', retry: 'no', safeNewKey: true })
}

test.each([
  [undefined, /the host has no `send`/],
  [{ ask: undefined }, /the host has no `ask`/],
  [{ problemOf: {} }, /the host has no `problemOf`/],
  [{ storage: undefined }, /the host has no `read`/],
])('a host that lacks something is refused when the attempt is made: %j', (changed, message) => {
  const host = changed && { ...testHost([]).made, ...changed }
  expect(() => createAttempt('k1', host as never)).toThrow(message)
  expect(() => createAttempt(undefined as never, testHost([]).made)).toThrow(/mintKey\(\)/)
})

describe('an attempt carried out', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('stores before it sends, and sends 25 presses once', async () => {
    const { made, log } = testHost([answered('paid')])
    const attempt = createAttempt('k1', made)
    attempt.start()
    for (let press = 0; press < 25; press++) attempt.press('card', true)
    await vi.runAllTimersAsync()
    expect(attempt.view()).toEqual({ at: 'done', answer: 'paid' })
    expect(log.filter((line) => line.startsWith('send'))).toEqual(['send k1 card'])
    expect(log.slice(0, 3)).toEqual(['store k1 unsent', 'store k1 sent', 'send k1 card'])
    expect(log.slice(-2)).toEqual(['forget', 'report k1 24'])
  })

  test('repeats a lost send with the same key', async () => {
    const { made, log } = testHost([lost, lost, answered('paid')])
    const attempt = createAttempt('k1', made)
    attempt.start()
    attempt.press('card', true)
    await vi.runAllTimersAsync()
    expect(log.filter((line) => line.startsWith('send'))).toEqual([
      'send k1 card',
      'send k1 card',
      'send k1 card',
    ])
    expect(attempt.view().at).toBe('done')
  })

  test('ends in checking, asking and no longer sending, when nothing ever answers', async () => {
    const { made, log } = testHost(Array.from({ length: 99 }, () => lost))
    const attempt = createAttempt('k1', made)
    attempt.start()
    attempt.press('card', true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(attempt.view().at).toBe('checking')
    const sends = log.filter((line) => line.startsWith('send')).length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(log.filter((line) => line.startsWith('send'))).toHaveLength(sends)
    expect(log.at(-1)).toBe('ask k1')
    attempt.start()()
  })

  test('takes a new key after a decline, and pays with it', async () => {
    const { made, log } = testHost([declined, answered('paid')])
    const attempt = createAttempt('k1', made)
    attempt.start()
    attempt.press('bad', true)
    await vi.runAllTimersAsync()
    expect(attempt.view()).toMatchObject({ at: 'ready', key: 'k2' })
    attempt.press('good', true)
    await vi.runAllTimersAsync()
    expect(log.filter((line) => line.startsWith('send'))).toEqual(['send k1 bad', 'send k2 good'])
  })

  test('a page that comes back resumes what was sent; mounting twice begins once', async () => {
    const { made, log, kept } = testHost([], { found: 'done', answer: 'paid' })
    kept.record = { key: 'k1', payload: 'card', sentAt: Date.now(), held: 0 }
    const attempt = createAttempt('fresh', made)
    attempt.start()()
    attempt.start()
    await vi.runAllTimersAsync()
    expect(attempt.view()).toEqual({ at: 'done', answer: 'paid' })
    expect(log.filter((line) => line.startsWith('send'))).toEqual([])
  })

  test('keeps a bounded number of presses until it is known who leads; one of them sends', async () => {
    const { made, log } = testHost([answered('paid')])
    const attempt = createAttempt('k1', made)
    for (let press = 0; press < 250; press++) attempt.press('card', true)
    attempt.start()
    await vi.runAllTimersAsync()
    expect(log.filter((line) => line.startsWith('send'))).toEqual(['send k1 card'])
    expect(log.at(-1), 'the others of the first 100').toBe('report k1 99')
  })

  test('notifies its listeners of each new state, and of nothing else', async () => {
    const { made } = testHost([answered('paid')])
    const attempt = createAttempt('k1', made)
    const seen: string[] = []
    const stop = attempt.subscribe(() => seen.push(attempt.view().at))
    attempt.start()
    attempt.press('card', true)
    await vi.runAllTimersAsync()
    stop()
    attempt.press('card', true)
    expect(seen).toEqual(['ready', 'sending', 'done'])
  })
})
