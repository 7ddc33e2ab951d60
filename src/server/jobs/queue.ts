import { setTimeout } from 'node:timers/promises'
import { Logger, type Runner, run, type TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Db } from '@/platform/db'
import type { Log } from '@/platform/log'
import { noteTurn, turnsEnded } from './health'
import type { Job } from './job'
import { turn } from './jobs'

export interface QueueOptions {
  pool: pg.Pool
  db: Db
  log: Log
  jobs: readonly Job[]
  stopping: AbortSignal
  /** See `STALLED_MS`. */
  stalledMs?: number
}

/** 500 ms before a queue that broke or could not start is opened again: soon, and no storm of connections. */
const AGAIN_MS = 500
/**
 * A queue in which no job of any worker ends for so long is opened anew. The library can come to a halt without an error when the database
 * goes away in the moment at which several jobs end: its count of unfinished batches falls below zero, and it waits for zero. 10 s: many
 * turns of the resolver, and shorter than a shopper's patience.
 */
const STALLED_MS = 10_000
/** Jobs side by side in one worker. 21: as many as there are, so that none waits for another. */
const CONCURRENCY = 21
/** Polls beside LISTEN: after some restarts of the database its notifications stay away for a while. */
const POLL_MS = 1_000
/** Batches with no delay: only for batches the library handles a database that goes away in the moment a job ends. */
const PRESET = {
  worker: {
    concurrentJobs: CONCURRENCY,
    pollInterval: POLL_MS,
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
}

/** Runs the jobs until `stopping`. A database that is away does not end it: the queue is opened again and again. */
export async function runQueue(options: QueueOptions): Promise<void> {
  const { log, stopping } = options
  while (!stopping.aborted) {
    try {
      await runUntilItEnds(options)
    } catch (error) {
      log.warn({ err: error }, 'the job queue broke; it is opened again')
    }
    if (!stopping.aborted) await sleep(AGAIN_MS, stopping)
  }
}

/** @throws Error when the queue broke, or stalled */
async function runUntilItEnds(options: QueueOptions): Promise<void> {
  const { pool, log, jobs, stopping } = options
  const runner = await run({
    pgPool: pool,
    taskList: tasksOf(options),
    noHandleSignals: true,
    logger: loggerOf(log),
    preset: PRESET,
  })
  const ended = new AbortController()
  const schedules = jobs.map((job) => schedule(runner, job, AbortSignal.any([stopping, ended.signal]), log))
  const stall = stalls(options, AbortSignal.any([stopping, ended.signal]))
  const stop = () => void runner.stop().catch(() => undefined)
  stopping.addEventListener('abort', stop, { once: true })
  try {
    if (stopping.aborted) stop()
    await Promise.race([runner.promise, stall])
  } finally {
    ended.abort()
    stopping.removeEventListener('abort', stop)
    // One that has stalled may never end; it takes no more jobs.
    stop()
    await Promise.all(schedules)
  }
}

/**
 * Rejects once the database has answered, and no job of any worker has ended, for `stalledMs` or three intervals of the most frequent job.
 * Pending for ever when `over` comes first.
 */
function stalls({ db, jobs, stalledMs = STALLED_MS }: QueueOptions, over: AbortSignal): Promise<never> {
  const patienceMs = Math.max(stalledMs, 3 * Math.min(...jobs.map(({ everyMs }) => everyMs)))
  return new Promise((_, reject) => {
    void (async () => {
      let seen: bigint | undefined
      let since = performance.now()
      while (!over.aborted) {
        await sleep(patienceMs / 5, over)
        // Undefined: the database is away, which is no fault of the queue.
        const ended = await turnsEnded(db).catch(() => undefined)
        if (ended === undefined || ended !== seen) since = performance.now()
        seen = ended
        if (over.aborted || performance.now() - since <= patienceMs) continue
        return reject(new Error(`no job has ended for ${Math.round(patienceMs / 1_000)} s`))
      }
    })()
  })
}

/**
 * Queues the job at its interval under a key of its own, so it waits in the queue once, however many workers
 * queue it. A worker that was killed during a job leaves that one locked for hours, which does no harm: the
 * next interval queues another.
 */
async function schedule(runner: Runner, { name, everyMs }: Job, over: AbortSignal, log: Log): Promise<void> {
  while (!over.aborted) {
    await runner
      .addJob(name, {}, { jobKey: name, maxAttempts: 1 })
      .catch((error: unknown) => log.debug({ err: error, job: name }, 'a job could not be queued'))
    await sleep(everyMs, over)
  }
}

function tasksOf({ jobs, db, log, stopping }: QueueOptions): TaskList {
  return Object.fromEntries(jobs.map((job) => [job.name, () => countedTurn(job, db, log, stopping)]))
}

/**
 * One turn of a job, counted in its record. A job that the queue hands over after the stop does nothing, so it is no turn.
 * S13: an error of a job is logged and counted; the process lives on, and the next interval tries again.
 */
export async function countedTurn(job: Job, db: Db, log: Log, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return
  const began = performance.now()
  try {
    const handled = await turn(job, stopping)
    await noteTurn(db, job.name, { handled, ms: performance.now() - began })
  } catch (error) {
    log.error({ err: error, job: job.name }, 'a job failed')
    await noteTurn(db, job.name, { error, ms: performance.now() - began }).catch(() => undefined)
  }
}

/** The library logs a lot; only its errors matter to us. */
function loggerOf(log: Log): Logger {
  return new Logger(
    () => (level, message) => void (level === 'error' ? log.warn(message) : log.trace(message)),
  )
}

function sleep(ms: number, over: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal: over }).catch(() => undefined)
}
