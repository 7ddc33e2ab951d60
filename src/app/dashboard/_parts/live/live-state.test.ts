import { expect, test } from 'vitest'
import { liveStateOf, pollMs } from './live-state'

const fine = { online: true, paused: false, failing: false, stream: 'open' } as const

test.each([
  ['live', fine],
  ['live', { ...fine, stream: 'connecting' }],
  ['by-clock', { ...fine, stream: 'refused' }],
  ['reconnecting', { ...fine, stream: 'lost' }],
  ['reconnecting', { ...fine, failing: true }],
  ['reconnecting', { ...fine, failing: true, stream: 'refused' }],
  ['paused', { ...fine, paused: true, failing: true, stream: 'lost' }],
  ['offline', { online: false, paused: true, failing: true, stream: 'lost' }],
] as const)('%s', (state, facts) => {
  expect(liveStateOf(facts)).toBe(state)
})

const settled = { reads: 1, failed: false }

test('while hints come, what they are about is read once after it came with the page, and then each minute', () => {
  const hinted = { hinted: true, everyMs: undefined }
  expect(pollMs(hinted, 'open', { reads: 0, failed: false })).toBe(2_000)
  expect(pollMs(hinted, 'open', settled)).toBe(60_000)
  expect(pollMs({ hinted: true, everyMs: 15_000 }, 'open', settled)).toBe(15_000)
})

test.each(['connecting', 'lost', 'refused'] as const)('without hints it is read every 10 s: %s', (stream) => {
  expect(pollMs({ hinted: true, everyMs: undefined }, stream, settled)).toBe(10_000)
  expect(pollMs({ hinted: true, everyMs: 5_000 }, stream, settled)).toBe(5_000)
})

test('what no hint is about is read by the clock, whatever the stream does', () => {
  expect(pollMs({ hinted: false, everyMs: undefined }, 'open', settled)).toBe(5_000)
  expect(pollMs({ hinted: false, everyMs: 2_000 }, 'lost', settled)).toBe(2_000)
})

test('after a failure it is read again soon', () => {
  expect(pollMs({ hinted: true, everyMs: undefined }, 'open', { reads: 4, failed: true })).toBe(3_000)
})
