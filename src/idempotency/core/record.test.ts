import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../problems'
import { type Decision, decide, type IdempotencyRow, type RecordState } from './record'

const ANSWER = { status: 200, problem: null, body: '{"paid":true}' }
const STATES: RecordState[] = ['claimed', 'sending', 'unknown', 'completed', 'tombstone']

/** Columns of a stored answer, readable and damaged ones. */
const STORED = {
  none: { status: null, problem: null, answer: null, headers: null },
  whole: { status: 200, problem: null, answer: ANSWER.body },
  cut: { status: 200, problem: null, answer: '{"paid":tr' },
  empty: { status: 200, problem: null, answer: '' },
  'without status': { status: null, problem: null, answer: ANSWER.body },
  'without body': { status: 200, problem: null, answer: null },
  'with an unknown problem': { status: 402, problem: 'made-up', answer: ANSWER.body },
  'with headers that are cut': { status: 200, problem: null, answer: ANSWER.body, headers: '{"ETag":' },
  'with a header that is not kept': {
    status: 200,
    problem: null,
    answer: ANSWER.body,
    headers: '{"Set-Cookie":"a=b"}',
  },
  'with an inherited name': { status: 402, problem: 'toString', answer: ANSWER.body },
} as const
type Stored = keyof typeof STORED
const DAMAGED: Stored[] = [
  'cut',
  'empty',
  'without status',
  'without body',
  'with an unknown problem',
  'with headers that are cut',
  'with a header that is not kept',
  'with an inherited name',
]

function row(changes: Partial<IdempotencyRow>): IdempotencyRow {
  const at = new Date('2026-03-01T12:00:00Z')
  const about = {
    merchantId: 'm',
    id: 'r',
    fingerprint: 'mine',
    fingerprintVersion: 1,
    fields: null,
    state: 'claimed',
    fence: 3,
  } as const
  return {
    ...about,
    leaseOver: false,
    subjectId: 's',
    ...STORED.none,
    createdAt: at,
    completedAt: null,
    expiresAt: at,
    ...changes,
  }
}

const mine = (version: number) => (version === 1 ? 'mine' : null)

/**
 * The whole table of a record’s life: state, stored answer → decision while the lease holds, and when it is
 * over.
 */
function expected(row: IdempotencyRow, stored: Stored): Decision {
  const { state, leaseOver } = row
  if (state === 'claimed') return leaseOver ? { kind: 'take-over', fence: 3 } : { kind: 'busy' }
  if (state === 'sending') return leaseOver ? { kind: 'unknown', answer: null, row } : { kind: 'busy' }
  if (state === 'tombstone') return { kind: 'expired', row }
  if (DAMAGED.includes(stored)) return { kind: 'damaged' }
  if (state === 'unknown') return { kind: 'unknown', answer: stored === 'whole' ? ANSWER : null, row }
  return stored === 'whole' ? { kind: 'replay', answer: ANSWER, row } : { kind: 'damaged' }
}

const table = STATES.flatMap((state) =>
  (Object.keys(STORED) as Stored[]).flatMap((stored) =>
    [false, true].map((leaseOver) => ({ state, stored, leaseOver })),
  ),
)

describe('decide', () => {
  test('starts where there is no record', () => {
    expect(decide(null, mine)).toEqual({ kind: 'start' })
  })

  test.each(table)('$state, answer $stored, lease over: $leaseOver', ({ state, stored, leaseOver }) => {
    const found = row({ state, leaseOver, ...STORED[stored] })
    expect(decide(found, mine)).toEqual(expected(found, stored))
    // The fingerprint comes before all else: checked even while the first request runs (F38), and never
    // replied to with the stored answer. But an expired claim began nothing: a corrected request may have its
    // key.
    const free = state === 'claimed' && leaseOver
    const other = { ...found, fingerprint: 'other' }
    expect(decide(other, mine)).toEqual(
      free ? { kind: 'take-over', fence: 3 } : { kind: 'mismatch', row: other },
    )
    expect(decide({ ...found, fingerprintVersion: 2 }, mine)).toEqual({ kind: 'damaged' })
  })

  test('F42 a tombstone without a fingerprint refuses every payload, and no other record may lack one', () => {
    for (const state of STATES)
      for (const leaseOver of [false, true]) {
        const found = row({ state, leaseOver, fingerprint: null })
        const kind =
          state === 'tombstone' ? 'expired' : state === 'claimed' && leaseOver ? 'take-over' : 'mismatch'
        expect(decide(found, mine).kind).toBe(kind)
      }
  })

  test('F30 compares by the version that wrote the record', () => {
    const asked: number[] = []
    decide(row({ fingerprintVersion: 7 }), (version) => {
      asked.push(version)
      return 'mine'
    })
    expect(asked).toEqual([7])
  })

  test('F40 refuses a state that this program does not know', () => {
    for (const leaseOver of [false, true]) {
      expect(decide(row({ state: 'paused' as RecordState, leaseOver, ...STORED.whole }), mine)).toEqual({
        kind: 'damaged',
      })
    }
  })

  test.each(Object.keys(PROBLEMS))('replays the stored problem %s with its own status', (problem) => {
    const found = row({ state: 'completed', status: 418, problem, answer: '{"detail":"x"}' })
    expect(decide(found, mine)).toEqual({
      kind: 'replay',
      answer: { status: 418, problem, body: '{"detail":"x"}' },
      row: found,
    })
  })

  test('O2 gives the stored text as it is', () => {
    const body = ' {"b":1.0,"a":9007199254740993,"a":"\\u0000"} '
    const found = row({ state: 'completed', status: 200, answer: body })
    expect(decide(found, mine)).toEqual({
      kind: 'replay',
      answer: { ...ANSWER, body },
      row: found,
    })
  })

  test('nothing but an absent record is ever started, and nothing but an expired claim is taken over', () => {
    const decisions = table.map(({ state, stored, leaseOver }) => ({
      state,
      leaseOver,
      kind: decide(row({ state, leaseOver, ...STORED[stored] }), mine).kind,
    }))
    expect(decisions.filter(({ kind }) => kind === 'start')).toEqual([])
    for (const { state, leaseOver } of decisions.filter(({ kind }) => kind === 'take-over'))
      expect([state, leaseOver]).toEqual(['claimed', true])
  })
})
