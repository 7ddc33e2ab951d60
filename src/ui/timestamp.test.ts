import { expect, test } from 'vitest'
import { duration } from './timestamp'

test.each([
  [0, '0 ms'],
  [840.4, '840 ms'],
  [9_999, '9,999 ms'],
  [10_000, '10.0 s'],
  [119_949, '119.9 s'],
  [120_000, '2 min'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})
