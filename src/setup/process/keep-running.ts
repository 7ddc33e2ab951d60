import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'
import { pause, print, reasonOf } from './console'
import { hasEnded } from './process-id'

/** A child process that is restarted when it dies. */
export interface KeptProcess {
  pid(): number
  /** Resolves when it has first reported ready; rejects when it ended before. */
  ready: Promise<void>
  /** Rejects when it cannot be kept running. */
  failed: Promise<never>
  /** Sends SIGTERM, so that it finishes its work; kills it after 30 s, or when `hurry` is aborted. */
  stop(hurry: AbortSignal): Promise<void>
}

/** 30 s: longer than the 25 s that the slowest allowed bank may take, so every running payment gets its answer. */
const DRAIN_MS = 30_000
/** A process that dies within 10 s of its start is restarted after a growing pause, up to 3.2 s. */
const QUICK_MS = 10_000
const QUICK_MAX = 5
/** After five starts in a row that never became ready it is given up: a person must see why. */
const FAILED_STARTS_MAX = 5

/**
 * Starts a process, and restarts it whenever it ends without `stop`. The process sends `{ type: 'ready' }` once it works.
 * `changed` is called after each restart that became ready.
 */
export function keepRunning(name: string, start: () => ChildProcess, changed: () => void): KeptProcess {
  let stopping = false
  let child = start()
  const ready = untilReady(name, child)
  const failed = ready.then(watch)
  // A caller may attach its handlers later: without this, a rejection before that would end the supervisor.
  for (const promise of [ready, failed]) promise.catch(() => undefined)
  return { pid: () => child.pid ?? 0, ready, failed, stop }

  async function watch(): Promise<never> {
    for (let quickDeaths = 0, failedStarts = 0; ; ) {
      const lived = await lifetime(child)
      if (stopping) return new Promise(() => undefined)
      if (failedStarts === FAILED_STARTS_MAX)
        throw new Error(
          `${name} failed to start ${FAILED_STARTS_MAX} times in a row; its last output is above.`,
        )
      quickDeaths = lived < QUICK_MS ? Math.min(quickDeaths + 1, QUICK_MAX) : 1
      print(
        `${name} stopped unexpectedly (${child.signalCode ?? `exit code ${child.exitCode}`}); restarting it`,
      )
      await pause(100 * 2 ** quickDeaths)
      if (!stopping) failedStarts = (await restart()) ? 0 : failedStarts + 1
    }
  }

  /** @returns whether the new process became ready */
  async function restart(): Promise<boolean> {
    child = start()
    const problem = await untilReady(name, child).catch((error: unknown) => reasonOf(error))
    if (problem === undefined) changed()
    else print(problem)
    return problem === undefined
  }

  async function stop(hurry: AbortSignal): Promise<void> {
    stopping = true
    if (hasEnded(child)) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const end = () => child.kill('SIGKILL')
    const patience = setTimeout(end, DRAIN_MS)
    hurry.addEventListener('abort', end)
    child.kill(hurry.aborted ? 'SIGKILL' : 'SIGTERM')
    await ended
    clearTimeout(patience)
  }
}

const readyMessage = z.object({ type: z.literal('ready') })

/** Rejects after 60 s: time enough for a first compilation in development on a slow machine. */
function untilReady(name: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => child.kill('SIGKILL'), 60_000)
    const settle = (done: () => void) => {
      clearTimeout(patience)
      done()
    }
    child.on('message', (message) => readyMessage.safeParse(message).success && settle(resolve))
    child.once('exit', (code, signal) =>
      settle(() => reject(new Error(`${name} did not start (${signal ?? `exit code ${code}`}).`))),
    )
    child.once('error', (error) => settle(() => reject(error)))
  })
}

async function lifetime(child: ChildProcess): Promise<number> {
  const began = performance.now()
  if (!hasEnded(child)) await new Promise((resolve) => child.once('exit', resolve))
  return performance.now() - began
}
