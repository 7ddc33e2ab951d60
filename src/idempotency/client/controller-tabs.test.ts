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
  /** Keys that were sent first after another one was known to be paid. */
  const late: string[] = []
  /** Keys, in the order in which they were sent first. */
  const order: string[] = []
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
        if (!order.includes(key)) order.push(key)
        if ([...ends].some(([other, known]) => known === 'paid' && other !== key)) late.push(key)
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
  return { open, sent, ends, order, late }
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

  test('taken over twice, by two presses of the button, once it is paid: the receipt, and no form', async () => {
    const { open, sent } = browser()
    const [first, second] = [open(), open()]
    await settled()
    first.attempt.press('card', true)
    await settled()
    sent[0]?.end('paid')
    await settled()
    second.attempt.takeOver()
    second.attempt.takeOver()
    await settled()
    second.attempt.takeOver()
    await settled()
    expect([at(first), second.attempt.view()]).toEqual(['elsewhere', { at: 'done', answer: 'receipt' }])
    second.attempt.press('card', true)
    await settled()
    expect(sent).toEqual([])
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
  // Presses and ends most of all, so that many runs get as far as a decline and a second key.
  const move = fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constant('press'), window: fc.nat(3) }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constantFrom('takeOver', 'close', 'ask'), window: fc.nat(3) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('open') }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('end'),
        outcome: fc.constantFrom('paid', 'declined', 'declined', 'lost'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.nat(8_000) }) },
  )

  test('under way is one key at a time, it changes only after its end, and no other is sent once one is paid', async () => {
    const seen = { paid: 0, changed: 0, windows: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40, size: 'max' }), async (moves) => {
        const { open, sent, ends, order, late } = browser()
        const windows = [open()]
        for (const move of moves) {
          const window = 'window' in move ? windows[move.window % windows.length] : undefined
          // A page that is opened after the payment has no form: the server says that the order is paid.
          const paid = [...ends.values()].includes('paid')
          if (move.type === 'open' && windows.length < 4 && !paid) windows.push(open())
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
        expect(late, 'sent after another one was paid').toEqual([])
        // Each key but the last has come to its end: a decline, since after a payment there is no other.
        expect(order.slice(0, -1).map((key) => ends.get(key))).toEqual(
          order.slice(0, -1).map(() => 'declined'),
        )
        if ([...ends.values()].includes('paid')) seen.paid++
        if (order.length > 1) seen.changed++
        if (windows.length > 1) seen.windows++
        for (const { close } of windows) close()
      }),
      { numRuns: 150 },
    )
    // The laws were tried: runs paid, changed their key, and had several windows.
    expect(Object.values(seen).every((runs) => runs > 10)).toBe(true)
  })
})
