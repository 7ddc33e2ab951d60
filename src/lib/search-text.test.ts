import { expect, test } from 'vitest'
import { isLongEnough } from './search-text'

test.each([
  ['', false],
  ['ab', false],
  [' ab ', false],
  ['abc', true],
  // Two characters in four units of UTF-16.
  ['😀😀', false],
  ['订单7', true],
])('a search for %j: %s', (text, expected) => {
  expect(isLongEnough(text)).toBe(expected)
})
