import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** What the process tells Prometheus. One registry a process; names are stable, labels have few values. */
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
    alerts: new Counter({
      name: 'payonce_alerts_total',
      help: 'Things that a person should look at',
      labelNames: ['operation'],
      registers: [registry],
    }),
    seconds: new Histogram({
      name: 'payonce_attempt_seconds',
      help: 'How long an attempt took',
      labelNames: ['operation', 'outcome'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [registry],
    }),
  }
}

export type Metrics = ReturnType<typeof openMetrics>
