import fc from 'fast-check'
import { serializeItem } from 'structured-headers'
import { describe, expect, test } from 'vitest'
import { readKey } from './key-header'

const kindOf = (header: string | null | undefined) => {
  const read = readKey(header)
  return 'problem' in read ? read.problem.kind : read.key
}

describe('K1 the key in the header', () => {
  test.each<[string, string, string]>([
    ['a bare word', 'abc123', 'abc123'],
    ['a bare UUID', '8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['every bare character', 'a.b_c:d~e+f/g=h-i', 'a.b_c:d~e+f/g=h-i'],
    ['a quoted string', '"abc123"', 'abc123'],
    ['a quoted string with a space', '"order 7, second try"', 'order 7, second try'],
    ['an escaped quote and backslash', '"a\\"b\\\\c"', 'a"b\\c'],
    ['space around it', '  "abc123"  ', 'abc123'],
    ['one character', 'a', 'a'],
    ['255 characters', 'k'.repeat(255), 'k'.repeat(255)],
    ['255 quoted characters', `"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ])('%s is taken', (_, header, key) => {
    expect(readKey(header)).toEqual({ key })
  })

  test('F57 quoted and bare are one key', () => {
    expect(readKey('"abc123"')).toEqual(readKey('abc123'))
  })

  test.each<[string, string | null | undefined]>([
    ['no header', undefined],
    ['null', null],
    ['an empty one', ''],
    ['only space', '   '],
  ])('%s is missing', (_, header) => {
    expect(kindOf(header)).toBe('key-missing')
  })

  test.each<[string, string]>([
    ['F58 the header sent twice', 'abc, abc'],
    ['the quoted header sent twice', '"abc", "abc"'],
    ['an empty string', '""'],
    ['parameters', '"abc";v=1'],
    ['a list', '("abc" "def")'],
    ['an open quote', '"abc'],
    ['text after the string', '"abc"def'],
    ['an escape that is none', '"a\\nb"'],
    ['a byte sequence', ':aGVsbG8=:'],
    ['a boolean', '?1'],
    ['a date', '@1659578233'],
    ['a display string', '%"abc"'],
    ['a bare value with a space', 'abc def'],
    ['a bare value in other letters', 'schlüssel'],
    ['other letters in quotes', '"schlüssel"'],
    ['a control character', 'abc\u0001'],
    ['a control character in quotes', '"abc\u0007"'],
    ['CRLF', 'abc\r\nX-Other: 1'],
    ['DEL', '"abc\u007f"'],
    ['a token that begins with a star', '*abc'],
    ['256 characters', 'k'.repeat(256)],
    ['256 quoted characters', `"${'k'.repeat(256)}"`],
    ['a single quote', "'abc'"],
  ])('%s is not valid', (_, header) => {
    expect(kindOf(header)).toBe('key-invalid')
  })

  test('every String of RFC 9651 is read as that string', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    })
    fc.assert(fc.property(text, (key) => void expect(readKey(serializeItem(key))).toEqual({ key })))
  })

  test('F56 any text is read or refused, never thrown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (header) => {
        const read = readKey(header)
        if ('key' in read) expect(read.key).toMatch(/^[\x20-\x7e]{1,255}$/)
        else expect(['key-missing', 'key-invalid']).toContain(read.problem.kind)
      }),
    )
  })
})
