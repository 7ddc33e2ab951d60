/**
 * 13 to 19 digits, alone or in groups, that are not part of a longer word: ids and keys are hexadecimal words, card numbers are not. A full
 * stop that is followed by a word joins them, as in a decimal number; one that ends a sentence does not.
 */
const CANDIDATE = /(?<![\w-]|\w\.)[2-6]\d(?:[ -]?\d){11,17}(?![\w-]|\.\w)/g

/** True when a text contains a run of digits that passes the Luhn check, and so looks like a card number. */
export function holdsCardNumber(text: string): boolean {
  return (text.match(CANDIDATE) ?? []).some((found) => passesLuhn(found.replaceAll(/\D/g, '')))
}

/** True when a string or number in a value contains a card number. Depth: 20 levels, more than any body of ours has. */
export function carriesCardNumber(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return holdsCardNumber(value)
  if (typeof value === 'number' || typeof value === 'bigint') return holdsCardNumber(value.toString())
  if (typeof value !== 'object' || value === null || depth > 20) return false
  return Object.entries(value).some(
    ([name, inner]) => holdsCardNumber(name) || carriesCardNumber(inner, depth + 1),
  )
}

/** The Luhn check (ISO/IEC 7812-1): the last digit is the check digit of the others. */
export function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return digits.length > 0 && sum % 10 === 0
}
