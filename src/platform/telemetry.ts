import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { tracing } from './tracing/tracing'

/** In s: from a replay to the longest wait for a bank. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** The Prometheus metrics of the process, in one registry. Names are stable, labels have few values. */
export function openMetrics() {
  const registry: Registry = new Registry()
  // Only the newer text form can carry exemplars: the trace of one request in each bucket.
  const enableExemplars = tracing() !== null
  if (enableExemplars) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never)
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    attempts: new Counter({
      name: 'payonce_attempts_total',
      help: 'Requests that carried a key, by outcome',
      labelNames: ['operation', 'outcome'],
      registers: [registry],
    }),
    problems: new Counter({
      name: 'payonce_problems_total',
      help: 'Requests that carried a key and were answered with a problem, by its name; key-reused is a key sent with another payload',
      labelNames: ['operation', 'problem'],
      registers: [registry],
    }),
    leases: new Counter({
      name: 'payonce_lease_events_total',
      help: 'taken-over: claims taken after their lease; lost-lease: outcomes that came after that, and were not stored',
      labelNames: ['operation', 'event'],
      registers: [registry],
    }),
    batchCalls: new Histogram({
      name: 'payonce_batch_calls',
      help: 'Calls that shared one statement of group commit, by verb',
      labelNames: ['verb'],
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers: [registry],
    }),
    alerts: new Counter({
      name: 'payonce_alerts_total',
      help: 'Events that need a person',
      labelNames: ['operation'],
      registers: [registry],
    }),
    securityEvents: new Counter({
      name: 'payonce_security_events_total',
      help: 'Refusals, sign-ins and other events of security, by name',
      labelNames: ['event'],
      registers: [registry],
    }),
    refusals: new Counter({
      name: 'payonce_refusals_total',
      help: 'Requests that a limit refused, by limit',
      labelNames: ['limit'],
      registers: [registry],
    }),
    requestsNotLogged: new Counter({
      name: 'payonce_requests_not_logged_total',
      help: 'Requests of programs that the request log has left out',
      registers: [registry],
    }),
    seconds: new Histogram({
      name: 'payonce_attempt_seconds',
      help: 'Duration of an attempt',
      labelNames: ['operation', 'outcome'],
      buckets: BUCKETS,
      enableExemplars,
      registers: [registry],
    }),
    requests: new Histogram({
      name: 'payonce_http_request_seconds',
      help: 'Duration of a request, to the end of its answer: by method, route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      enableExemplars,
      registers: [registry],
    }),
  }
}

/** Counts a duration, with the trace of this request as its example where there is one. */
export function observeSeconds<Label extends string>(
  histogram: Histogram<Label>,
  labels: Partial<Record<Label, string | number>>,
  value: number,
): void {
  const traces = tracing()
  const span = traces?.active()?.spanContext()
  const exemplarLabels = (span ? { trace_id: span.traceId } : {}) as never
  if (traces) histogram.observe({ labels, value, exemplarLabels })
  else histogram.observe(labels, value)
}

export type Metrics = ReturnType<typeof openMetrics>
