import { Gauge } from 'prom-client'
import { readDoubt } from '@/idempotency/stores/read'
import type { Db } from '@/platform/db'
import type { Metrics } from '@/platform/telemetry'
import { type JobHealth, readHealth } from './health'

/** What is read from the database when somebody asks, so that each web process tells the same of all workers. */
export function reportJobs({ registry }: Metrics, db: Db): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const runs = gauge('payonce_job_runs', 'Turns of a job, over all workers', ['job'])
  const failures = gauge('payonce_job_failures', 'Turns of a job that failed', ['job'])
  const handled = gauge('payonce_job_handled', 'Rows that a job dealt with', ['job'])
  const finished = gauge('payonce_job_last_finished_seconds', 'When a job last ended, in Unix seconds', [
    'job',
  ])
  const lasted = gauge('payonce_job_last_duration_seconds', 'How long its last turn took', ['job'])
  const inDoubt = gauge('payonce_records_in_doubt', 'Records whose outcome is not known yet')
  const parked = gauge('payonce_records_parked', 'Records that wait for a person')
  const overdue = gauge(
    'payonce_resolver_overdue_seconds',
    'How long the longest overdue record waits to be looked at',
  )
  const report = ({ job, ...health }: JobHealth) => {
    runs.set({ job }, Number(health.runs))
    failures.set({ job }, Number(health.failures))
    handled.set({ job }, Number(health.handled))
    finished.set({ job }, (health.lastFinishedAt?.getTime() ?? 0) / 1_000)
    lasted.set({ job }, (health.lastMs ?? 0) / 1_000)
  }
  return async () => {
    const [jobs, doubt] = await Promise.all([readHealth(db), readDoubt(db)])
    jobs.forEach(report)
    inDoubt.set(doubt.inDoubt)
    parked.set(doubt.parked)
    overdue.set(doubt.overdueSeconds)
  }
}
