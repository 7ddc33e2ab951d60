/** How a client is set up, and which set-ups are refused. */

import { BACKOFF, type Backoff } from './pause'

export interface Options {
  /** `sk_test_…` or `sk_live_…`. A secret: it belongs on a server. */
  apiKey: string
  /** Where Payonce is, without `/api`: `https://pay.example`. */
  baseUrl: string
  /** Another `fetch`, for a proxy or a test. */
  fetch?: typeof fetch
  /** How often a request is sent again. 10 by default. Asking about an unknown outcome does not count: that ends with the time only. */
  maxRetries?: number
  /** How long one call may take in all, in milliseconds. 60 s by default: longer than a bank that is merely slow. */
  timeoutMs?: number
  /** How long one request may take, in milliseconds. 20 s by default; a call's `waitSeconds` are added. */
  sendTimeoutMs?: number
  /** How pauses between requests grow. */
  backoff?: Backoff
  /** Whoever can read the page can read its key, and refund with it. Only for a page that nobody else sees. */
  dangerouslyAllowBrowser?: boolean
}

export interface Settings {
  apiKey: string
  baseUrl: string
  fetch: typeof fetch
  maxRetries: number
  timeoutMs: number
  sendTimeoutMs: number
  backoff: Backoff
}

export function settingsOf(options: Options): Settings {
  refuseBrowser(options)
  return {
    // Never in a message: not even in the one that says it is wrong. (`fetch` would print a header that it cannot send.)
    apiKey: /^[\x21-\x7e]+$/.test(options.apiKey)
      ? options.apiKey
      : refuse('apiKey must be printable ASCII without spaces.'),
    baseUrl: safeUrl(options.baseUrl),
    // Called as a function of nothing: browsers refuse a fetch that is torn off its window.
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    maxRetries: atLeast(0, 'maxRetries', options.maxRetries ?? 10),
    timeoutMs: atLeast(1, 'timeoutMs', options.timeoutMs ?? 60_000),
    sendTimeoutMs: atLeast(1, 'sendTimeoutMs', options.sendTimeoutMs ?? 20_000),
    backoff: options.backoff ?? BACKOFF,
  }
}

/** A secret key in a page is a published key. A key of another kind may come one day, and would be fine. */
function refuseBrowser({ apiKey, dangerouslyAllowBrowser }: Options): void {
  const inPage = typeof window !== 'undefined' && typeof window.document !== 'undefined'
  if (inPage && apiKey.startsWith('sk_') && !dangerouslyAllowBrowser)
    refuse(
      'A secret key (sk_…) must not be in a browser: everyone who opens the page can read it, and charge and refund with it. Call Payonce from your server. If nobody else sees this page, say dangerouslyAllowBrowser: true.',
    )
}

/** The key goes with every request, so nothing may read along. On this machine there is nobody between. */
function safeUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl)
    ? new URL(baseUrl)
    : refuse('baseUrl must be a URL like https://pay.example.')
  if (url.username || url.password) refuse('baseUrl must not hold a user name or password.')
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
