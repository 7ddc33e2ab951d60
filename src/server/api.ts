import type http from 'node:http'
import { ProblemError } from '@payonce/idempotency/problems'
import { TRPCError } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { Hono } from 'hono'
import { routePath } from 'hono/route'
import { requestAddress } from './admission/address'
import { completeHeaders, prepareHeaders } from './answer-headers'
import { authRoutes } from './auth-routes'
import { bankPages } from './bank-pages'
import { problemOfMembers } from './check-json'
import { addressOf, checkText, problemOfAddress } from './check-text'
import { contextFor } from './context'
import { cspReports } from './csp-reports'
import type { Deps } from './deps'
import { auditExport, exportRoutes, movementExport } from './exports/routes'
import { languageForm } from './language'
import { isTooLong, refuseBody } from './limit-body'
import { linkOrders } from './link-orders'
import { liveRoute } from './live/route'
import { logos } from './logos'
import { metricsRoute } from './metrics-route'
import { notOtherPages, ownPagesOnly } from './origin'
import { INTERNAL_PROBLEM, problemOf } from './problem-of'
import { createRest, REST, restProblem } from './rest/app'
import { sendProblem } from './rest/respond'
import { appRouter } from './root'
import { securityReport } from './security-log'
import { shopOrders } from './shop'
import { STRIPE_WEBHOOKS, stripeWebhooks } from './stripe-inbox/route'
import { noteRoute } from './tracing/trace-requests'

/** 64 KiB: many times the largest valid body. */
const BODY_MAX_BYTES = 64 * 1024
/** Calls in one tRPC request. 5: as many as our dashboard sends at once; each counts for itself. */
const BATCH_MAX = 5

/** The app behind `/api`: the same in the web process and in Next's route handler. */
export function createApi(deps: Deps) {
  const app = new Hono<{ Bindings: { incoming?: http.IncomingMessage } }>()
  const report = securityReport(deps)
  // One step for what every request has: a step of Hono costs more than what is done in it.
  app.use(async (c, next) => {
    const began = performance.now()
    prepareHeaders(c)
    // Stripe's events may be larger: their route has a limit of its own.
    const long = !c.req.path.startsWith(STRIPE_WEBHOOKS) && isTooLong(c, BODY_MAX_BYTES)
    if (typeof long === 'boolean' ? long : await long) c.res = refuseBody(c, BODY_MAX_BYTES)
    else await next()
    noteRoute(c.env?.incoming, routePath(c))
    completeHeaders(c)
    if (c.req.path.startsWith(REST) && c.req.method !== 'OPTIONS') deps.requestLog?.note(c, began)
    const reported = report(c)
    if (reported) await reported
  })

  app.get('/api/health', (c) => c.json({ status: 'ok' }))
  app.get('/api/ready', async (c) =>
    !deps.engine.isClosed() && (await deps.readiness.isReady())
      ? c.json({ status: 'ready' })
      : c.json({ status: 'unavailable' }, 503, { 'Retry-After': '2' }),
  )
  app.get('/api/metrics', metricsRoute(deps))

  for (const path of ['/api/auth/*', '/api/bank/*', '/api/shop/*']) app.use(path, checkText)
  // A procedure's input is in the query: it is looked at as a value (`trpc.ts`).
  app.use('/api/trpc/*', (c, next) => {
    const problem =
      problemOfAddress(addressOf(c), { withQuery: false }) ?? problemOfMembers(c.req.query('input') ?? '')
    return problem ? Promise.resolve(sendProblem(c, problem)) : next()
  })
  app.use('/api/trpc/*', ownPagesOnly(['application/json'], deps.env.baseUrl))
  app.all('/api/trpc/*', (c) => trpc(deps, c.req.raw, requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)))
  app.use('/api/logos/*', checkText)
  app.route('/api/logos', logos(deps))
  app.route('/api/auth', authRoutes(deps))
  app.route('/api/shop/language', languageForm(deps))
  app.use('/api/audit/*', checkText)
  app.route('/api/audit', auditExport(deps))
  app.use('/api/reconciliation/*', checkText)
  app.route('/api/reconciliation', movementExport(deps))
  app.use('/api/exports/*', checkText)
  app.route('/api/exports', exportRoutes(deps))
  app.use('/api/live/*', checkText, notOtherPages(deps.env.baseUrl))
  app.route('/api/live', liveRoute(deps))
  app.route('/api/shop/links', linkOrders(deps))
  // Nothing of the sandbox is routed in live mode: its addresses are unknown ones.
  if (deps.env.PAYONCE_MODE === 'sandbox') app.route('/api/shop/orders', shopOrders(deps))
  if (deps.sandbox) app.route('/api/bank', bankPages(deps, deps.sandbox))
  const { stripeAccounts: accounts, receiver, log, metrics } = deps
  app.route('/', stripeWebhooks({ accounts, receiver, log, metrics }))
  app.route('/', cspReports(deps))
  app.route('/', createRest(deps))

  app.notFound((c) => sendProblem(c, { kind: 'not-found', detail: 'This address does not exist.' }))
  app.onError((error, c) => {
    if (c.req.path.startsWith(REST)) return sendProblem(c, restProblem(error, deps, c))
    const known = problemOf(error)
    if (known) return sendProblem(c, known)
    deps.log.error({ err: error, path: c.req.path }, 'a request failed')
    return sendProblem(c, INTERNAL_PROBLEM)
  })
  return app
}

function trpc(deps: Deps, request: Request, address: string): Promise<Response> {
  const context = contextFor(deps, request.headers, address)
  refuseRepeatedMembers(request)
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    maxBatchSize: BATCH_MAX,
    createContext: ({ info }) => {
      refusePaymentInBatch(info.calls)
      return context
    },
    responseMeta: ({ errors }) => {
      const headers = new Headers()
      if (context.setCookie) headers.append('set-cookie', context.setCookie)
      const wait = retryAfter(errors)
      if (wait) headers.set('retry-after', String(wait))
      return { headers }
    },
  })
}

/** tRPC parses a body itself: what it reads is looked at first. What it throws is answered as a problem of the call. */
function refuseRepeatedMembers(request: Request): void {
  const text = request.text.bind(request)
  Object.defineProperty(request, 'text', {
    value: async () => {
      const body = await text()
      const problem = problemOfMembers(body)
      if (problem) throw new ProblemError(problem)
      return body
    },
  })
}

/**
 * A payment is a request of its own: it waits for no other call, and its answer is nobody else's. Refused before
 * any call of the batch is executed.
 */
function refusePaymentInBatch(calls: readonly { path: string }[]): void {
  if (calls.length < 2 || !calls.some(({ path }) => path === 'checkout.pay')) return
  const detail = 'Send checkout.pay alone, not in a batch. None of the calls was executed.'
  throw new TRPCError({
    code: 'BAD_REQUEST',
    message: detail,
    cause: new ProblemError({ kind: 'validation', detail }),
  })
}

function retryAfter(errors: ReadonlyArray<{ cause?: unknown }>): number | undefined {
  const waits = errors.map(
    (error) =>
      (error.cause as { problem?: { retryAfterSeconds?: number } } | undefined)?.problem?.retryAfterSeconds ??
      0,
  )
  return Math.max(0, ...waits) || undefined
}
