import type { AnyOperation } from '@/idempotency/core/operation'
import type { Upkeep } from '@/idempotency/core/store'
import type { SqlForm } from '@/idempotency/stores/sql'
import { uuidv7 } from '@/lib/id'
import type { Core } from '../core'

/** Work that comes again and again. Any number of workers may do it at once: each row is taken by one of them. */
export interface Job {
  name: string
  everyMs: number
  /** One bounded batch. @returns how many rows it dealt with; a full batch is followed by the next one at once */
  run(): Promise<number>
  batchMax: number
}

/** Rows of one batch of upkeep. 500: some milliseconds of locks, and a million expired answers go in half an hour. */
const UPKEEP_BATCH = 500
/** Records that one round settles at most. 20: they are settled side by side, within the pool. */
const RESOLVER_BATCH = 20
const MINUTE_MS = 60_000

export function jobsOf(core: Core): Job[] {
  const { reconcile, env } = core
  const upkeep: Upkeep = core.store
  return [
    // Settles what a crash left behind, and asks about what is in doubt.
    {
      name: 'resolver',
      everyMs: env.PAYONCE_RESOLVER_MS,
      batchMax: RESOLVER_BATCH,
      run: () => resolve(core),
    },
    { name: 'reaper', everyMs: MINUTE_MS, batchMax: UPKEEP_BATCH, run: () => upkeep.reap(UPKEEP_BATCH) },
    {
      name: 'reconciler',
      everyMs: env.PAYONCE_RECONCILE_MS,
      batchMax: Number.POSITIVE_INFINITY,
      run: async () => (await reconcile()).chargesRead,
    },
    {
      name: 'retention',
      everyMs: MINUTE_MS,
      batchMax: UPKEEP_BATCH,
      run: () => upkeep.expireAnswers(UPKEEP_BATCH),
    },
  ]
}

/** Every operation of the registry, so that none is forgotten. @returns the most that any of them had: a full batch of one is followed by the next */
async function resolve({ engine, operations }: Core): Promise<number> {
  const requestId = uuidv7()
  let most = 0
  for (const operation of Object.values(operations) as AnyOperation<SqlForm>[])
    most = Math.max(most, await engine.recover(operation, RESOLVER_BATCH, requestId))
  return most
}

/** Batches of one turn. 50: a backlog is worked off, but a stop or another job never waits for long. */
const BATCHES_MAX = 50

/** One turn of a job: batches, as long as they are full. */
export async function turn(job: Job, stopping: AbortSignal): Promise<number> {
  let handled = 0
  for (let batch = 0; batch < BATCHES_MAX && !stopping.aborted; batch++) {
    const rows = await job.run()
    handled += rows
    if (rows < job.batchMax) break
  }
  return handled
}
