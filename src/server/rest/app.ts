import type { OpenAPIHono } from '@hono/zod-openapi'
import { EXPOSED_HEADERS } from '@payonce/idempotency/http'
import type { Problem } from '@payonce/idempotency/problems'
import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { uuidv7 } from '@/lib/id'
import { OverQuota } from '../admission/admission'
import { setHeader } from '../answer-headers'
import type { Deps } from '../deps'
import { INTERNAL_PROBLEM, problemOf, REFUSED_VALUE } from '../problem-of'
import { captureRoutes } from './captures'
import { checkRequest, setQuota } from './check-request'
import { apiDocument } from './document'
import { idempotencyRoutes } from './key-state'
import { ledgerRoutes } from './ledger'
import { linkRoutes } from './links'
import { openRoutes } from './open-routes'
import { orderRoutes } from './orders'
import { paymentRoutes } from './payments'
import { refundRoutes } from './refunds'
import { type RestContext, type RestEnv, sendProblem } from './respond'
import { webhookRoutes } from './webhooks'

/** Where the addresses of the API begin. */
export const REST = '/api/v1/'

/**
 * The HTTP API for programs: `/api/v1`, and the OpenAPI document, built from the routes themselves. It has no `onError` of its own: Hono would
 * put one around each of its steps.
 */
export function createRest(deps: Deps): OpenAPIHono<RestEnv> {
  const app = openRoutes()
  const cors = corsFor(deps)
  app.use(`${REST}*`, async (c, next) => {
    const requestId = uuidv7()
    c.set('requestId', requestId)
    setHeader(c, 'request-id', requestId)
    if (c.req.method === 'OPTIONS') return cors.preflight(c, next)
    cors.allow(c)
    const { leave } = await checkRequest(c, deps)
    try {
      await next()
    } finally {
      leave()
    }
  })
  for (const add of [
    orderRoutes,
    linkRoutes,
    paymentRoutes,
    captureRoutes,
    refundRoutes,
    idempotencyRoutes,
    ledgerRoutes,
    webhookRoutes,
  ])
    add(app, deps)
  refuseOtherMethods(app)
  app.get('/api/openapi.json', (c) =>
    c.json(apiDocument(app, deps.env.baseUrl), 200, { 'Access-Control-Allow-Origin': '*' }),
  )
  app.notFound((c) =>
    sendProblem(c, {
      kind: 'not-found',
      detail: 'This address does not exist. The API reference lists all of them.',
    }),
  )
  return app
}

/**
 * CORS: the origins whose pages may call, never with cookies, which the API ignores. In the sandbox any
 * origin, so that people can try it; in live mode only the configured ones, since a secret API key does not
 * belong in a page.
 */
function corsFor({ env }: Deps): { preflight: MiddlewareHandler<RestEnv>; allow(c: RestContext): void } {
  const named = env.PAYONCE_CORS_ORIGINS
  const any = named.length === 0 && env.PAYONCE_MODE === 'sandbox'
  const preflight = cors({
    origin: any ? '*' : named,
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Prefer', 'Repeatability-First-Sent'],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  })
  const exposed = EXPOSED_HEADERS.join(',')
  // Before the answer is made, where Hono's own sets them on an answer that it then has to build anew.
  const allow = (c: RestContext) => {
    const origin = any ? undefined : c.req.header('origin')
    const allowed = any ? '*' : named.find((one) => one === origin)
    if (allowed) setHeader(c, 'access-control-allow-origin', allowed)
    setHeader(c, 'access-control-expose-headers', exposed)
    if (!any) setHeader(c, 'vary', 'Origin')
  }
  return { preflight, allow }
}

/** Answers 405 with `Allow` for a known address, so that a wrong method does not look like a wrong address. */
function refuseOtherMethods(app: OpenAPIHono<RestEnv>): void {
  const methods = new Map<string, string[]>()
  for (const { path, method } of app.routes) {
    if (path.includes('*') || method === 'ALL') continue
    methods.set(path, [...new Set([...(methods.get(path) ?? []), method])])
  }
  for (const [path, allowed] of methods)
    app.all(path, (c) => {
      setHeader(c, 'allow', allowed.join(', '))
      return sendProblem(c, {
        kind: 'method-not-allowed',
        detail: `This address takes ${allowed.join(' and ')} only.`,
      })
    })
}

/** The problem of an error at an address of the API, with the headers that belong to it. */
export function restProblem(error: Error, { log }: Deps, c: Context): Problem {
  const problem = problemOf(error) ?? fromFramework(error)
  const requestId = c.get('requestId')
  if (error instanceof OverQuota) setQuota(c, error.quota)
  if (problem.kind === 'unauthorized') setHeader(c, 'www-authenticate', 'Bearer realm="Payonce"')
  if (problem.kind === 'internal')
    log.error({ err: error, path: c.req.path, requestId }, 'an API request failed')
  if (problem === REFUSED_VALUE) log.warn({ requestId }, 'the database refused a value of a request')
  return problem
}

/** Refusals by Hono itself. */
function fromFramework(error: Error): Problem {
  return error instanceof HTTPException && error.status < 500
    ? { kind: 'validation', detail: error.message }
    : INTERNAL_PROBLEM
}
