import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type IdPrefix, readId, showId, uuidv7 } from './id'

const PREFIXES: IdPrefix[] = ['pay', 'ord', 'txn', 'acc', 'att', 'evt', 'mer', 'ref', 'key']
const millis = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const chance = fc.uint8Array({ minLength: 10, maxLength: 10 })

describe('uuidv7', () => {
  test('has the bits of RFC 9562: the time first, then version 7 and variant 10', () => {
    expect(uuidv7(0x017f22e279b0, new Uint8Array(10))).toBe('017f22e2-79b0-7000-8000-000000000000')
    expect(uuidv7(0x017f22e279b0, new Uint8Array(10).fill(0xff))).toBe('017f22e2-79b0-7fff-bfff-ffffffffffff')
  })

  test('keeps the time and 74 bits of chance, whatever they are', () => {
    fc.assert(
      fc.property(millis, chance, (ms, random) => {
        const id = uuidv7(ms, random)
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(ms)
        expect(id.slice(-15).replace('-', '')).toBe(Buffer.from(random.slice(3)).toString('hex'))
      }),
    )
  })

  test('sorts by its time, as text does', () => {
    fc.assert(
      fc.property(millis, millis, chance, chance, (a, b, first, second) => {
        fc.pre(a !== b)
        expect(uuidv7(a, first) < uuidv7(b, second)).toBe(a < b)
      }),
    )
  })

  test('is new each time, within one millisecond too', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => uuidv7(1_700_000_000_000)))).toHaveLength(10_000)
  })
})

describe('a shown id', () => {
  test('reads back as the id it shows, under its own prefix only', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PREFIXES),
        fc.constantFrom(...PREFIXES),
        fc.uuid(),
        (prefix, other, uuid) => {
          expect(readId(prefix, showId(prefix, uuid))).toBe(uuid)
          if (other !== prefix) expect(readId(other, showId(prefix, uuid))).toBeNull()
        },
      ),
    )
  })

  test.each([
    '',
    'pay_',
    'pay_018F0000000070008000000000000000',
    'pay_018f000000007000800000000000000',
    'pay_018f00000000700080000000000000000',
    'pay_018f0000-0000-7000-8000-000000000000',
    'pay_018f0000000070008000000000000000\n',
    ' pay_018f0000000070008000000000000000',
    'xpay_018f0000000070008000000000000000',
    "pay_018f00000000700080000000000000'--",
  ])('%j is no id of ours', (shown) => {
    expect(readId('pay', shown)).toBeNull()
  })

  test('nothing but 32 lower-case hexadecimal digits after the prefix is read', () => {
    const nearly = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF-_g\n'), minLength: 31, maxLength: 33 }),
    )
    fc.assert(
      fc.property(nearly, (text) => {
        expect(readId('pay', `pay_${text}`) !== null).toBe(
          text.length === 32 && /^[0-9a-f]+$/.test(text) && !text.includes('\n'),
        )
      }),
    )
  })
})
