/** An amount of money. `minor` counts the currency's smallest unit (cents, yen, fils): an integer, never a float. */
export interface Money {
  minor: bigint
  currency: Currency
}

/** Decimals of each accepted currency (ISO 4217). A currency that is not listed is refused. */
export const EXPONENTS = {
  AUD: 2,
  BHD: 3,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLP: 0,
  CNY: 2,
  CZK: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 2,
  ILS: 2,
  INR: 2,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  MXN: 2,
  MYR: 2,
  NOK: 2,
  NZD: 2,
  OMR: 3,
  PHP: 2,
  PLN: 2,
  RON: 2,
  SAR: 2,
  SEK: 2,
  SGD: 2,
  THB: 2,
  TND: 3,
  TRY: 2,
  TWD: 2,
  UGX: 0,
  USD: 2,
  VND: 0,
  XOF: 0,
  ZAR: 2,
} as const

export type Currency = keyof typeof EXPONENTS

/**
 * The largest amount of one payment, and so of an order and of a price: 10^12 minor units, ten billion dollars or a
 * trillion yen. No card pays as much, and the sum of 9,000 such payments is still exact in JSON. The database refuses
 * more by itself (`prisma/migrations/0013_bounds`). Rows from before may hold up to `MAX_MINOR`.
 */
export const MAX_PAYMENT_MINOR = 1_000_000_000_000n

/** The largest amount that JSON carries without loss, 2^53 − 1 minor units. */
export const MAX_MINOR = BigInt(Number.MAX_SAFE_INTEGER)

/** An amount for each currency, in its own minor unit: `byCurrency` where it names one, else `other`. */
export interface MinorByCurrency {
  other: number
  byCurrency: Partial<Record<Currency, number>>
}

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(EXPONENTS, code)
}

/** `2400n` EUR → `"24.00"`: exact, for `Intl.NumberFormat`, which takes decimal strings of any length. */
export function decimal(minor: bigint, currency: Currency): string {
  const exponent = EXPONENTS[currency]
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const fraction = digits.slice(digits.length - exponent)
  return `${minor < 0n ? '-' : ''}${whole}${exponent > 0 ? `.${fraction}` : ''}`
}

/** For people: `€24.00`, with U+2212 as the minus sign. @param locale a language tag */
export function formatMoney(minor: bigint | number | string, currency: string, locale = 'en'): string {
  if (!isCurrency(currency)) return `${minor} ${currency}`
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: EXPONENTS[currency],
    maximumFractionDigits: EXPONENTS[currency],
  })
  return together(
    format.format(decimal(BigInt(minor), currency) as Intl.StringNumericLiteral).replace('-', '\u2212'),
  )
}

/** In right-to-left text the last sign of `JP¥` or `CA$` would jump before its letters (`¥JP`): a left-to-right mark keeps it there. */
function together(text: string): string {
  return text.includes('\u200f') ? text.replace(/[A-Z]+\p{Sc}/u, '$&\u200e') : text
}
