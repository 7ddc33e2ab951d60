import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeBackPath } from './back-path'

test.each(['/', '/receipt/abc', '/checkout/ord_1?attempt=2', '/a%2Fb'])('%s is on this site', (back) => {
  expect(safeBackPath(back)).toBe(back)
})

test.each([
  undefined,
  7,
  '',
  'receipt',
  'https://evil.example/',
  '//evil.example/',
  '//evil.example/receipt',
  '/\\evil.example',
  '/\t/evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  '/%2e//evil.example',
  '/\\/\\/evil.example',
  'javascript:alert(1)',
  '/\n/evil.example',
])('%j leads to /', (back) => {
  expect(safeBackPath(back)).toBe('/')
})

test('nothing leads to another site or splits a header', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%2e',
    '%2f',
    '@',
    ':',
    '?',
    '#',
    '\t',
    '\n',
    '\r',
    ' ',
    'evil.example',
    'http',
    'a',
  )
  const hostile = fc.oneof(
    fc.array(piece).map((pieces) => `/${pieces.join('')}`),
    fc.webUrl(),
    fc.string({ unit: 'grapheme' }),
  )
  fc.assert(
    fc.property(hostile, (back) => {
      const location = safeBackPath(back)
      expect(new URL(location, 'https://shop.example/receipt/1').origin).toBe('https://shop.example')
      expect(location).toMatch(/^\/[\x21-\x7e]*$/)
    }),
    { numRuns: 500 },
  )
})
