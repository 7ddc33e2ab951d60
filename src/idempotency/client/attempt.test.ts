import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { begin, step } from './attempt'
import type { AttemptEffect, AttemptEvent, AttemptState, ServerProblem, Step } from './attempt-state'

type S = AttemptState<string>
type E = AttemptEvent<string>

const problem = (
  kind: string,
  retry: ServerProblem['retry'],
  safeNewKey: boolean,
  more: object = {},
): ServerProblem => ({
  kind,
  retry,
  safeNewKey,
  ...more,
})
const DECLINED = problem('payment-declined', 'no', true)
const IN_PROGRESS = problem('in-progress', 'same-key', false, { retryAfterSeconds: 1 })
const UNAVAILABLE = problem('unavailable', 'same-key', false)
const TOO_MANY = problem('too-many-attempts', 'same-key', false, { retryAfterSeconds: 600 })
const VALIDATION = problem('validation', 'after-fixing', true)

const press = (now = 0, online = true): E => ({ type: 'press', payload: 'card', online, now })
const failed = (what: ServerProblem | null, now = 0, key = 'k1'): E => ({
  type: 'failed',
  key,
  problem: what,
  now,
  chance: 0.5,
  newKey: 'k2',
})
const status = (found: Extract<E, { type: 'status' }>['status'], now = 0): E => ({
  type: 'status',
  key: 'k1',
  status: found,
  now,
  chance: 0.5,
  newKey: 'k2',
})

/** Runs events from a fresh page. @returns the last step */
function run(...events: E[]): Step<string> {
  return events.reduce<Step<string>>((last, event) => step(last.state, event), begin('k1', null))
}
const kinds = (effects: AttemptEffect[]) => effects.map((effect) => effect.do)

describe('an attempt', () => {
  test('refused by a limit before anything was begun: the form is back, and the next press sends the same key', () => {
    const refused = run(press(), failed(TOO_MANY))
    expect(refused.state).toEqual({ at: 'ready', key: 'k1', because: TOO_MANY })
    expect(kinds(refused.effects)).toEqual(['store'])
    const later = step(refused.state, { ...press(600_000), payload: 'another card' } as E)
    expect(later.effects).toContainEqual(
      expect.objectContaining({ do: 'send', key: 'k1', payload: 'another card' }),
    )
  })

  test('refused by a limit after a send without an answer: the page asks, and never says that nothing was charged', () => {
    const doubted = run(press(), failed(null), { type: 'wake' }, failed(TOO_MANY))
    expect(doubted.state).toMatchObject({ at: 'checking', key: 'k1', doubt: true })
    expect(kinds(doubted.effects)).toEqual(['store', 'ask'])
    expect(step(doubted.state, status({ found: 'done', answer: 'paid' })).state).toMatchObject({ at: 'done' })
  })

  test('too many requests: sent again after the wait, with the same key', () => {
    const limited = run(press(), failed(problem('rate-limited', 'same-key', false, { retryAfterSeconds: 7 })))
    expect(limited.state).toMatchObject({ at: 'pausing', key: 'k1', doubt: true })
    expect((limited.effects[0] as { ms: number }).ms).toBeGreaterThanOrEqual(7_000)
    expect(step(limited.state, { type: 'wake' }).effects).toContainEqual(
      expect.objectContaining({ do: 'send', key: 'k1', payload: 'card' }),
    )
  })

  test('stores its key when the page is there, and again before it sends', () => {
    expect(kinds(begin('k1', null).effects)).toEqual(['store'])
    const sent = run(press())
    expect(kinds(sent.effects)).toEqual(['store', 'send'])
    expect(sent.effects[0]).toMatchObject({ record: { key: 'k1', payload: 'card', sentAt: 0 } })
  })

  test('holds 24 of 25 presses back, and reports them once there is an answer', () => {
    const last = run(...Array.from({ length: 25 }, () => press()), {
      type: 'answered',
      key: 'k1',
      answer: 'paid',
      actionUrl: null,
    })
    expect(last.state).toEqual({ at: 'done', answer: 'paid' })
    expect(last.effects).toContainEqual({ do: 'report', key: 'k1', held: 24 })
  })

  test('sends nothing while offline, nor by itself afterwards', () => {
    const off = run(press(0, false))
    expect(off).toMatchObject({
      state: { at: 'ready', key: 'k1', because: { kind: 'offline' } },
      effects: [],
    })
    for (const event of [{ type: 'wake' }, { type: 'ask' }] as E[])
      expect(step(off.state, event).effects).toEqual([])
  })

  test.each([
    ['a decline', DECLINED, { at: 'ready', key: 'k2', because: DECLINED }],
    ['"not charged"', problem('not-charged', 'no', true), { at: 'ready', key: 'k2' }],
    ['a changed order', problem('order-changed', 'after-fixing', true), { at: 'ready', key: 'k2' }],
    ['a reused key', problem('key-reused', 'no', true), { at: 'ready', key: 'k2' }],
    ['a malformed key', problem('key-invalid', 'after-fixing', true), { at: 'ready', key: 'k2' }],
    ['bad input', VALIDATION, { at: 'ready', key: 'k1' }],
    ['an order paid elsewhere', problem('already-paid', 'no', false), { at: 'closed' }],
    ['an unknown outcome', problem('outcome-unknown', 'poll', false), { at: 'checking', key: 'k1' }],
    ['an expired answer', problem('answer-expired', 'no', false), { at: 'checking', key: 'k1' }],
    ['a damaged record', problem('record-damaged', 'no', false), { at: 'checking', key: 'k1' }],
    ['one still running', IN_PROGRESS, { at: 'pausing', key: 'k1', doubt: true }],
    ['an outage', UNAVAILABLE, { at: 'pausing', key: 'k1', doubt: false }],
    ['our own fault', problem('internal', 'same-key', false), { at: 'pausing', key: 'k1', doubt: true }],
    ['silence', null, { at: 'pausing', key: 'k1', doubt: true }],
  ])('after %s', (_, what, expected) => {
    expect(run(press(), failed(what)).state).toMatchObject(expected)
  })

  test('repeats with the same key and the same payload, after the pause that the server asked for', () => {
    const pausing = run(press(), failed(IN_PROGRESS))
    expect(pausing.effects).toEqual([{ do: 'wait', ms: 1250, next: 'wake' }])
    expect(step(pausing.state, { type: 'wake' }).effects).toContainEqual({
      do: 'send',
      key: 'k1',
      payload: 'card',
      timeoutMs: 20_000,
    })
  })

  test('F39 ends in checking when the budget is spent, never in failed', () => {
    expect(run(press(), failed(null, 31_000)).state.at).toBe('checking')
    expect(run(press(), failed(UNAVAILABLE, 31_000)).state.at).toBe('pausing')
    expect(run(press(), failed(UNAVAILABLE, 301_000)).state).toMatchObject({ at: 'ready', key: 'k1' })
  })

  test('keeps the key after a refusal that came before the key was read, while an earlier send is in doubt', () => {
    expect(run(press(), failed(null), { type: 'wake' }, failed(VALIDATION)).state.at).toBe('checking')
    expect(run(press(), failed(null), { type: 'wake' }, failed(DECLINED)).state).toMatchObject({
      at: 'ready',
      key: 'k2',
    })
  })

  test('resumes a sent attempt after a reload: it asks, and repeats what never arrived', () => {
    const back = begin<string>('fresh', { key: 'k1', payload: 'card', sentAt: 0, held: 3 })
    expect(back).toMatchObject({
      state: { at: 'checking', key: 'k1', held: 3 },
      effects: [{ do: 'ask', key: 'k1' }],
    })
    expect(step(back.state, status({ found: 'none' }, 60_000)).state).toMatchObject({
      at: 'pausing',
      key: 'k1',
    })
    expect(step(back.state, status({ found: 'none' }, 600_000)).state).toEqual({
      at: 'ready',
      key: 'k1',
      because: { kind: 'not-received' },
    })
    expect(step(back.state, status({ found: 'done', answer: 'paid' })).state).toEqual({
      at: 'done',
      answer: 'paid',
    })
    expect(step(back.state, status({ found: 'refused', problem: DECLINED })).state).toMatchObject({
      at: 'ready',
      key: 'k2',
    })
  })

  test('a check says whether the last answer was: still at work, or in doubt', () => {
    const back = begin<string>('fresh', { key: 'k1', payload: 'card', sentAt: 0, held: 0 }).state
    const answered = (...found: ('working' | 'checking')[]) =>
      found.reduce((state, each) => step(state, status({ found: each })).state, back)
    expect(back).toMatchObject({ at: 'checking', working: false })
    expect(answered('working')).toMatchObject({ at: 'checking', asks: 1, working: true })
    expect(answered('working', 'checking')).toMatchObject({ asks: 2, working: false })
    expect(step(answered('working'), { type: 'unanswered', chance: 0 }).state).toMatchObject({
      working: true,
    })
  })

  test('watches a payment that another window began, and may begin one when that ended without a charge', () => {
    const watch = begin<string>('k1', null, { underWay: 5 })
    expect(watch).toMatchObject({
      state: { at: 'checking', payload: null },
      effects: [{ do: 'ask', key: 'k1' }],
    })
    expect(step(watch.state, status({ found: 'none' })).state).toEqual({
      at: 'ready',
      key: 'k1',
      because: { kind: 'other-ended' },
    })
  })

  test('an attempt that was sent without scripts and ended without success: its key is used up, the reason is shown', () => {
    const ended = { key: 'k1', because: DECLINED }
    expect(begin('fresh', null, { ended }).state).toEqual({ at: 'ready', key: 'fresh', because: DECLINED })
    expect(
      begin('fresh', { key: 'k1', payload: null, sentAt: null, held: 0 }, { ended }).state,
    ).toMatchObject({ key: 'fresh' })
    // Another attempt of this browser, newer than that one, goes on.
    expect(begin('fresh', { key: 'k7', payload: 'card', sentAt: 1, held: 0 }, { ended }).state).toMatchObject(
      { at: 'checking', key: 'k7' },
    )
  })

  test('a stored key wins over the fresh one', () => {
    expect(begin('fresh', { key: 'k1', payload: null, sentAt: null, held: 0 }).state).toMatchObject({
      at: 'ready',
      key: 'k1',
    })
  })

  test('ignores late answers to a key that is no longer its own', () => {
    const again = run(press(), failed(DECLINED), press())
    expect(again.state).toMatchObject({ at: 'sending', key: 'k2' })
    expect(step(again.state, failed(DECLINED)).state).toBe(again.state)
    expect(step(again.state, status({ found: 'done', answer: 'x' })).state).toBe(again.state)
  })

  test('waits for the shopper at the bank, and goes on by itself afterwards', () => {
    const acting = run(press(), { type: 'answered', key: 'k1', answer: '', actionUrl: '/3ds' })
    expect(acting).toMatchObject({
      state: { at: 'acting', url: '/3ds' },
      effects: [{ do: 'store' }, { do: 'wait', next: 'ask' }],
    })
    expect(step(acting.state, status({ found: 'working' })).state.at).toBe('checking')
    expect(step(acting.state, status({ found: 'done', answer: 'paid' })).state.at).toBe('done')
  })

  test('reports the presses held back when the page is left', () => {
    const left = run(press(), press(), { type: 'leave' })
    expect(left.effects).toContainEqual({ do: 'report', key: 'k1', held: 1 })
    expect(step(left.state, { type: 'leave' }).effects, 'once').toEqual([])
    expect(run(press(), { type: 'leave' }).effects).toEqual([])
  })
})

describe('whatever happens', () => {
  const anyProblem = fc.record({
    kind: fc.constantFrom(
      'payment-declined',
      'not-charged',
      'order-changed',
      'key-reused',
      'validation',
      'in-progress',
      'unavailable',
      'too-many-attempts',
      'internal',
      'outcome-unknown',
      'already-paid',
    ),
    retry: fc.constantFrom<ServerProblem['retry']>('same-key', 'poll', 'after-fixing', 'no'),
    safeNewKey: fc.boolean(),
  })
  const found = fc.constantFrom('none', 'working', 'checking', 'done', 'refused', 'action')
  const move = fc.oneof(
    fc.record({ type: fc.constant('press'), online: fc.boolean() }),
    fc.record({ type: fc.constant('failed'), problem: fc.option(anyProblem) }),
    fc.record({ type: fc.constant('status'), found, problem: anyProblem }),
    fc.constantFrom(
      { type: 'wake' },
      { type: 'ask' },
      { type: 'leave' },
      { type: 'unanswered' },
      { type: 'answered' },
    ),
  )

  test('one send at a time, stored before, under one key until an answer frees it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(move, fc.nat(20_000)), { maxLength: 60 }), (moves) => {
        let now = 0
        let keys = 1
        let state: S = begin<string>('k1', null).state
        let stored = 'k1'
        for (const [move, later] of moves) {
          now += later
          const before = state
          const next = step(before, toEvent(move, before, now, `k${keys + 1}`))
          state = next.state
          for (const effect of next.effects) {
            if (effect.do === 'store') stored = effect.record.key
            if (effect.do === 'send') {
              expect(before.at, 'nothing else is under way').not.toBe('sending')
              expect(stored, 'stored before it is sent').toBe(effect.key)
              if (before.at !== 'ready') expect(effect.key, 'a repeat keeps its key').toBe(keyOf(before))
            }
          }
          if (keyOf(state) !== null && keyOf(state) !== keyOf(before)) {
            expect(move.type === 'failed' || move.type === 'status', 'only the server frees a key').toBe(true)
            keys += 1
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  function keyOf(state: S): string | null {
    return 'key' in state ? state.key : null
  }

  function toEvent(
    move: { type: string; [more: string]: unknown },
    state: S,
    now: number,
    newKey: string,
  ): E {
    const common = { key: keyOf(state) ?? 'none', now, chance: 0.5, newKey }
    if (move.type === 'press') return { type: 'press', payload: 'card', online: move.online === true, now }
    if (move.type === 'failed')
      return { type: 'failed', problem: (move.problem ?? null) as ServerProblem | null, ...common }
    if (move.type === 'status')
      return {
        type: 'status',
        status: { found: move.found, answer: 'a', url: '/u', problem: move.problem } as never,
        ...common,
      }
    if (move.type === 'answered') return { type: 'answered', key: common.key, answer: 'a', actionUrl: null }
    return { type: move.type as 'wake', chance: 0.5 } as E
  }
})
