import { expect, test } from 'vitest'
import { shorten } from './copy-id'

test('an id keeps its prefix, its beginning and its end', () => {
  expect(shorten('pay_018f5c0123456789abcdef9a2b', 8, 4)).toBe('pay_018f5c01…9a2b')
})

test('an id without a prefix is shortened too', () => {
  expect(shorten('018f5c0123456789abcdef9a2b', 8, 4)).toBe('018f5c01…9a2b')
})

test('an id that would not get shorter stays whole', () => {
  expect(shorten('pay_0123456789abc', 8, 4)).toBe('pay_0123456789abc')
  expect(shorten('pay_0123456789abcd', 8, 4)).toBe('pay_01234567…abcd')
})
