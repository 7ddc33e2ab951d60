import { OpenAPIHono } from '@hono/zod-openapi'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { EXPOSED_HEADERS } from '@/idempotency/adapters/http'
import type { Problem } from '@/idempotency/problems'
import { uuidv7 } from '@/lib/id'
import { OverQuota } from '../admission/admission'
import { quotaHeaders } from '../admission/limits'
import type { Deps } from '../deps'
import { INTERNAL_PROBLEM, problemOf, validationProblem } from '../problem-of'
import { checkRequest } from './check-request'
import { apiDocument } from './document'
import { idempotencyRoutes } from './key-state'
import { ledgerRoutes } from './ledger'
import { orderRoutes } from './orders'
import { paymentRoutes } from './payments'
import { refundRoutes } from './refunds'
import { type RestContext, type RestEnv, sendProblem } from './respond'

/** The door for programs: `/api/v1`, and the document that describes it, made of the routes themselves. */
export function createRest(deps: Deps): OpenAPIHono<RestEnv> {
  const app = new OpenAPIHono<RestEnv>({
    defaultHook: (result, c) =>
      result.success ? undefined : sendProblem(c, validationProblem(result.error)),
  })
  app.use('/api/v1/*', async (c, next) => {
    c.set('requestId', uuidv7())
    await next()
    c.header('Request-Id', c.var.requestId)
  })
  app.use('/api/v1/*', cors(corsFor(deps)))
  app.use('/api/v1/*', checkRequest(deps))
  for (const add of [orderRoutes, paymentRoutes, refundRoutes, idempotencyRoutes, ledgerRoutes])
    add(app, deps)
  refuseOtherMethods(app)
  app.get('/api/openapi.json', (c) =>
    c.json(apiDocument(app, deps.env.baseUrl), 200, { 'Access-Control-Allow-Origin': '*' }),
  )
  app.notFound((c) => sendProblem(c, { kind: 'not-found', detail: 'There is no such address.' }))
  app.onError((error, c) => sendProblem(c, problemFor(error, deps, c as unknown as RestContext)))
  return app
}

/**
 * Which pages of other origins may call: never with cookies, which this door does not look at. In the sandbox any, for people to try;
 * in live mode those that are named, since an API key has no business in a page.
 */
function corsFor({ env }: Deps) {
  const named = env.PAYONCE_CORS_ORIGINS
  const any = named.length === 0 && env.PAYONCE_MODE === 'sandbox'
  return {
    origin: any ? '*' : named,
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Prefer'],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  }
}

/** A method that an address does not take is told apart from an address that is not there. */
function refuseOtherMethods(app: OpenAPIHono<RestEnv>): void {
  const methods = new Map<string, string[]>()
  for (const { path, method } of app.routes) {
    if (path.includes('*') || method === 'ALL') continue
    methods.set(path, [...new Set([...(methods.get(path) ?? []), method])])
  }
  for (const [path, allowed] of methods)
    app.all(path, (c) => {
      c.header('Allow', allowed.join(', '))
      return sendProblem(c, { kind: 'method-not-allowed', detail: `Send ${allowed.join(' or ')} here.` })
    })
}

function problemFor(error: Error, { log }: Deps, c: RestContext): Problem {
  const problem = problemOf(error) ?? fromFramework(error)
  if (error instanceof OverQuota)
    for (const [name, value] of Object.entries(quotaHeaders(error.quota))) c.header(name, value)
  if (problem.kind === 'unauthorized') c.header('WWW-Authenticate', 'Bearer realm="Payonce"')
  if (problem.kind === 'internal')
    log.error({ err: error, path: c.req.path, requestId: c.var.requestId }, 'a request failed')
  return problem
}

/** What Hono itself refuses: a body that is no JSON, or of another type. */
function fromFramework(error: Error): Problem {
  if (!(error instanceof HTTPException)) return INTERNAL_PROBLEM
  if (error.status === 415)
    return { kind: 'unsupported-media', detail: 'Send Content-Type: application/json.' }
  return error.status < 500 ? { kind: 'validation', detail: error.message } : INTERNAL_PROBLEM
}
