import { COMMON_PASSWORDS } from './common-passwords'

/** NIST SP 800-63B, 3.1.1.2: length is what counts. 12: for who has no second factor it is all there is. */
export const PASSWORD_MIN = 12
/** 128: any passphrase, and a bound on the work of hashing it. */
export const PASSWORD_MAX = 128

/** Fewer different characters than this are a pattern, as `aaaabbbbaaaa`. */
const DIFFERENT_MIN = 5

/**
 * Why a password is refused, in a sentence for its owner; null when it is accepted. Refuses what guessers try
 * first (NIST SP 800-63B): short ones, common ones with digits or signs around, repetitions, rows of
 * characters, and words of the account. Asks for no kinds of characters.
 * @param about texts that a guesser knows: the e-mail address, the person's and the merchant's name
 */
export function passwordProblem(password: string, about: readonly string[]): string | null {
  const length = [...password].length
  if (length < PASSWORD_MIN) return `Use at least ${PASSWORD_MIN} characters.`
  if (length > PASSWORD_MAX) return `Use at most ${PASSWORD_MAX} characters.`
  const plain = password.normalize('NFKC').toLowerCase()
  if (new Set(plain).size < DIFFERENT_MIN || isRow(plain))
    return 'This is a pattern that guessers try. Use several words that do not belong together.'
  const core = plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const forms = [plain, core, unitOf(plain), unitOf(core)]
  if (forms.some((form) => COMMON_PASSWORDS.has(form)))
    return 'This is one of the commonest passwords, with a few characters around. Use several words that do not belong together.'
  if (wordsOf(about).some((word) => plain.replaceAll(word, '').length < length / 2))
    return 'This is mostly your name, your email address or your company. Use words that are not known about you.'
  return null
}

/** The text that is repeated, as `pass` in `passpasspass`; the text itself when nothing is. */
function unitOf(text: string): string {
  const at = `${text}${text}`.indexOf(text, 1)
  return text.slice(0, at)
}

/** True for `abcdefghijkl` and `987654321098`. */
function isRow(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  const steps = codes.slice(1).map((code, i) => code - (codes[i] ?? 0))
  // From 9 to 0 and back is a step as well.
  return [1, -1].some((step) => steps.every((one) => one === step || one === -9 * step))
}

/** Words of four characters and more; `payonce` is one on every installation. */
function wordsOf(about: readonly string[]): string[] {
  const words = ['payonce', ...about].flatMap((text) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
  )
  return words.filter((word) => word.length >= 4)
}
