import { randomBytes } from 'node:crypto'
import { hashOf } from './token'

/** Crockford's base 32: no I, L, O or U, which people take for other digits or read as words. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 16 digits of 5 bits each: 80 bits, so that an unsalted hash tells nobody the code. */
const LENGTH = 16
/** 10: as many as people print on a card, and enough until new ones are made. */
const COUNT = 10

/** New recovery codes, as people read them: `4F7K-0QWE-93MN-X2TB`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: COUNT }, () => {
    // 256 is a multiple of 32: each digit is equally likely.
    const digits = [...randomBytes(LENGTH)].map((byte) => DIGITS[byte % 32])
    return (digits.join('').match(/.{4}/g) ?? []).join('-')
  })
}

/** The stored form of a code, however it was typed; null when it cannot be one. */
export function recoveryCodeHash(typed: string): string | null {
  const digits = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  const known = digits.length === LENGTH && [...digits].every((digit) => DIGITS.includes(digit))
  return known ? hashOf(digits) : null
}
