import { openPool } from '@/platform/db'
import { readEnv } from '@/platform/env'
import { onlyRightsOf, refuseWrongConnections } from '@/platform/least-rights'
import { openProcessLog } from '@/platform/own-output'
import { isPooled } from '@/platform/pooler'
import { APP_ROLE } from '@/platform/roles'
import { startTracing, tracing } from '@/platform/tracing/tracing'
import { buildCore } from './core'
import { jobsOf } from './jobs/jobs'
import { runQueue } from './jobs/queue'
import { onStopRequest } from './stop-request'
import { openRelay } from './webhook-relay'

// First of all: from here on, nothing but lines of the log leaves this process.
const processLog = openProcessLog('payonce-worker')

const DIRECT =
  'The worker needs a DATABASE_URL that leads to PostgreSQL itself, without pgbouncer=true: it listens for jobs, and its checks may take minutes. Only web works behind a pooler.'

/** The worker process: runs the jobs that no request waits for. Any number of workers may run. */
async function main(): Promise<void> {
  const env = readEnv()
  if (isPooled(env.DATABASE_URL)) throw new Error(DIRECT)
  await startTracing(env.OTEL_EXPORTER_OTLP_ENDPOINT, 'payonce-worker')
  const core = buildCore(env, 'worker')
  const stopping = new AbortController()
  onStopRequest(() => stopping.abort())
  // The queue listens on one connection and takes its jobs on the others.
  const check = onlyRightsOf(APP_ROLE, 'DATABASE_URL')
  const pool = openPool(core.env.DATABASE_URL, { max: 6, name: 'payonce-queue', check })
  const { db, log } = core
  await refuseWrongConnections(core.pool, core.bankPool)
  // Ready even if the database is away: to wait for it is this process's work, not a failed start.
  process.send?.({ type: 'ready' })
  const relay = openRelay(core)
  await Promise.all([
    runQueue({ pool, db, log, jobs: jobsOf(core), stopping: stopping.signal }),
    relay.run(stopping.signal),
  ])
  relay.close()
  await core.engine.idle()
  await Promise.all([pool.end(), core.close()])
  await tracing()?.close()
  process.exit(0)
}

main().catch((error) => {
  processLog.fatal({ err: error }, 'the worker could not start')
  process.exit(1)
})
