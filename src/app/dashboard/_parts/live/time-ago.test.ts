import { expect, test } from 'vitest'
import { formatAge } from './time-ago'

test.each([
  [0, 'just now'],
  [499, 'just now'],
  [500, '1 s ago'],
  [119_400, '119 s ago'],
  [120_000, '2 min ago'],
  [7_199_000, '120 min ago'],
  [7_200_000, '2 h ago'],
  [172_800_000, '48 h ago'],
])('%i ms are %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text)
})
