import { randomBytes } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Where browsers send reports about violations of the Content-Security-Policy. */
export const CSP_REPORT_PATH = '/api/csp-report'
/** The request headers from which Next and our own document read this response's nonce. */
export const NONCE_HEADER = 'x-nonce'
const POLICY_HEADER = 'content-security-policy'

export interface SecurityOptions {
  /** Whether browsers reach us by https: then they are told to use nothing else (HSTS). */
  secure: boolean
  /** `next dev`: its runtime evaluates code and injects styles. */
  development: boolean
  /** Cards are typed into Stripe's fields: the checkout, and no other page, may load them. */
  stripe?: boolean
}

/** Whose script, frames and address the card fields need (docs.stripe.com/security/guide#content-security-policy). */
const STRIPE = {
  scripts: 'https://js.stripe.com https://*.js.stripe.com',
  frames: 'https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
  requests: 'https://api.stripe.com',
}

/** Two years, in seconds: what browsers' preload lists ask for. */
const HSTS_SECONDS = 63_072_000

/** Browser features that no page of ours uses, also not in a frame. */
const DENIED_FEATURES = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'browsing-topics',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]

/** The headers that every response carries, whatever it is. */
export function commonHeaders({ secure }: Pick<SecurityOptions, 'secure'>): Record<string, string> {
  return {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Permissions-Policy': DENIED_FEATURES.map((feature) => `${feature}=()`).join(', '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
    ...(secure
      ? {
          'Strict-Transport-Security': `max-age=${HSTS_SECONDS}; includeSubDomains`,
          'Reporting-Endpoints': `csp="${CSP_REPORT_PATH}"`,
        }
      : {}),
  }
}

/**
 * The policy of a page: a script runs only with this response's nonce, or when such a script loads it (CSP 3). With Stripe's card fields the
 * hosts are named instead, so that no script, not even a trusted one, loads another from anywhere else.
 */
export function pagePolicy(nonce: string, { secure, development, stripe }: SecurityOptions): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${stripe ? `'self' ${STRIPE.scripts}` : "'strict-dynamic'"}${development ? " 'unsafe-eval'" : ''}`,
    ...(stripe ? [`frame-src ${STRIPE.frames}`] : []),
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${stripe ? ` ${STRIPE.requests}` : ''}`,
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    `report-uri ${CSP_REPORT_PATH}`,
    // Endpoints of the Reporting API are for https only, and a browser that sees this word ignores `report-uri`.
    ...(secure ? ['report-to csp'] : []),
  ].join('; ')
}

/** The policy of what is no page: opened by itself, it loads and runs nothing. */
export const RESOURCE_POLICY =
  "default-src 'none'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** 128 bits, new for each response. */
export function newNonce(): string {
  return randomBytes(16).toString('base64')
}

/**
 * Gives the response its security headers, and the request the nonce with which Next renders. Runs before Next
 * and the API, so that no route, error or refusal is without. An HTML answer gets the page's policy and is
 * never cached, since its nonce is for one response only; everything else gets `RESOURCE_POLICY`.
 */
export function secure(request: IncomingMessage, response: ServerResponse, options: SecurityOptions): void {
  const nonce = newNonce()
  const policy = pagePolicy(nonce, { ...options, stripe: options.stripe === true && isCheckout(request.url) })
  request.headers[NONCE_HEADER] = nonce
  request.headers[POLICY_HEADER] = policy
  for (const [name, value] of Object.entries(commonHeaders(options))) response.setHeader(name, value)
  response.setHeader('Content-Security-Policy', RESOURCE_POLICY)
  beforeHead(response, (contentType) => {
    if (!contentType.startsWith('text/html')) return {}
    return { 'Content-Security-Policy': policy, 'Cache-Control': 'private, no-store' }
  })
}

function isCheckout(url: string | undefined): boolean {
  return url?.startsWith('/checkout/') === true
}

type Head = OutgoingHttpHeaders | OutgoingHttpHeader[]

/**
 * Sets headers in the last moment before the head is sent, when its content type is known. Node calls
 * `writeHead` itself if nobody has (`_implicitHeader`).
 */
function beforeHead(response: ServerResponse, headersFor: (contentType: string) => Record<string, string>) {
  const writeHead = response.writeHead.bind(response) as (
    status: number,
    ...rest: unknown[]
  ) => ServerResponse
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    const given = rest.find((part): part is Head => typeof part === 'object' && part !== null)
    for (const [name, value] of pairsOf(given)) response.setHeader(name, value)
    for (const [name, value] of Object.entries(headersFor(String(response.getHeader('content-type') ?? ''))))
      response.setHeader(name, value)
    return writeHead(status, ...rest.filter((part) => typeof part === 'string'))
  }) as ServerResponse['writeHead']
}

/** The headers that a caller gives to `writeHead`: an object, or names and values in turn; a name may come twice. */
function pairsOf(head: Head | undefined): Map<string, string | string[]> {
  const pairs = new Map<string, string | string[]>()
  if (!head) return pairs
  const entries: [string, unknown][] = Array.isArray(head)
    ? head.flatMap((name, at) => (at % 2 === 0 ? [[String(name), head[at + 1]] as [string, unknown]] : []))
    : Object.entries(head)
  for (const [name, value] of entries) {
    if (value === undefined) continue
    const before = pairs.get(name.toLowerCase())
    const now = Array.isArray(value) ? value.map(String) : [String(value)]
    const all = before === undefined ? now : [before, now].flat()
    pairs.set(name.toLowerCase(), all.length === 1 ? (all[0] as string) : all)
  }
  return pairs
}
