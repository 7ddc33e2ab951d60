import { expect, test } from 'vitest'
import { adviceOf, shareOfReplays } from './key-advice'

const USE = {
  apiKeyId: 'key_1',
  requests: 100,
  keyed: 80,
  replays: 4,
  mismatches: 0,
  conflicts: 0,
  refused: 0,
  failed: 0,
  newKeys: 0,
}

test('a client without a mistake gets no advice', () => {
  expect(adviceOf(USE)).toEqual([])
})

test.each([
  [{ newKeys: 1 }, 'under new keys'],
  [{ mismatches: 1 }, 'another payload'],
  [{ conflicts: 1 }, '409'],
  [{ replays: 21 }, 'repeat one that was answered'],
])('%o is explained', (changes, words) => {
  const advice = adviceOf({ ...USE, ...changes })
  expect(advice).toHaveLength(1)
  expect(advice[0]?.what).toContain(words)
})

test('a share of few requests says nothing', () => {
  expect(adviceOf({ ...USE, keyed: 4, replays: 3 })).toEqual([])
})

test('the share of replays is of requests with a key', () => {
  expect([shareOfReplays(USE), shareOfReplays({ keyed: 0, replays: 0 })]).toEqual(['5 %', '—'])
})
