import { expect, test } from 'vitest'
import { limitOfText, textOfLimit } from './limit-text'

test.each([
  ['', null],
  ['  ', null],
  ['0', 0],
  ['-0', 0],
  ['24', 2_400],
  ['24.5', 2_450],
  ['-24.00', -2_400],
  ['−24', -2_400],
  ['- 24', -2_400],
  ['--24', undefined],
  ['-', undefined],
  ['much', undefined],
])('%j is %j', (text, limit) => {
  expect(limitOfText(text, 'EUR')).toBe(limit)
})

test.each([null, 0, 2_400, -2_405])('what the field shows of %j is read as the same', (limit) => {
  expect(limitOfText(textOfLimit(limit, 'EUR'), 'EUR')).toBe(limit)
})
