import { type Currency, EXPONENTS, isCurrency } from './money'

/** An amount that a text may mean, in minor units. */
export interface AmountReading {
  currency: Currency
  minor: bigint
}

const CURRENCIES = Object.keys(EXPONENTS) as Currency[]
/** A number with groups of three, and with a decimal point or comma; between them a currency's code or sign, before or after. */
const SHAPE = /^([^\d.,\s]*)\s*(\d[\d.,\s\u00a0\u202f'’]*)\s*([^\d.,\s]*)$/u
/** Digits before the point. More are no amount of ours. */
const WHOLE_MAX = 13

/**
 * Pure. What amounts a text may mean: `24.50`, `€24.50`, `24,50 EUR`, `1,234.50`. In every currency when it names none; none when it is no amount.
 * `1,234` is both a thousand and, where a currency has three decimals, a bit more than one.
 */
export function readAmountText(text: string): AmountReading[] {
  const match = SHAPE.exec(text.trim())
  if (!match) return []
  const [, before = '', number = '', after = ''] = match
  if (before !== '' && after !== '') return []
  const readings = readNumber(number.trim())
  return currenciesNamed(before + after).flatMap((currency) =>
    readings.flatMap((reading) => minorOf(reading, currency) ?? []).map((minor) => ({ currency, minor })),
  )
}

interface NumberReading {
  whole: string
  fraction: string
}

function readNumber(text: string): NumberReading[] {
  const plain = text.replace(/[\s\u00a0\u202f'’]/gu, '')
  if (/^\d+$/.test(plain)) return [{ whole: plain, fraction: '' }]
  const split = /^(\d+(?:([.,])\d{3}(?:\2\d{3})*)?)([.,])(\d{1,3})$/.exec(plain)
  // `1,234`, `1.234.567`: groups of thousands.
  const grouped = /^\d{1,3}([.,])\d{3}(?:\1\d{3})*$/.test(plain)
  return [
    ...(split && split[2] !== split[3]
      ? [{ whole: (split[1] ?? '').replace(/[.,]/g, ''), fraction: split[4] ?? '' }]
      : []),
    ...(grouped ? [{ whole: plain.replace(/[.,]/g, ''), fraction: '' }] : []),
  ]
}

function minorOf({ whole, fraction }: NumberReading, currency: Currency): bigint | null {
  const exponent = EXPONENTS[currency]
  if (fraction.length > exponent || whole.length > WHOLE_MAX) return null
  const minor = BigInt(whole + fraction.padEnd(exponent, '0'))
  return minor > 0n ? minor : null
}

function currenciesNamed(name: string): Currency[] {
  if (name === '') return CURRENCIES
  const code = name.toUpperCase()
  return isCurrency(code) ? [code] : CURRENCIES.filter((currency) => signsOf(currency).has(name))
}

/** `$` and `CA$` of Canadian dollars. */
function signsOf(currency: Currency): Set<string> {
  const sign = (currencyDisplay: 'symbol' | 'narrowSymbol') =>
    new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay })
      .formatToParts(0)
      .find(({ type }) => type === 'currency')?.value ?? currency
  return new Set([sign('symbol'), sign('narrowSymbol')])
}
