import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { EXPOSED_HEADERS } from '@/idempotency/adapters/http'
import type { Problem } from '@/idempotency/problems'
import { uuidv7 } from '@/lib/id'
import { OverQuota } from '../admission/admission'
import { quotaHeaders } from '../admission/limits'
import type { Deps } from '../deps'
import { INTERNAL_PROBLEM, problemOf, REFUSED_VALUE, validationProblem } from '../problem-of'
import { checkRequest } from './check-request'
import { apiDocument } from './document'
import { idempotencyRoutes } from './key-state'
import { ledgerRoutes } from './ledger'
import { orderRoutes } from './orders'
import { paymentRoutes } from './payments'
import { refundRoutes } from './refunds'
import { type RestContext, type RestEnv, sendProblem } from './respond'
import { webhookRoutes } from './webhooks'

/** The HTTP API for programs: `/api/v1`, and the OpenAPI document, built from the routes themselves. */
export function createRest(deps: Deps): OpenAPIHono<RestEnv> {
  const app = new OpenAPIHono<RestEnv>({
    defaultHook: (result, c) =>
      result.success ? undefined : sendProblem(c, validationProblem(result.error)),
  })
  app.use('/api/v1/*', async (c, next) => {
    const requestId = uuidv7()
    c.set('requestId', requestId)
    c.header('Request-Id', requestId)
    await next()
  })
  app.use('/api/v1/*', corsFor(deps))
  app.use('/api/v1/*', checkRequest(deps))
  for (const add of [
    orderRoutes,
    paymentRoutes,
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
  app.onError((error, c) => sendProblem(c, problemFor(error, deps, c as unknown as RestContext)))
  return app
}

/**
 * CORS: the origins whose pages may call, never with cookies, which the API ignores. In the sandbox any
 * origin, so that people can try it; in live mode only the configured ones, since a secret API key does not
 * belong in a page.
 */
function corsFor({ env }: Deps): MiddlewareHandler<RestEnv> {
  const named = env.PAYONCE_CORS_ORIGINS
  const any = named.length === 0 && env.PAYONCE_MODE === 'sandbox'
  const preflight = cors({
    origin: any ? '*' : named,
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Prefer'],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  })
  const exposed = EXPOSED_HEADERS.join(',')
  return (c, next) => {
    if (c.req.method === 'OPTIONS') return preflight(c, next)
    // Before the answer is made, where Hono's own sets them on an answer that it then has to build anew.
    const origin = c.req.header('origin')
    const allowed = any ? '*' : named.find((one) => one === origin)
    if (allowed) c.header('Access-Control-Allow-Origin', allowed)
    c.header('Access-Control-Expose-Headers', exposed)
    if (!any) c.header('Vary', 'Origin', { append: true })
    return next()
  }
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
      c.header('Allow', allowed.join(', '))
      return sendProblem(c, {
        kind: 'method-not-allowed',
        detail: `This address takes ${allowed.join(' and ')} only.`,
      })
    })
}

function problemFor(error: Error, { log }: Deps, c: RestContext): Problem {
  const problem = problemOf(error) ?? fromFramework(error)
  if (error instanceof OverQuota)
    for (const [name, value] of Object.entries(quotaHeaders(error.quota))) c.header(name, value)
  if (problem.kind === 'unauthorized') c.header('WWW-Authenticate', 'Bearer realm="Payonce"')
  if (problem.kind === 'internal')
    log.error({ err: error, path: c.req.path, requestId: c.var.requestId }, 'an API request failed')
  if (problem === REFUSED_VALUE)
    log.warn({ requestId: c.var.requestId }, 'the database refused a value of a request')
  return problem
}

/** Refusals by Hono itself: a body that is not JSON, or is of another content type. */
function fromFramework(error: Error): Problem {
  if (!(error instanceof HTTPException)) return INTERNAL_PROBLEM
  if (error.status === 415)
    return { kind: 'unsupported-media', detail: 'Send Content-Type: application/json.' }
  return error.status < 500 ? { kind: 'validation', detail: error.message } : INTERNAL_PROBLEM
}
