/** The command that makes a good secret: 256 random bits. */
export const NEW_SECRET = 'openssl rand -base64 32'

/** Characters. 32: 128 bits, even in hexadecimal. */
const LENGTH_MIN = 32
/**
 * Bits by the frequency of characters. 96: 32 random hexadecimal digits measure about 115, `ab` sixteen times
 * 32.
 */
const BITS_MIN = 96
/**
 * Share of three-character pieces that are unlike all others. 0.75: random text has nearly 1, a pattern told
 * four times 0.26.
 */
const FRESH_MIN = 0.75
/**
 * Share of neighbours of one kind (small, capital, digit). 0.85: random base64 has 0.36, hexadecimal 0.53,
 * words 1.
 */
const ALIKE_MAX = 0.85
/**
 * Words and keyboard rows that people put into secrets. The chance that random base64 has one is below 1 in
 * 100,000.
 */
const WORDS =
  /secret|passwo|change.?me|payonce|example|qwerty|letmein|sandbox|default|1q2w3e|qaz2ws|12345|01234/i

/**
 * Why a secret could be guessed; null when it looks random. No test knows chance from its result: this
 * refuses what people type (one character, a pattern, words), and takes what a generator makes.
 */
export function weaknessOf(secret: string): string | null {
  const text = secret.replace(/[^0-9A-Za-z]/g, '')
  if (secret.length < LENGTH_MIN) return `it has fewer than ${LENGTH_MIN} characters`
  if (bitsOf(text) < BITS_MIN) return 'it has too few different characters'
  if (freshShare(text) < FRESH_MIN) return 'it repeats a pattern'
  if (/\s/.test(secret) || alikeShare(text) > ALIKE_MAX || WORDS.test(secret)) return 'it is made of words'
  return null
}

/** Shannon's entropy of the characters, times their number. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((bits, count) => bits - count * Math.log2(count / text.length), 0)
}

function freshShare(text: string): number {
  const pieces = Array.from({ length: text.length - 2 }, (_, at) => text.slice(at, at + 3))
  return new Set(pieces).size / pieces.length
}

function alikeShare(text: string): number {
  const kinds = [...text].map((character) => (/\d/.test(character) ? 0 : /[a-z]/.test(character) ? 1 : 2))
  return kinds.filter((kind, at) => at > 0 && kind === kinds[at - 1]).length / (kinds.length - 1)
}
