import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { Hono } from 'hono'
import { from } from '@/access/operator'
import { isReachable } from '@/platform/db'
import { bankPages } from './bank-pages'
import { contextFor } from './context'
import { cspReports } from './csp-reports'
import type { Deps } from './deps'
import { reportJobs } from './jobs/metrics'
import { languageForm } from './language'
import { limitBody } from './limit-body'
import { ownPagesOnly } from './origin'
import { INTERNAL_PROBLEM } from './problem-of'
import { createRest } from './rest/app'
import { sendProblem } from './rest/respond'
import { appRouter } from './root'
import { shopOrders } from './shop'

/** 64 KiB: many times the largest valid body. */
const BODY_MAX_BYTES = 64 * 1024
/** Calls in one tRPC request. 10: more than any page of ours sends at once. */
const BATCH_MAX = 10

/** The app behind `/api`: the same in the web process and in Next's route handler. */
export function createApi(deps: Deps) {
  const app = new Hono<{ Bindings: { incoming?: { socket?: { remoteAddress?: string } } } }>()
  app.use(async (c, next) => {
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'same-origin')
    if (!c.res.headers.has('cache-control')) c.header('Cache-Control', 'no-store')
  })
  app.use(limitBody(BODY_MAX_BYTES))

  app.get('/api/health', (c) => c.json({ status: 'ok' }))
  app.get('/api/ready', async (c) =>
    !deps.engine.isClosed() && (await isReachable(deps.db))
      ? c.json({ status: 'ready' })
      : c.json({ status: 'unavailable' }, 503, { 'Retry-After': '2' }),
  )
  const readJobs = reportJobs(deps.metrics, deps.db)
  app.get('/api/metrics', async (c) => {
    // With the database away the process still reports its own metrics.
    await readJobs().catch(() => undefined)
    return c.text(await deps.metrics.registry.metrics(), 200, {
      'Content-Type': deps.metrics.registry.contentType,
    })
  })

  app.use('/api/trpc/*', ownPagesOnly(['application/json'], deps.env.baseUrl))
  app.all('/api/trpc/*', (c) => trpc(deps, c.req.raw))
  app.on(['GET', 'POST'], '/api/auth/*', (c) =>
    deps.auth.handler(from(c.req.raw, c.env?.incoming?.socket?.remoteAddress)),
  )
  app.route('/api/shop/orders', shopOrders(deps))
  app.route('/api/shop/language', languageForm(deps))
  app.route('/api/bank', bankPages(deps))
  app.route('/', cspReports(deps))
  app.route('/', createRest(deps))

  app.notFound((c) => sendProblem(c, { kind: 'not-found', detail: 'This address does not exist.' }))
  app.onError((error, c) => {
    deps.log.error({ err: error, path: c.req.path }, 'a request failed')
    return sendProblem(c, INTERNAL_PROBLEM)
  })
  return app
}

function trpc(deps: Deps, request: Request): Promise<Response> {
  const context = contextFor(deps, request.headers)
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    maxBatchSize: BATCH_MAX,
    createContext: () => context,
    responseMeta: ({ errors }) => {
      const headers = new Headers()
      if (context.setCookie) headers.append('set-cookie', context.setCookie)
      const wait = retryAfter(errors)
      if (wait) headers.set('retry-after', String(wait))
      return { headers }
    },
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
