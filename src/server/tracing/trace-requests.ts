import type http from 'node:http'
import { isSpanContextValid, type Link, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { type Metrics, observeSeconds } from '@/platform/telemetry'
import { tracing } from '@/platform/tracing/tracing'

/** Routes of the API, as its router knows them, by the request that took them. */
const routes = new WeakMap<http.IncomingMessage, string>()
/** First parts of our pages' addresses. Any other is `/`: a stranger's address must not become a label. */
const PAGES = new Set([
  'dashboard',
  'checkout',
  'docs',
  'learn',
  'lab',
  'sign-in',
  'receipt',
  'verify',
  'link',
  '_next',
])
/** Our own and the usual ones; any other is `_OTHER`, as OpenTelemetry has it. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** Remembers the route that a request took, without the values in its address. */
export function noteRoute(request: http.IncomingMessage | undefined, route: string): void {
  if (request) routes.set(request, route)
}

/**
 * Handles a request, counts how long it takes to the end of its answer, and, where traces are on, makes a span within which it is handled. A caller's
 * own trace is linked, not continued: strangers decide nothing about ours. Neither address nor query is kept, which may hold keys and names.
 */
export function observeRequest(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  metrics: Metrics,
  handle: () => void,
): void {
  const began = performance.now()
  const method = METHODS.has(request.method ?? '') ? (request.method as string) : '_OTHER'
  const traces = tracing()
  const span = traces?.begin(method, { kind: SpanKind.SERVER, links: linksOf(request.headers.traceparent) })
  response.once('close', () => {
    const route = routes.get(request) ?? pageOf(request.url)
    const status = response.writableFinished ? String(response.statusCode) : 'aborted'
    const count = () =>
      observeSeconds(metrics.requests, { method, route, status }, (performance.now() - began) / 1_000)
    if (!traces || !span) return count()
    traces.within(span, count)
    span.updateName(`${method} ${route}`)
    span.setAttributes({
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': response.statusCode,
    })
    if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  })
  if (traces && span) traces.within(span, handle)
  else handle()
}

function pageOf(url = '/'): string {
  const [, first = ''] = url.split(/[/?#]/, 2)
  return PAGES.has(first) ? `/${first}` : '/'
}

function linksOf(header: string | string[] | undefined): Link[] {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(String(header ?? '')) ?? []
  if (!traceId || !spanId || !flags) return []
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
  return isSpanContextValid(context) ? [{ context }] : []
}
