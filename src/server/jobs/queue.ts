import { setTimeout } from 'node:timers/promises'
import { Logger, type Runner, run, type TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Db } from '@/platform/db'
import type { Log } from '@/platform/log'
import { noteTurn } from './health'
import { type Job, turn } from './jobs'

export interface QueueOptions {
  pool: pg.Pool
  db: Db
  log: Log
  jobs: readonly Job[]
  stopping: AbortSignal
}

/** How long before a queue that could not run, or that broke, is opened again. */
const AGAIN_MS = 500
/** Jobs side by side in one worker: each of ours, so that none waits for another. */
const CONCURRENCY = 4
/** A look into the queue beside being told: after some restarts of the database the line on which it tells is down for a while. */
const POLL_MS = 1_000
/** In "batches" of no delay, since only for batches the library handles a database that goes away in the very moment a job ends. */
const PRESET = {
  worker: {
    concurrentJobs: CONCURRENCY,
    pollInterval: POLL_MS,
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
}

/** Runs the jobs until we are told to stop. A database that is away is no reason to end: the queue is opened again and again. */
export async function runQueue(options: QueueOptions): Promise<void> {
  const { log, stopping } = options
  while (!stopping.aborted) {
    try {
      await runUntilItEnds(options)
    } catch (error) {
      log.warn({ err: error }, 'the job queue could not run')
    }
    if (!stopping.aborted) await sleep(AGAIN_MS, stopping)
  }
}

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
  const clocks = jobs.map((job) => beat(runner, job, AbortSignal.any([stopping, ended.signal]), log))
  const stop = () => void runner.stop().catch(() => undefined)
  stopping.addEventListener('abort', stop, { once: true })
  try {
    if (stopping.aborted) stop()
    await runner.promise
  } finally {
    ended.abort()
    stopping.removeEventListener('abort', stop)
    await Promise.all(clocks)
  }
}

/**
 * Puts the job into the queue at each beat, under a key of its own: however many workers do so, it waits there once. A worker that was
 * killed in the middle of a job keeps that one locked for hours, which does no harm: the next beat puts in another.
 */
async function beat(runner: Runner, { name, everyMs }: Job, over: AbortSignal, log: Log): Promise<void> {
  while (!over.aborted) {
    await runner
      .addJob(name, {}, { jobKey: name, maxAttempts: 1 })
      .catch((error: unknown) => log.debug({ err: error, job: name }, 'a beat was missed'))
    await sleep(everyMs, over)
  }
}

function tasksOf({ jobs, db, log, stopping }: QueueOptions): TaskList {
  return Object.fromEntries(jobs.map((job) => [job.name, () => observed(job, db, log, stopping)]))
}

/** S13: whatever a job throws is told of and counted; the process lives, and the next beat tries again. */
async function observed(job: Job, db: Db, log: Log, stopping: AbortSignal): Promise<void> {
  const began = performance.now()
  try {
    const handled = await turn(job, stopping)
    await noteTurn(db, job.name, { handled, ms: performance.now() - began })
  } catch (error) {
    log.error({ err: error, job: job.name }, 'a job failed')
    await noteTurn(db, job.name, { error, ms: performance.now() - began }).catch(() => undefined)
  }
}

/** The library tells much, of which its errors matter to us. */
function loggerOf(log: Log): Logger {
  return new Logger(
    () => (level, message) => void (level === 'error' ? log.warn(message) : log.trace(message)),
  )
}

function sleep(ms: number, over: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal: over }).catch(() => undefined)
}
