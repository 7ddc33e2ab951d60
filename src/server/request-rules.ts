import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ProblemKind } from '@payonce/idempotency/problems'
import { showProblem } from '@payonce/idempotency/problems'
import { type SecurityOptions, secure } from './security-headers'

/**
 * Headers with which Next's parts talk to one another, or which claim to be another host's. A client that sends
 * one is not believed: it is as if it had not (CVE-2025-29927 was such a header).
 */
const FORGED =
  /^(x-nonce|content-security-policy|x-locale|x-middleware-.*|x-invoke-.*|x-matched-path|x-now-route-matches|x-next-.*|x-forwarded-host|x-forwarded-server|forwarded)$/

const API_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const PAGE_METHODS = ['GET', 'HEAD']
/** The checkout's form without scripts, as pages sent it that were opened before its address changed. */
const FORM_OF_OLD_PAGES = /^\/checkout\/[^/]+\/pay$/
/** Tools of `next dev`, which post from its overlay. */
const DEVELOPMENT_TOOLS = /^\/(__nextjs|_next\/)/

interface Refusal {
  kind: ProblemKind
  detail: string
  allow?: string[]
}

/**
 * Takes away what a client may not say, secures the response, and answers what must not reach Next or the API: a request that its
 * proxy could read otherwise than we do, an address that is none, a method or a protocol of Next that we do not
 * use. @returns true when the request was answered
 */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  options: SecurityOptions,
): boolean {
  dropForged(request)
  secure(request, response, options)
  const refusal = refusalOf(request, options.development)
  if (!refusal) return false
  const { body, status } = problemFor(refusal)
  // The rest of its bytes are not read as another request.
  response.setHeader('Connection', 'close')
  if (refusal.allow) response.setHeader('Allow', refusal.allow.join(', '))
  response.writeHead(status, { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}

function problemFor({ kind, detail }: Refusal): { body: string; status: number } {
  const shown = showProblem({ kind, detail })
  return { body: JSON.stringify(shown), status: shown.status }
}

/** Both forms of the headers: Next reads `headers`, Hono reads `rawHeaders`. */
function dropForged({ headers, rawHeaders }: IncomingMessage): void {
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2)
    if (FORGED.test(rawHeaders[at]?.toLowerCase() ?? '')) rawHeaders.splice(at, 2)
  for (const name of Object.keys(headers)) if (FORGED.test(name)) delete headers[name]
}

function refusalOf(request: IncomingMessage, development: boolean): Refusal | null {
  const { url = '', method = '', headers, rawHeaders } = request
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length
  if (hosts > 1) return { kind: 'validation', detail: 'Send one Host header.' }
  const path = pathOf(url)
  if (path === null)
    return { kind: 'validation', detail: 'Send a path that begins with one /, without . or .. in it.' }
  if (headers['next-action'] !== undefined || path.startsWith('/_next/image'))
    return { kind: 'not-found', detail: 'This address does not exist.' }
  const allow = methodsOf(path, development)
  if (allow.includes(method)) return null
  return { kind: 'method-not-allowed', detail: `Use ${allow.join(' or ')}.`, allow }
}

function methodsOf(path: string, development: boolean): string[] {
  if (path.startsWith('/api/')) return API_METHODS
  if (FORM_OF_OLD_PAGES.test(path)) return [...PAGE_METHODS, 'POST']
  if (development && DEVELOPMENT_TOOLS.test(path)) return API_METHODS
  return PAGE_METHODS
}

/**
 * The path, when it means the same to everybody; else null. Not so: an absolute URL (RFC 9112, 3.2.2: for
 * proxies), `//host`, a backslash, dot segments also as `%2e`, broken percent-encoding, NUL.
 */
function pathOf(url: string): string | null {
  const [path = ''] = url.split(/[?#]/)
  if (!/^\/(?![/\\])/.test(path) || path.includes('\\')) return null
  const decoded = decode(path)
  if (decoded === null || decoded.includes('\0')) return null
  return path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment)) ? null : path
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}
