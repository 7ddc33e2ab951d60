import { openPool } from '@/platform/db'
import { readEnv } from '@/platform/env'
import { APP_ROLE } from '@/platform/roles'
import { buildCore } from './core'
import { jobsOf } from './jobs/jobs'
import { runQueue } from './jobs/queue'
import { onStopRequest } from './stop-request'

/** The worker process: does by itself what no request waits for. Any number of them may run. */
async function main(): Promise<void> {
  const core = buildCore(readEnv(), 'worker')
  const stopping = new AbortController()
  onStopRequest(() => stopping.abort())
  // The queue listens on one connection, and its jobs are taken on the others.
  const pool = openPool(core.env.DATABASE_URL, { max: 6, role: APP_ROLE, name: 'payonce-queue' })
  const { db, log } = core
  // Ready whether the database is there or not: waiting for it is this process's work, not a failed start.
  process.send?.({ type: 'ready' })
  await runQueue({ pool, db, log, jobs: jobsOf(core), stopping: stopping.signal })
  await core.engine.idle()
  await Promise.all([pool.end(), core.close()])
  process.exit(0)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
