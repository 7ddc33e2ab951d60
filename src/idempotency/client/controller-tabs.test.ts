import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fakeChannel, lockTable } from '../testing/browser'
import type { AttemptState, ServerProblem, StoredAttempt } from './attempt-state'
import { type AttemptController, type AttemptHost, createAttempt } from './controller'
import { type BrowserApis, browserTabs } from './tabs'

/**
 * A browser with any number of windows on one order, and the server behind it, which keeps the outcome of
 * each key.
 */
function browser() {
  const apis: BrowserApis = { open: fakeChannel(), locks: lockTable() }
  const kept: { record: StoredAttempt | null } = { record: null }
  const keep = (record: StoredAttempt | null) => {
    kept.record = record
  }
  const sent: {
    by: number
    key: string
    payload: string
    end: (outcome: 'paid' | 'declined' | 'lost') => void
  }[] = []
  const ends = new Map<string, 'paid' | 'declined'>()
  let keys = 0
  const hostOf = (by: number): AttemptHost<string> => ({
    storage: { read: () => kept.record, write: (record) => keep(record), clear: () => keep(null) },
    tabs: browserTabs<AttemptState<string>>('order', apis),
    send: ({ key }, payload) =>
      new Promise((resolve, reject) => {
        const end = (outcome: 'paid' | 'declined' | 'lost') => {
          sent.splice(sent.indexOf(call), 1)
          const known = ends.get(key) ?? (outcome === 'lost' ? undefined : outcome)
          if (known) ends.set(key, known)
          if (outcome === 'lost') return reject(new TypeError('Failed to fetch'))
          known === 'paid' ? resolve({ answer: 'receipt', actionUrl: null }) : reject(DECLINED)
        }
        const call = { by, key, payload, end }
        sent.push(call)
      }),
    ask: async (key) => {
      if ([...ends.values()].includes('paid')) return { found: 'done', answer: 'receipt' }
      if (ends.get(key) === 'declined') return { found: 'refused', problem: DECLINED }
      return { found: sent.some((call) => call.key === key) ? 'working' : 'none' }
    },
    report: () => {},
    problemOf: (error) => (error === DECLINED ? DECLINED : null),
    newKey: () => `again-${++keys}`,
    chance: () => 0.5,
  })
  let windows = 0
  const open = () => {
    const attempt = createAttempt(`page-${++keys}`, hostOf(++windows))
    return { attempt, close: attempt.start() }
  }
  return { open, sent, ends }
}

const DECLINED: ServerProblem = { kind: 'payment-declined', retry: 'no', safeNewKey: true }
const settled = () => vi.advanceTimersByTimeAsync(1)
/** Long enough that a closed window is not taken for one that is being reloaded. */
const later = () => vi.advanceTimersByTimeAsync(1_600)
const at = ({ attempt }: { attempt: AttemptController<string> }) => attempt.view().at

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('two windows of one browser', () => {
  test('the second one follows: it cannot press, sees the live state, and ends where the first one ends', async () => {
    const { open, sent } = browser()
    const [first, second] = [open(), open()]
    await settled()
    second.attempt.press('other card', true)
    expect([at(first), at(second), sent.length]).toEqual(['ready', 'elsewhere', 0])
    first.attempt.press('card', true)
    await settled()
    expect(second.attempt.view()).toMatchObject({ at: 'elsewhere', other: { at: 'sending' } })
    sent[0]?.end('paid')
    await settled()
    expect(second.attempt.view()).toMatchObject({ at: 'elsewhere', other: { at: 'done', answer: 'receipt' } })
    first.close()
    await later()
    expect(second.attempt.view(), 'no form for what is paid').toEqual({ at: 'done', answer: 'receipt' })
  })

  test('what was pressed in a window that followed is not sent when it leads', async () => {
    const { open, sent } = browser()
    const [first, second] = [open(), open()]
    await settled()
    second.attempt.press('card', true)
    first.close()
    await vi.advanceTimersByTimeAsync(5_000)
    expect([at(second), sent.length]).toEqual(['ready', 0])
  })

  test('a press before a leader is known is kept: the leader sends it, the other drops it', async () => {
    const { open, sent } = browser()
    const [first, second] = [open(), open()]
    first.attempt.press('card', true)
    second.attempt.press('other card', true)
    await settled()
    expect(sent.map(({ payload }) => payload)).toEqual(['card'])
  })

  test('the first one dies while it pays: the second one resumes its key, and asks before it sends', async () => {
    const { open, sent, ends } = browser()
    const [first, second] = [open(), open()]
    await settled()
    first.attempt.press('card', true)
    await settled()
    const key = sent[0]?.key as string
    first.close()
    await later()
    expect(second.attempt.view()).toMatchObject({ at: 'checking', key })
    ends.set(key, 'paid')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(at(second)).toBe('done')
    expect(sent).toHaveLength(1)
  })

  test('taken over while it pays: the same key, and the first one sends no more', async () => {
    const { open, sent } = browser()
    const [first, second] = [open(), open()]
    await settled()
    first.attempt.press('card', true)
    await settled()
    const key = sent[0]?.key
    second.attempt.takeOver()
    await settled()
    expect([at(first), at(second)]).toEqual(['elsewhere', 'checking'])
    sent[0]?.end('lost')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(sent.map((call) => [call.by, call.key])).toEqual([[2, key]])
  })

  test('a decline in one window gives the next one the new key', async () => {
    const { open, sent } = browser()
    const [first, second] = [open(), open()]
    await settled()
    first.attempt.press('card', true)
    await settled()
    const used = sent[0]?.key
    sent[0]?.end('declined')
    await settled()
    second.attempt.takeOver()
    await settled()
    expect(second.attempt.view()).toMatchObject({ at: 'ready' })
    second.attempt.press('other card', true)
    await settled()
    expect(sent.map(({ key }) => key)).not.toContain(used)
  })
})

describe('whatever people do with any number of windows', () => {
  const move = fc.oneof(
    fc.record({ type: fc.constantFrom('press', 'takeOver', 'close', 'ask'), window: fc.nat(3) }),
    fc.record({ type: fc.constant('open') }),
    fc.record({ type: fc.constant('end'), outcome: fc.constantFrom('paid', 'declined', 'lost') }),
    fc.record({ type: fc.constant('wait'), ms: fc.nat(8_000) }),
  )

  test('under way is one key at a time, it changes only after its end, and nothing is sent once it is known to be paid', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
        const { open, sent, ends } = browser()
        const windows = [open()]
        for (const move of moves) {
          const window = 'window' in move ? windows[move.window] : undefined
          if (move.type === 'open' && windows.length < 4) windows.push(open())
          if (move.type === 'press')
            window?.attempt.press(`card ${'window' in move ? move.window : ''}`, true)
          if (move.type === 'takeOver') window?.attempt.takeOver()
          if (move.type === 'ask') window?.attempt.ask()
          if (move.type === 'close')
            windows.splice(windows.indexOf(window as never), window ? 1 : 0)[0]?.close()
          if ('outcome' in move) sent[0]?.end(move.outcome as 'paid')
          await vi.advanceTimersByTimeAsync('ms' in move ? move.ms : 1)
          const underWay = new Set(sent.map(({ key }) => key))
          expect(underWay.size, 'one key under way').toBeLessThanOrEqual(1)
          expect([...ends.values()].filter((end) => end === 'paid').length, 'paid once').toBeLessThanOrEqual(
            1,
          )
        }
        for (const { close } of windows) close()
      }),
      { numRuns: 150 },
    )
  })
})
