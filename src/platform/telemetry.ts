import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** The Prometheus metrics of the process, in one registry. Names are stable, labels have few values. */
export function openMetrics() {
  const registry = new Registry()
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
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [registry],
    }),
  }
}

export type Metrics = ReturnType<typeof openMetrics>
