import { type Currency, decimal, EXPONENTS, isCurrency } from './money'

/** 12 digits: more than any payment has before its decimals. */
const TYPED = /^(\d{1,12})(?:[.,](\d{1,3}))?$/

/**
 * An amount as a person types it, in minor units: `24`, `24.5`, `24,50`. Null for anything else, and for more decimals than the currency
 * has: a grouped `1,000` is never taken for one.
 */
export function minorOfText(text: string, currency: string): number | null {
  const [, whole = '', fraction = ''] = TYPED.exec(text.trim()) ?? []
  if (whole === '' || !isCurrency(currency)) return null
  const exponent = EXPONENTS[currency]
  if (fraction.length > exponent) return null
  // With three decimals `1,000` could mean both; a point says which.
  if (exponent === 3 && fraction.length === 3 && text.includes(',')) return null
  return Number(`${whole}${fraction.padEnd(exponent, '0')}`)
}

/** For the field: `2400` EUR → `24.00`. */
export function textOfMinor(minor: number, currency: string): string {
  return isCurrency(currency) ? decimal(BigInt(minor), currency as Currency) : String(minor)
}
