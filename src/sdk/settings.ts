/** Options of a client, and their checks. */

import { BACKOFF, type Backoff } from './pause'

/** Options of `new Payonce(…)`. */
export interface Options {
  /** `sk_test_…` or `sk_live_…`. A secret: it belongs on a server. */
  apiKey: string
  /** Address of Payonce, without `/api`: `https://pay.example`. */
  baseUrl: string
  /** Another `fetch`, for a proxy or a test. */
  fetch?: typeof fetch
  /**
   * Number of repeats of a request. Default 10. Questions about an unknown outcome do not count; only
   * `timeoutMs` ends those.
   */
  maxRetries?: number
  /** Time for a whole call, in milliseconds. Default 60 s: longer than a bank that is merely slow. */
  timeoutMs?: number
  /**
   * Time for one request, in milliseconds. Default 20 s: longer than a slow bank's answer. A call's
   * `waitSeconds` are added.
   */
  sendTimeoutMs?: number
  /** Bounds of the pauses between requests. */
  backoff?: Backoff
  /**
   * Allows a secret key in a browser. Every reader of the page can read the key, and refund with it: only for
   * a page of your own.
   */
  dangerouslyAllowBrowser?: boolean
}

/** Checked options, with defaults. */
export interface Settings {
  apiKey: string
  baseUrl: string
  fetch: typeof fetch
  maxRetries: number
  timeoutMs: number
  sendTimeoutMs: number
  backoff: Backoff
}

const KNOWN = [
  'apiKey',
  'baseUrl',
  'fetch',
  'maxRetries',
  'timeoutMs',
  'sendTimeoutMs',
  'backoff',
  'dangerouslyAllowBrowser',
]

/**
 * Checks the options and fills in the defaults.
 * @throws TypeError that names the wrong option, never its value
 */
export function settingsOf(options: Options): Settings {
  if (typeof options !== 'object' || options === null)
    refuse(
      "A client takes one object: new Payonce({ apiKey: env.PAYONCE_API_KEY, baseUrl: 'https://pay.example' }).",
    )
  const strange = Object.keys(options).find((name) => !KNOWN.includes(name))
  if (strange !== undefined) refuse(`There is no option ${strange}. The options are ${KNOWN.join(', ')}.`)
  if (typeof options.apiKey !== 'string')
    refuse(
      'apiKey is missing: a text that begins with sk_test_ or sk_live_. Is the environment variable set?',
    )
  refuseBrowser(options)
  return {
    // The key stays out of every message, even the one that refuses it. (`fetch` would print a header that it
    // cannot send.)
    apiKey: /^[\x21-\x7e]+$/.test(options.apiKey)
      ? options.apiKey
      : refuse('apiKey must be printable ASCII without spaces.'),
    baseUrl: safeUrl(options.baseUrl),
    // Called through `globalThis`: a browser refuses a `fetch` without its window.
    fetch: fetchOf(options.fetch) ?? ((...request) => globalThis.fetch(...request)),
    maxRetries: atLeast(0, 'maxRetries', options.maxRetries ?? 10),
    timeoutMs: atLeast(1, 'timeoutMs', options.timeoutMs ?? 60_000),
    sendTimeoutMs: atLeast(1, 'sendTimeoutMs', options.sendTimeoutMs ?? 20_000),
    backoff: backoffOf(options.backoff ?? BACKOFF),
  }
}

function fetchOf(given: Options['fetch']): Options['fetch'] {
  return given === undefined || typeof given === 'function'
    ? given
    : refuse('fetch must be a function like the one of the web, or left out.')
}

function backoffOf(given: Backoff): Backoff {
  const fits = given?.baseMs >= 0 && given.capMs >= given.baseMs
  return fits
    ? given
    : refuse(
        'backoff must be { baseMs, capMs }, in milliseconds: capMs is not below baseMs, and neither below 0.',
      )
}

/**
 * Refuses a secret key in a page: it would be published. A key of another kind may exist one day, and would
 * be accepted.
 */
function refuseBrowser({ apiKey, dangerouslyAllowBrowser }: Options): void {
  const inPage = typeof window !== 'undefined' && typeof window.document !== 'undefined'
  if (inPage && apiKey.startsWith('sk_') && !dangerouslyAllowBrowser)
    refuse(
      'A secret key (sk_…) must not be in a browser: everyone who opens the page can read it, and charge and refund with it. Call Payonce from your server. For a page that only you can open, set dangerouslyAllowBrowser: true.',
    )
}

/** Demands https, because the API key goes with every request. On this machine plain http is safe. */
function safeUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl)
    ? new URL(baseUrl)
    : refuse('baseUrl must be a URL like https://pay.example.')
  if (url.username || url.password) refuse('baseUrl must not contain a user name or password.')
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(local && url.protocol === 'http:'))
    refuse('baseUrl must be https: the API key goes with every request.')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function atLeast(least: number, name: string, value: number): number {
  return value >= least ? value : refuse(`${name} must be a number of at least ${least}.`)
}

function refuse(why: string): never {
  throw new TypeError(why)
}
