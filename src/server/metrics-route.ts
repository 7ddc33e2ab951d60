import type { Context, Handler } from 'hono'
import { merchantsOf } from '@/access/merchant'
import { modeServed } from '@/platform/env'
import { setHeader } from './answer-headers'
import type { Deps } from './deps'
import { reportJobs } from './jobs/metrics'
import { metricsAccess } from './metrics-access'
import { sendProblem } from './rest/respond'

/** `GET /api/metrics`: the metrics of this process and of the jobs, as Prometheus text, for those who may read them. */
export function metricsRoute(deps: Deps): Handler {
  const readJobs = reportJobs(deps.metrics, deps.db, merchantsOf(modeServed(deps.env)))
  return async (c) => {
    const access = metricsAccess(requestOf(c), deps.env)
    if (access === 'hidden') return c.notFound()
    if (access === 'refused') {
      setHeader(c, 'www-authenticate', 'Bearer realm="Payonce metrics"')
      return sendProblem(c, { kind: 'unauthorized', detail: 'Send PAYONCE_METRICS_TOKEN as a bearer token.' })
    }
    // With the database away the process still reports its own metrics.
    await readJobs().catch(() => undefined)
    const { registry } = deps.metrics
    return c.text(await registry.metrics(), 200, { 'Content-Type': registry.contentType })
  }
}

function requestOf(c: Context) {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  const proxied = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']
  return {
    authorization: c.req.header('authorization'),
    host: c.req.header('host'),
    forwarded: proxied.some((name) => c.req.header(name) !== undefined),
    remoteAddress: incoming?.socket?.remoteAddress,
  }
}
