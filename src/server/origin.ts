import type { Context, MiddlewareHandler } from 'hono'
import { sendProblem } from './rest/respond'

/** The content type of a plain HTML form: any site's page can post it here. */
export const FORM = 'application/x-www-form-urlencoded'

export interface OwnPagesOptions {
  /**
   * Accepts a post whose sender is not known. For a form that changes nothing but a preference, on pages that
   * keep their address to themselves (`Referrer-Policy: no-referrer`), which makes a browser send `Origin:
   * null`.
   */
  allowUnknownSender?: boolean
}

/**
 * Lets a request that changes something through only if it comes from our own pages. A form must prove that,
 * since any site can post one. JSON must only not come from elsewhere: a browser sends JSON to another site
 * after a CORS preflight, which we refuse, and programs send no origin. tRPC itself would take a multipart
 * form for any mutation, so other content types are refused first. Answers 415 `unsupported-media` or 403
 * `forbidden`.
 */
export function ownPagesOnly(
  contentTypes: string[],
  baseUrl: string,
  { allowUnknownSender = false }: OwnPagesOptions = {},
): MiddlewareHandler {
  const ours = new URL(baseUrl).origin
  const accepted: Sender[] = contentTypes.includes(FORM) ? ['own-page'] : ['own-page', 'unstated']
  if (allowUnknownSender) accepted.push('unstated', 'hidden')
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
    if (!contentTypes.includes(type))
      return sendProblem(c, {
        kind: 'unsupported-media',
        detail: `Send Content-Type: ${contentTypes.join(' or ')}.`,
      })
    if (!accepted.includes(senderOf(c, ours)))
      return sendProblem(c, { kind: 'forbidden', detail: 'Only our own pages may send this.' })
    return next()
  }
}

/**
 * Refuses whatever a page of another site sends, also a GET: for what takes a place while it is open. A page of a sister domain has our
 * cookies with it. Answers 403 `forbidden`.
 */
export function notOtherPages(baseUrl: string): MiddlewareHandler {
  const ours = new URL(baseUrl).origin
  return async (c, next) => {
    if (senderOf(c, ours) !== 'other-page') return next()
    return sendProblem(c, { kind: 'forbidden', detail: 'Only our own pages may send this.' })
  }
}

/** `hidden`: a page that keeps its origin to itself. `unstated`: no word about a page, as from a program. */
type Sender = 'own-page' | 'other-page' | 'hidden' | 'unstated'

/**
 * By `Sec-Fetch-Site` and `Origin`, which a browser sets and a page's script cannot (Fetch, *forbidden
 * request-header*).
 */
function senderOf(c: Context, ours: string): Sender {
  const site = c.req.header('sec-fetch-site') ?? 'none'
  const origin = c.req.header('origin')
  if (!['same-origin', 'none'].includes(site)) return 'other-page'
  if (origin === undefined || origin === 'null') {
    if (site === 'same-origin') return 'own-page'
    return origin === undefined ? 'unstated' : 'hidden'
  }
  return isOurs(origin, ours) ? 'own-page' : 'other-page'
}

/**
 * The configured origin only: what a request says in `Host` proves nothing. On this machine itself (a base URL
 * with a loopback name, plain http) all loopback names with its port are the same server.
 */
function isOurs(origin: string, ours: string): boolean {
  if (origin === ours) return true
  return isLoopback(ours) && URL.canParse(origin) && isLoopback(origin) && portOf(origin) === portOf(ours)
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

function isLoopback(origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  return protocol === 'http:' && LOOPBACK.includes(hostname)
}

const portOf = (origin: string) => new URL(origin).port
