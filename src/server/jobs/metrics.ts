import { Gauge } from 'prom-client'
import { openByKind } from '@/alerts/read'
import { readDoubt } from '@/idempotency/stores/read'
import { inboxBacklog } from '@/payments/stripe/inbox/queue'
import type { Db, Sql } from '@/platform/db'
import type { Metrics } from '@/platform/telemetry'
import { readBacklog } from '@/webhooks/queue'
import { type JobHealth, readHealth, silentForMs } from './health'

/**
 * Metrics that are read from the database at each scrape, so that every web process reports the same about all
 * workers.
 * @param ours condition on `merchant_id`: of the merchants that this installation serves
 */
export function reportJobs({ registry }: Metrics, db: Db, ours: Sql): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const runs = gauge('payonce_job_runs', 'Turns of a job, over all workers', ['job'])
  const failures = gauge('payonce_job_failures', 'Turns of a job that failed', ['job'])
  const handled = gauge('payonce_job_handled', 'Rows that a job handled', ['job'])
  const finished = gauge(
    'payonce_job_last_finished_seconds',
    'End of the last turn of a job, in Unix seconds',
    ['job'],
  )
  const lasted = gauge('payonce_job_last_duration_seconds', 'Duration of the last turn of a job', ['job'])
  const inDoubt = gauge('payonce_records_in_doubt', 'Records whose outcome is in doubt')
  const parked = gauge('payonce_records_parked', 'Records that wait for a person to look')
  const oldest = gauge('payonce_doubt_oldest_seconds', 'Age of the oldest record in doubt, parked or not')
  const overdue = gauge(
    'payonce_resolver_overdue_seconds',
    'Time that the longest overdue record has waited for the resolver',
  )
  const openAlerts = gauge('payonce_alerts_open', 'Alerts that have not ended, by kind', ['kind'])
  const silent = gauge('payonce_worker_silent_seconds', 'Time since a job of any worker has ended')
  const webhooks = reportWebhooks(gauge)
  const stripeEvents = reportStripeEvents(gauge)
  const report = ({ job, ...health }: JobHealth) => {
    runs.set({ job }, Number(health.runs))
    failures.set({ job }, Number(health.failures))
    handled.set({ job }, Number(health.handled))
    finished.set({ job }, (health.lastFinishedAt?.getTime() ?? 0) / 1_000)
    lasted.set({ job }, (health.lastMs ?? 0) / 1_000)
  }
  return async () => {
    const [jobs, doubt, backlog, inbox, alerts, silentMs] = await Promise.all([
      readHealth(db),
      readDoubt(db, ours),
      readBacklog(db),
      inboxBacklog(db),
      openByKind(db, ours),
      silentForMs(db),
    ])
    openAlerts.reset()
    for (const { kind, open } of alerts) openAlerts.set({ kind }, open)
    silent.set((silentMs ?? 0) / 1_000)
    webhooks(backlog)
    stripeEvents(inbox)
    jobs.forEach(report)
    inDoubt.set(doubt.inDoubt)
    parked.set(doubt.parked)
    oldest.set(doubt.oldestSeconds)
    overdue.set(doubt.overdueSeconds)
  }
}

type MakeGauge = (name: string, help: string, labelNames?: string[]) => Gauge

function reportWebhooks(gauge: MakeGauge) {
  const unsent = gauge('payonce_webhook_events_waiting', 'Events that are not fanned out to endpoints yet')
  const pending = gauge('payonce_webhook_deliveries_pending', 'Deliveries that have not arrived yet')
  const oldest = gauge('payonce_webhook_overdue_seconds', 'Time that the longest overdue delivery has waited')
  const endpoints = gauge('payonce_webhook_endpoints', 'Endpoints that are failing or disabled', ['state'])
  return (backlog: Awaited<ReturnType<typeof readBacklog>>) => {
    unsent.set(Number(backlog.unsent))
    pending.set(Number(backlog.pending))
    oldest.set(backlog.oldestSeconds)
    endpoints.set({ state: 'failing' }, Number(backlog.failing))
    endpoints.set({ state: 'disabled' }, Number(backlog.disabled))
  }
}

function reportStripeEvents(gauge: MakeGauge) {
  const due = gauge('payonce_stripe_events_due', 'Events of Stripe that wait for the worker')
  const failing = gauge('payonce_stripe_events_failing', 'Events of Stripe whose last try had no result')
  const oldest = gauge(
    'payonce_stripe_events_overdue_seconds',
    'Time that the longest overdue event has waited',
  )
  return (backlog: Awaited<ReturnType<typeof inboxBacklog>>) => {
    due.set(Number(backlog.due))
    failing.set(Number(backlog.failing))
    oldest.set(backlog.oldestSeconds)
  }
}
