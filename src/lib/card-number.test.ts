import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { recordId } from '@payonce/idempotency'
import { mintKey } from '@payonce/idempotency/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
  ['Mir', '2200000000000053'],
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
      fc.property(fc.stringMatching(/^(4\d{14}|5[1-5]\d{13}|37\d{12}|6011\d{11}|62\d{13})$/), (start) => {
        const found = Array.from({ length: 10 }, (_, digit) => `${start}${digit}`).filter(holdsCardNumber)
        expect(found).toHaveLength(1)
      }),
    )
  })

  const digitsFrom = (zero: number) => (digits: string) =>
    [...digits].map((digit) => String.fromCodePoint(zero + Number(digit))).join('')
  const circledFrom = (one: number, zero: string) => (digits: string) =>
    [...digits]
      .map((digit) => (digit === '0' ? zero : String.fromCodePoint(one + Number(digit) - 1)))
      .join('')
  const SCRIPTS: Record<string, (digits: string) => string> = {
    plain: (digits) => digits,
    'full-width': digitsFrom(0xff10),
    'Arabic-Indic': digitsFrom(0x0660),
    Persian: digitsFrom(0x06f0),
    Devanagari: digitsFrom(0x0966),
    Bengali: digitsFrom(0x09e6),
    'mathematical bold': digitsFrom(0x1d7ce),
    circled: circledFrom(0x2460, '\u24ea'),
    'doubly circled': circledFrom(0x24f5, '\u24ff'),
    'white in black circles': circledFrom(0x2776, '\u24ff'),
    'circled sans-serif': circledFrom(0x2780, '\u{1f10b}'),
    'white in black circles, sans-serif': circledFrom(0x278a, '\u{1f10c}'),
  }
  const SEPARATORS = [
    '',
    ' ',
    '  ',
    '-',
    '–',
    '.',
    '/',
    '_',
    '\n',
    '\r\n',
    '\t',
    '\u00a0',
    '\u200b',
    '\u2060',
    '\ufeff',
    '·',
    '•',
    '|',
    ',',
    ' - ',
    '\ufe0f\u20e3',
    '\u00ad',
  ]
  const AROUND = ['', 'PAN', 'x', 'k-', 'card:', 'Nr.', '(', '\u202e', 'カード', '_']

  test('is found in digits of any script, with any separators, alone or inside a word', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CARDS),
        fc.constantFrom(...Object.values(SCRIPTS)),
        fc.array(fc.constantFrom(...SEPARATORS), { minLength: 18, maxLength: 18 }),
        fc.constantFrom(...AROUND),
        fc.constantFrom(...AROUND),
        ([, digits], script, separators, before, after) => {
          const number = [...script(digits)]
            .map((digit, index) => `${digit}${separators[index] ?? ''}`)
            .join('')
          expect(holdsCardNumber(`${before}${number}${after}`), `${before}${number}${after}`).toBe(true)
        },
      ),
      { numRuns: 500 },
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
    ['a telephone number of 13 digits', '+4917232893025'],
    ['the same in groups', '+49 (172) 3289-3025'],
    ['a reference of a date', '2026-300383-4975'],
    ['a time with microseconds', '2026-11-24T12:00:00.123456Z'],
    ['an ObjectId', '4507711825752f5b5e484e1c'],
    ['a span id', '9d38543072997773'],
    ['a UUID inside a sentence', 'order 42424242-4242-4424-8242-424242424242 of 2026'],
    ['nothing', ''],
  ])('%s is none', (_, text) => {
    expect(holdsCardNumber(text)).toBe(false)
  })
})

const random = (letters: string, length: number) =>
  Array.from({ length }, () => letters[randomInt(letters.length)]).join('')

describe('what is no card number', () => {
  const TIMES = 20_000
  test.each<[string, () => string]>([
    ['random UUIDs', randomUUID],
    ['UUIDs without dashes', () => randomUUID().replaceAll('-', '')],
    ['ULIDs', () => `01K${random('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 23)}`],
    ['nanoids', () => random('useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict', 21)],
    ['ObjectIds', () => randomBytes(12).toString('hex')],
    ['digests', () => randomBytes(32).toString('hex')],
    ['references of a date and a number', () => `2026-${random('0123456789', 6)}-${random('0123456789', 4)}`],
    ['times', () => new Date(Date.UTC(2020, 0) + randomInt(2 ** 40)).toISOString()],
    ['milliseconds', () => String(Date.UTC(2020, 0) + randomInt(2 ** 38))],
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
