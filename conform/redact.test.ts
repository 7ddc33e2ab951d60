import { expect, test } from 'vitest'
import { redactor } from './redact'

test.each<[string, Record<string, string>, string, string]>([
  ['the whole value', { authorization: 'Bearer sk_live_1' }, 'saw Bearer sk_live_1.', 'saw [redacted].'],
  [
    'the token alone',
    { authorization: 'Bearer sk_live_1' },
    'saw sk_live_1, twice: sk_live_1',
    'saw [redacted], twice: [redacted]',
  ],
  ['Basic, decoded', { authorization: `Basic ${btoa('sk_live_1:')}` }, 'user sk_live_1', 'user [redacted]'],
  [
    'a password',
    { authorization: `Basic ${btoa('me:letmein')}` },
    'me:letmein letmein',
    '[redacted] [redacted]',
  ],
  ['a cookie', { cookie: 'a=1; session="abcdef"' }, 'abcdef', '[redacted]'],
  [
    'what everybody sends stays',
    { 'Content-Type': 'application/json' },
    '415 application/json',
    '415 application/json',
  ],
  ['short words stay', { 'x-mode': 'test' }, 'a test', 'a test'],
  ['the longer one first', { 'x-a': 'secret', 'x-b': 'secret-and-more' }, 'secret-and-more', '[redacted]'],
])('%s', (_, headers, text, expected) => {
  expect(redactor([headers])(text)).toBe(expected)
})

test('of every account', () => {
  expect(redactor([{ authorization: 'first-1' }, { authorization: 'second-2' }])('first-1 second-2')).toBe(
    '[redacted] [redacted]',
  )
})
