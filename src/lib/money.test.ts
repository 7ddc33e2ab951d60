import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Currency, decimal, EXPONENTS, formatMoney, isCurrency, MAX_MINOR } from './money'

const BIGINT_MAX = 2n ** 63n - 1n
const minors = fc.bigInt({ min: -BIGINT_MAX, max: BIGINT_MAX })
const currencies = fc.constantFrom(...(Object.keys(EXPONENTS) as Currency[]))

/** Another way to the number: by the places of its digits. */
function parse(text: string): { minor: bigint; exponent: number } {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) as unknown as [
    string,
    string,
    string,
    string?,
  ]
  return { minor: BigInt(`${sign}${whole}${fraction}`), exponent: fraction.length }
}

describe('decimal', () => {
  test.each<[bigint, Currency, string]>([
    [2_400n, 'EUR', '24.00'],
    [5n, 'EUR', '0.05'],
    [0n, 'EUR', '0.00'],
    [-5n, 'EUR', '-0.05'],
    [2_400n, 'JPY', '2400'],
    [0n, 'JPY', '0'],
    [12_500n, 'KWD', '12.500'],
    [1n, 'KWD', '0.001'],
    [BIGINT_MAX, 'EUR', '92233720368547758.07'],
    [BIGINT_MAX, 'JPY', '9223372036854775807'],
    [BIGINT_MAX, 'KWD', '9223372036854775.807'],
    [-BIGINT_MAX, 'EUR', '-92233720368547758.07'],
  ])('%d %s is %s', (minor, currency, text) => {
    expect(decimal(minor, currency)).toBe(text)
  })

  test('F90 loses nothing up to 2^63 − 1, with the decimals of each currency', () => {
    fc.assert(
      fc.property(minors, currencies, (minor, currency) => {
        expect(parse(decimal(minor, currency))).toEqual({ minor, exponent: EXPONENTS[currency] })
      }),
    )
  })
})

describe('formatMoney', () => {
  test.each<[bigint | number, string, string]>([
    [2_400n, 'EUR', '€24.00'],
    [2_400, 'EUR', '€24.00'],
    [-2_400n, 'EUR', '\u2212€24.00'],
    [2_400n, 'JPY', '¥2,400'],
    [12_500n, 'KWD', 'KWD\u00a012.500'],
    [BIGINT_MAX, 'EUR', '€92,233,720,368,547,758.07'],
    [100n, 'ISK', 'ISK\u00a0100'],
    [5n, 'XXX', '5 XXX'],
  ])('%s %s reads %s', (minor, currency, text) => {
    expect(formatMoney(minor, currency)).toBe(text)
  })

  test.each<[bigint, string, string]>([
    [2_400n, 'EUR', '\u200f24.00\u00a0€'],
    [2_400n, 'JPY', '\u200f2,400\u00a0JP¥\u200e'],
    [2_400n, 'CAD', '\u200f24.00\u00a0CA$\u200e'],
    [12_500n, 'KWD', '\u200f12.500\u00a0د.ك.\u200f'],
    [-2_400n, 'EUR', '\u200f\u200e\u221224.00\u00a0€'],
    [BIGINT_MAX, 'EUR', '\u200f92,233,720,368,547,758.07\u00a0€'],
    [5n, 'XXX', '5 XXX'],
  ])('in Arabic, with Latin digits, %s %s reads %s', (minor, currency, text) => {
    expect(formatMoney(minor, currency, 'ar-u-nu-latn')).toBe(text)
  })

  test.each(['en', 'ar-u-nu-latn'])('F90 shows every digit of any amount (%s)', (locale) => {
    fc.assert(
      fc.property(minors, currencies, (minor, currency) => {
        const digits = formatMoney(minor, currency, locale).replace(/\D/g, '').replace(/^0+/, '')
        expect(digits).toBe(minor === 0n ? '' : (minor < 0n ? -minor : minor).toString())
      }),
    )
  })

  test('refuses half a cent rather than round it', () => {
    expect(() => formatMoney(1.5, 'EUR')).toThrow(RangeError)
  })
})

describe('currencies', () => {
  test('L1 each has the decimals of ISO 4217, as Intl knows them', () => {
    const shownOtherwise = new Set<string>()
    for (const currency of Object.keys(EXPONENTS) as Currency[]) {
      const { maximumFractionDigits } = new Intl.NumberFormat('en', {
        style: 'currency',
        currency,
      }).resolvedOptions()
      if (maximumFractionDigits !== EXPONENTS[currency]) shownOtherwise.add(currency)
    }
    // The forint: ISO 4217 has two decimals, people show none.
    expect([...shownOtherwise]).toEqual(['HUF'])
  })

  test.each(['eur', 'EURO', 'XXX', '', 'toString', '__proto__', 'constructor'])(
    '%j is not accepted',
    (code) => {
      expect(isCurrency(code)).toBe(false)
    },
  )

  test('the largest amount is the largest that JSON carries without loss', () => {
    expect(JSON.parse(MAX_MINOR.toString())).toBe(9_007_199_254_740_991)
    expect(BigInt(JSON.parse((MAX_MINOR + 2n).toString()))).not.toBe(MAX_MINOR + 2n)
  })
})
