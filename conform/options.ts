import type { ProfileName } from './profile'
import { PROFILES } from './profiles'

/** What `conform` is to judge, and how. */
export interface ConformOptions {
  /** The address that takes a POST with a key. */
  url: string | URL
  /** The rules to judge by. */
  profile: ProfileName
  /** Sent with every request: a credential, for example. */
  headers?: Record<string, string>
  /** A request that succeeds. {{uuid}} and {{n}} are filled in anew for each new effect. */
  body: string
  /** Another payload for a used key. By default the first number of the body plus one. */
  otherBody?: string
  /** The credential of a second account. */
  secondHeaders?: Record<string, string>
  /** A key whose answer has expired. */
  expiredKey?: string
  /** A JSON list of the effects, in which the {{uuid}} of a body can be found. On the same server. */
  listUrl?: string | URL
  /** The time that an answer may take, in milliseconds, 1 to 120,000; 10,000 by default. */
  timeoutMs?: number
}

const KNOWN: readonly string[] = [
  'url',
  'profile',
  'headers',
  'body',
  'otherBody',
  'secondHeaders',
  'expiredKey',
  'listUrl',
  'timeoutMs',
] satisfies (keyof ConformOptions)[]

/**
 * Checks the options before anything is sent. No message repeats a value, which may be a credential.
 * @throws TypeError with what to write instead
 */
export function checkOptions(options: ConformOptions): void {
  need(
    typeof options === 'object' && options !== null,
    "takes one object: conform({ url, profile: 'ietf', body })",
  )
  const strange = Object.keys(options).find((name) => !KNOWN.includes(name))
  need(strange === undefined, `has no option ${strange}. Its options are ${KNOWN.join(', ')}`)
  const { url, profile, body, headers, otherBody, secondHeaders, expiredKey, listUrl, timeoutMs } = options
  need(isWeb(url), "needs `url`, a URL of http or https, such as 'http://localhost:3000/orders'")
  need(
    Object.hasOwn(PROFILES, profile ?? ''),
    `needs \`profile\`, one of ${Object.keys(PROFILES).join(', ')}`,
  )
  need(typeof body === 'string', 'needs `body`, the text of a request that succeeds: JSON.stringify(…)')
  need(isHeaders(headers), "takes `headers` as an object of texts: { Authorization: 'Bearer …' }")
  need(isHeaders(secondHeaders), 'takes `secondHeaders` as an object of texts, or nothing')
  need(isText(otherBody), 'takes `otherBody` as a text, or nothing')
  need(isText(expiredKey), 'takes `expiredKey` as a text, or nothing')
  need(listUrl === undefined || isWeb(listUrl), 'takes `listUrl` as a URL of http or https, or nothing')
  need(
    timeoutMs === undefined || (Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= 120_000),
    'takes `timeoutMs` as a whole number from 1 to 120000, or nothing (10000)',
  )
}

function need(fits: boolean, what: string): asserts fits {
  if (!fits) throw new TypeError(`conform ${what}.`)
}

function isWeb(url: unknown): boolean {
  return URL.canParse(String(url)) && /^https?:$/.test(new URL(String(url)).protocol)
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isHeaders(value: unknown): boolean {
  return (
    value === undefined ||
    (typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((one) => typeof one === 'string'))
  )
}
