import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashOf, hintOf, newToken, readToken } from './token'

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
const mode = fc.constantFrom('test' as const, 'live' as const)

describe('a token', () => {
  test('says what it is for, holds 256 bits of chance and ends in a checksum', () => {
    expect(newToken('test', new Uint8Array(32))).toMatch(/^sk_test_0{43}[0-9A-Za-z]{6}$/)
    expect(newToken('live', new Uint8Array(32).fill(255))).toMatch(/^sk_live_[0-9A-Za-z]{49}$/)
    expect(newToken('test')).not.toBe(newToken('test'))
  })

  test('any of ours is read back, and others never share its secret', () => {
    fc.assert(
      fc.property(bytes, bytes, mode, (one, other, of) => {
        const token = newToken(of, one)
        expect(readToken(token)).toEqual({ mode: of, hash: hashOf(token) })
        if (Buffer.compare(one, other) !== 0) expect(newToken(of, other)).not.toBe(token)
      }),
    )
  })

  test('one with a wrong character is refused without looking it up', () => {
    fc.assert(
      fc.property(bytes, fc.nat(48), fc.nat(61), (random, place, digit) => {
        const token = newToken('test', random)
        const at = 8 + place
        const wrong =
          token.slice(0, at) +
          '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'[digit] +
          token.slice(at + 1)
        if (wrong !== token) expect(readToken(wrong)).toBeNull()
      }),
    )
  })

  test.each([
    '',
    'sk_test_',
    'sk_test_abc',
    'pk_test_x',
    'Bearer x',
    `sk_prod_${'0'.repeat(49)}`,
    `sk_test_${'0'.repeat(49)}`,
    `${newToken('test')} `,
    `${newToken('test')}0`,
  ])('"%s" is none', (text) => {
    expect(readToken(text)).toBeNull()
  })

  test('of a test token no live one can be made by renaming it', () => {
    expect(readToken(newToken('test').replace('sk_test_', 'sk_live_'))).toBeNull()
  })

  test('its hint gives nothing away', () => {
    const token = newToken('test')
    expect(hintOf(token)).toBe(`sk_test_…${token.slice(-4)}`)
  })
})
