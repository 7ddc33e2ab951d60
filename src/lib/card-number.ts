/**
 * True when a text contains a card number, in any spelling: digits of any script, alone or inside a word, with up to 5 separators between
 * two of them (spaces, punctuation, symbols, marks that nobody sees), with the first digits and the length of a card that is issued, and
 * passing the Luhn check. The invariant `no_card_number` (`prisma/migrations/0013_bounds`) finds the plain spellings among them, in digits
 * that stand alone or in groups: it never blames a text that was let in.
 *
 * Not looked at: our own ids and UUIDs, wherever they stand, and words of 16, 24, 32, 40, 48, 56 or 64 hexadecimal digits with a letter
 * among them (digests, random ids, ObjectIds). Taken wrongly, of 1,000,000 each: none of UUIDs, ULIDs, nanoids, hexadecimal ids, RFC 3339
 * times, milliseconds, our ids, keys and tokens. Of mere numbers of 16 digits, 4 in 100 are refused: 4 in 10 begin like a card, and
 * one in ten passes the Luhn check.
 */
export function holdsCardNumber(text: string): boolean {
  if (!DIGITS_ENOUGH.test(text)) return false
  if (standsIn(text)) return true
  // ASCII is the same in NFKC, and has no other digits.
  return !ASCII.test(text) && standsIn(asciiDigits(text.normalize('NFKC')))
}

/** Text of ASCII alone. */
const ASCII = /^[\0-\x7f]*$/

function standsIn(text: string): boolean {
  const numbers = text.replaceAll(IDS, 'x').replaceAll(PHONE, 'x').match(NUMBER) ?? []
  return numbers.some((number) => holdsIssued(number.match(/\d+/g) ?? []))
}

/** 13 characters that are digits or become such: the sieve for nearly all texts. */
const DIGITS_ENOUGH = /(?:\p{N}\P{N}*){13}/u

/** Our own ids, UUIDs, and hexadecimal words. */
const IDS =
  /(?<![\p{L}\p{N}])(?:[a-z]{3}_)?(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=\d*[a-f])(?:[0-9a-f]{8}){2,8})(?![\p{L}\p{N}])/giu

/** A telephone number of 13 digits after a plus (E.164), such as most mobile numbers of Germany: it would be an old Visa number. */
const PHONE = /(?<![^\s(:])\+(?:[ ()./-]{0,2}\d){13}(?![ ()./-]{0,2}\d)/g

/** Digits, and what may stand between two digits of one number. */
const NUMBER = /\d(?:[\s\p{P}\p{S}\p{Z}\p{C}\p{M}]{0,5}\d){12,}/gu

/** First digits and lengths of the brands' cards (ISO/IEC 7812, as the brands publish them). */
const ISSUED =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|220[0-4]\d{12,15}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|3(?:09|[689]\d)\d{13,16}|35(?:2[89]|[3-8]\d)\d{12,15}|6(?:011|5\d\d|4[4-9]\d|2\d\d)\d{12,15}|(?:5[0678]|6\d)\d{11,17})$/

/** True when some groups of digits in a row make a card number. A group is never cut: a part of a longer number is none. */
function holdsIssued(groups: readonly string[]): boolean {
  return groups.some((_, first) => {
    let digits = ''
    for (const group of groups.slice(first, first + 19)) {
      digits += group
      if (digits.length > 19) return false
      if (ISSUED.test(digits) && passesLuhn(digits)) return true
    }
    return false
  })
}

/** Circled digits that NFKC leaves as they are (Unicode's Numeric_Type=Digit), each series from one to nine, and their zeros. */
const CIRCLED_ONES = [0x24f5, 0x2776, 0x2780, 0x278a]
const CIRCLED_ZEROS = ['\u24ff', '\u{1f10b}', '\u{1f10c}']
const OTHER_DIGITS =
  /(?![0-9])[\p{Nd}\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{1f10b}\u{1f10c}]/gu

/** Digits of every script as `0` to `9`. Unicode keeps the ten digits of a script in a row, from zero. */
function asciiDigits(text: string): string {
  return text.replaceAll(OTHER_DIGITS, (digit) => {
    const code = digit.codePointAt(0) as number
    const one = CIRCLED_ONES.find((first) => code >= first && code < first + 9)
    if (one !== undefined) return String(code - one + 1)
    if (CIRCLED_ZEROS.includes(digit)) return '0'
    let zero = code
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
    return String((code - zero) % 10)
  })
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
