import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KEY_MAX, keyProblem } from './key'

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: KEY_MAX,
})
const elsewhere = fc
  .integer({ min: 0, max: 0xffff })
  .filter((code) => code < 0x20 || code > 0x7e)
  .map((code) => String.fromCharCode(code))

describe('keyProblem', () => {
  test.each([undefined, null, ''])('%j: the key is missing', (key) => {
    expect(keyProblem(key)).toMatchObject({ kind: 'key-missing' })
  })

  test.each([0, 7, true, {}, ['k'], Symbol.iterator])('%s is no string', (key) => {
    expect(keyProblem(key)).toMatchObject({ kind: 'key-invalid' })
  })

  test('255 characters are a key, 256 are not', () => {
    expect(keyProblem('k'.repeat(255))).toBeNull()
    expect(keyProblem('k'.repeat(256))).toMatchObject({
      kind: 'key-invalid',
      detail: 'The key has 256 characters; the maximum is 255.',
    })
  })

  test('any printable ASCII is a key', () => {
    fc.assert(fc.property(printable, (key) => keyProblem(key) === null))
  })

  test('F56 one character beyond printable ASCII, anywhere, makes it none', () => {
    fc.assert(
      fc.property(printable, elsewhere, printable, (before, character, after) => {
        expect(keyProblem(`${before.slice(0, 100)}${character}${after.slice(0, 100)}`)).toMatchObject({
          kind: 'key-invalid',
        })
      }),
    )
  })

  test.each([
    'key\r\nSet-Cookie: a=b',
    'key\n',
    '\nkey',
    'key\u0000',
    'key\u001f',
    'key\u007f',
    'schlüssel',
    'clé',
    '🔑',
    'k\u2028',
  ])('F56 %j is refused', (key) => {
    expect(keyProblem(key)).toMatchObject({ kind: 'key-invalid' })
  })

  test('no problem repeats the key: it may be a secret, or a card number', () => {
    for (const key of ['4242424242424242\n', `canary${'x'.repeat(300)}`])
      expect(JSON.stringify(keyProblem(key))).not.toMatch(/4242|canary/)
  })
})
