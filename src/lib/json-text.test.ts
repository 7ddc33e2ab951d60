import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indentJson } from './json-text'

test('puts each member on a line of its own', () => {
  expect(indentJson('{"id":"pay_1","items":[1,2],"none":{},"empty":[]}')).toBe(
    '{\n  "id": "pay_1",\n  "items": [\n    1,\n    2\n  ],\n  "none": {},\n  "empty": []\n}',
  )
})

test('leaves numbers and strings as they are', () => {
  const text = '{"big":12345678901234567890,"one":1.0,"text":"a, {b}: \\"c\\" \\u00e9"}'
  expect(indentJson(text)).toBe(
    '{\n  "big": 12345678901234567890,\n  "one": 1.0,\n  "text": "a, {b}: \\"c\\" \\u00e9"\n}',
  )
})

test('writes any JSON as JSON.stringify with two spaces does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
    }),
  )
})

test('shows a text that was cut', () => {
  expect(indentJson('{"a":1,"b":"c…')).toContain('"a": 1,\n  ')
})
