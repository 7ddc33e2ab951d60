import { expect, test } from 'vitest'
import { sealHealth, waitingSentence } from './seal-sentences'

const LAST = { seq: '3', hash: 'ab'.repeat(32), sealedAt: '2026-01-01T00:00:00Z', postedAt: null }
const state = (last: typeof LAST | null, waiting: number, oldestSeconds: number | null, more = false) => ({
  last,
  waiting,
  oldestSeconds,
  more,
})

test.each([
  ['a ledger without transactions', state(null, 0, null), 'empty', 'None of the newest transactions'],
  ['everything sealed', state(LAST, 0, null), 'current', 'None of the newest transactions'],
  ['a first transaction that waits', state(null, 1, 2.4), 'current', '1, the oldest for 2 s'],
  ['some that wait', state(LAST, 12, 59.9), 'current', '12, the oldest for 60 s'],
  ['one that waits too long', state(LAST, 1, 60), 'late', '1, the oldest for 60 s'],
  ['a worker that never ran', state(null, 4, 900), 'late', '4, the oldest for 15 min'],
  ['more than are counted', state(LAST, 1_000, 90_000, true), 'late', '1,000 or more, the oldest for 25 h'],
])('%s', (_, seals, health, sentence) => {
  expect([sealHealth(seals), waitingSentence(seals)]).toEqual([health, sentence])
})
