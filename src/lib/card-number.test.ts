import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mintKey } from '@/idempotency/client/key'
import { recordId } from '@/idempotency/core/fingerprint'
import { carriesCardNumber, holdsCardNumber } from './card-number'
import { showId, uuidv7 } from './id'

/** The card brands' own published test numbers. */
const CARDS = [
  ['Visa', '4242424242424242'],
  ['Visa of 13 digits', '4222222222222'],
  ['Visa of 19 digits', '4000000000000000006'],
  ['Mastercard', '5555555555554444'],
  ['Mastercard of the 2 series', '2223003122003222'],
  ['American Express', '378282246310005'],
  ['Diners', '30569309025904'],
  ['Discover', '6011111111111117'],
  ['JCB', '3566002020360505'],
  ['UnionPay', '6200000000000005'],
] as const

const groups = (digits: string, separator: string) => digits.match(/.{1,4}/g)?.join(separator) ?? ''

describe('a card number', () => {
  test.each(CARDS)('%s is found bare, with spaces, with dashes, and inside a sentence', (_, digits) => {
    const inside = [digits, groups(digits, ' '), groups(digits, '-')].flatMap((number) => [
      number,
      `my card is ${number} thanks`,
      `my card is ${number}.`,
      `Really: ${number}, yes.`,
      `card:${number}`,
      `"${number}"`,
      `(${number})`,
      `a\n${number}\nb`,
    ])
    for (const text of inside) expect(holdsCardNumber(text), text).toBe(true)
  })

  test('is found by its check digit: of ten numbers that differ in the last digit, one is a card number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[2-6]\d{11,17}$/), (start) => {
        const found = Array.from({ length: 10 }, (_, digit) => `${start}${digit}`).filter(holdsCardNumber)
        expect(found).toHaveLength(1)
      }),
    )
  })

  test('is found with one digit wrong never', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.integer({ min: 1, max: 9 }), (at, shift) => {
        const digits = [...'4242424242424242']
        digits[at] = String((Number(digits[at]) + shift) % 10)
        expect(holdsCardNumber(digits.join(''))).toBe(false)
      }),
    )
  })

  test.each([
    ['too short', '424242424242'],
    ['too long', '42424242424242424242'],
    ['of another first digit', '1111111111111117'],
    ['a part of a longer number', '424242424242424242424242'],
    ['a time in milliseconds', '1700000000000'],
    ['an amount with decimals', '4242424242424242.50'],
    ['nothing', ''],
  ])('%s is none', (_, text) => {
    expect(holdsCardNumber(text)).toBe(false)
  })
})

describe('what is no card number', () => {
  const TIMES = 20_000
  test.each<[string, () => string]>([
    ['random UUIDs', randomUUID],
    ['the keys of our pages', () => mintKey()],
    [
      'the keys of our pages without a secure context',
      () => mintKey({ getRandomValues: crypto.getRandomValues.bind(crypto) }),
    ],
    ['our row ids', () => uuidv7()],
    ['our shown ids', () => showId('pay', uuidv7())],
    [
      'our record ids',
      () => recordId({ merchantId: uuidv7(), actor: 'shopper:x' }, 'checkout.pay', randomUUID()),
    ],
    ['our receipt tokens', () => randomBytes(24).toString('base64url')],
  ])(`%s, ${TIMES} of them, are never taken for one`, (_, make) => {
    const taken = Array.from({ length: TIMES }, make).filter(holdsCardNumber)
    expect(taken).toEqual([])
  })

  test('a UUID that happens to have digits only is none either', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[2-6]\d{7}-\d{4}-4\d{3}-[89]\d{3}-\d{12}$/), (uuid) => {
        expect(holdsCardNumber(uuid)).toBe(false)
      }),
    )
  })
})

describe('a value', () => {
  test.each<[string, unknown]>([
    ['a text', '4242 4242 4242 4242'],
    ['a number', 4242424242424242],
    ['a bigint', 4242424242424242n],
    ['a field', { note: 'card 4242424242424242' }],
    ['a list in a list', [[['5555-5555-5555-4444']]]],
    ['the name of a field', { '4242424242424242': true }],
    ['a deep field', { a: { b: { c: [{ d: '378282246310005' }] } } }],
  ])('is searched: %s', (_, value) => {
    expect(carriesCardNumber(value)).toBe(true)
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    [
      'a payment',
      {
        orderId: 'ord_018f0000000070008000000000000000',
        version: 1,
        paymentMethod: 'pm_card_visa',
        key: randomUUID(),
      },
    ],
    ['yes', true],
  ])('without one passes: %s', (_, value) => {
    expect(carriesCardNumber(value)).toBe(false)
  })

  test('that refers to itself ends the search', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    expect(carriesCardNumber(loop)).toBe(false)
  })
})
