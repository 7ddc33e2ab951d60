import { passesLuhn } from '@/lib/card-number'

/** Stands where a secret stood. */
export const REMOVED = '[removed]'

/**
 * 16 KiB of one string are written: more than any message or stack needs, and no caller fills the disk with
 * one line.
 */
const STRING_MAX = 16 * 1024
/** 64 KiB of one string are looked at: the largest body that the server reads. */
const READ_MAX = 64 * 1024

/** Names of fields and parameters whose value is never written, in lower case and without `-` and `_`. */
const SECRET_NAMES = new Set([
  'apikey',
  'authorization',
  'cardnumber',
  'clientsecret',
  'cookie',
  'customeremail',
  'cvc',
  'cvv',
  'databaseurl',
  'email',
  'idempotencykey',
  'key',
  'leasetoken',
  'pan',
  'password',
  'secret',
  'sessiontoken',
  'setcookie',
  'token',
])
const NAMES =
  '(?:password|passwd|secret|token|api[-_]?key|idempotency[-_]?key|session|signature|card[-_]?number|cvc|cvv)'
const QUOTED = '"[^"\\n]{0,999}"|\'[^\'\\n]{0,999}\'|`[^`\\n]{0,999}`'

/**
 * What a secret looks like in a sentence. Each pattern reads a text once, with bounded repetition, so that no
 * text makes it slow. Our own ids (`pay_…`, UUIDs) match none of them.
 */
const PATTERNS: [pattern: RegExp, replacement: string][] = [
  [/\bpostgres(?:ql)?:\/\/[^\s"'`<>]+/gi, REMOVED],
  // The user part of any other address.
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#@"'`<>]{1,512}@/gi, `$1${REMOVED}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${REMOVED}`],
  [/sk_(?:test|live)_[0-9A-Za-z]+/g, REMOVED],
  [/whsec_[\w+/=-]+/g, REMOVED],
  [/((?:set-)?cookie["']?\s{0,4}[:=]\s{0,4})[^\n]+/gi, `$1${REMOVED}`],
  [/(payonce[\w.-]{0,40}=)[^;\s"'`,]+/gi, `$1${REMOVED}`],
  // The key in the address of its state.
  [/(\/api\/v1\/idempotency\/[\w.]{1,40}\/)[^\s"'`?]+/g, `$1${REMOVED}`],
  [/(\/receipt\/)[\w-]{8,}/g, `$1${REMOVED}`],
  // The values of a row, as PostgreSQL quotes them in its messages.
  [/(\bKey \([^)\n]{1,300}\)=\()[^\n]*/g, `$1${REMOVED})`],
  [/(\bFailing row contains \()[^\n]*/g, `$1${REMOVED})`],
  [/(\bparameters?:? )?\$\d+ = [^\n]*/gi, `$1${REMOVED}`],
  [/(\b(?:invalid input (?:syntax|value)|malformed) [^"\n]{1,80})"[^\n]*/g, `$1${REMOVED}`],
  [/(\bvalue )"[^"\n]*"( is out of range)/g, `$1${REMOVED}$2`],
  // `name=value`, `name: "value"`, `{"name":"value"}`.
  [
    new RegExp(`(${NAMES}["'\`]?\\s{0,4}[:=]\\s{0,4})(?:${QUOTED}|[^\\s"'\`,;&)}\\]]+)`, 'gi'),
    `$1${REMOVED}`,
  ],
  [new RegExp(`(\\bkey["'\`]?\\s{0,4}[:=]\\s{0,4})(?:${QUOTED})`, 'gi'), `$1${REMOVED}`],
  [/([?&](?:key|code|sig)=)[^&\s"'`]+/gi, `$1${REMOVED}`],
  [/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,6}\.\p{L}{2,63}/gu, REMOVED],
]

/**
 * UUIDs, our ids and hashes: hexadecimal words, which may hold a run of digits that passes for a card number.
 */
const HEX_WORD =
  '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{20,}(?![0-9A-Za-z])|\\b[a-z]{3}_[0-9a-f]{32}\\b'
const CARD = new RegExp(
  `${HEX_WORD}|(?<![0-9０-９])[0-9０-９](?:[\\s\\p{P}\\p{Cf}]{0,2}[0-9０-９]){12,18}(?![0-9０-９])`,
  'gu',
)
/** A word of 24 or more letters and digits in both cases: a token, a session or a password of a generator. */
const RANDOM_WORD = /(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9])[\w-]{24,}(?![\w-])/g
const STACK_FRAME = /^\s*at /

/** Most messages are plain words; no pattern needs to look at them. */
const PLAIN = /^(?!.*(?:bearer|basic|invalid|malformed))[\p{L} ,.;'’-]{0,120}$/iu

/**
 * A text without the secrets that it holds: API keys, tokens, cookies, passwords, database addresses, e-mail
 * addresses, card numbers, and the values in the messages of Prisma and PostgreSQL.
 */
export function redact(text: string): string {
  if (text.length < 8 || PLAIN.test(text)) return text
  let clean = withoutArguments(text.length > READ_MAX ? text.slice(0, READ_MAX) : text)
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement)
  clean = clean.replace(CARD, (found) => (isCard(found) ? REMOVED : found))
  clean = clean.replace(RANDOM_WORD, (found, at: number) => (isInFrame(clean, at) ? found : REMOVED))
  return clean.length > STRING_MAX ? `${clean.slice(0, STRING_MAX)}… (${text.length} characters)` : clean
}

function isCard(found: string): boolean {
  const digits = found.normalize('NFKC').replace(/\D/g, '')
  return !/[a-f]/.test(found) && /^[2-6]\d{12,18}$/.test(digits) && passesLuhn(digits)
}

/** A frame of a stack names files and functions; a long name there is no secret. */
function isInFrame(text: string, at: number): boolean {
  return STACK_FRAME.test(text.slice(text.lastIndexOf('\n', at) + 1, at))
}

/**
 * Prisma's message of a failed call prints the call with its arguments: only its first and last line stay.
 */
function withoutArguments(text: string): string {
  const call = /Invalid `[^`\n]{1,120}` invocation/.exec(text)
  if (!call) return text
  const end = call.index + call[0].length
  const frames = text.slice(end).search(/\n\s+at /)
  const stack = frames < 0 ? text.length : end + frames
  const reason = text.slice(end, stack).trimEnd().split('\n').at(-1)?.trim() ?? ''
  return `${text.slice(0, end)}: ${reason}${text.slice(stack)}`
}

/**
 * The strings of a line of JSON, each with the colon that makes it a name; and bare numbers as long as a
 * card's.
 */
const PARTS = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|(?<![\w.+-])\d{13,19}(?![\w.+-])/g
/**
 * Characters that a terminal obeys or hides, beside those that JSON escapes itself: C1, line separators,
 * directions, zero widths.
 */
const UNPRINTABLE =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/**
 * A line of JSON, as the log writes it, without secrets in any of its strings and with all control characters
 * escaped. It stays one line of JSON.
 */
export function cleanLine(line: string): string {
  let name = ''
  return line
    .replace(PARTS, (part: string, inner: string | undefined, colon: string | undefined) => {
      if (inner === undefined) return isCard(part) ? `"${REMOVED}"` : part
      if (colon !== undefined) name = inner
      else if (isSecretName(name)) return `"${REMOVED}"`
      if (inner.length < 8) return part
      const text = inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner
      const clean = redact(text)
      return clean === text ? part : JSON.stringify(clean) + (colon ?? '')
    })
    .replace(UNPRINTABLE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.replace(/[-_]/g, '').toLowerCase())
}
