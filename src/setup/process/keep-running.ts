import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'
import { pause, print, reasonOf } from './console'
import { hasEnded } from './process-id'

export interface KeptProcess {
  pid(): number
  /** It has said that it is ready, for the first time; rejects when it ended before that. */
  ready: Promise<void>
  /** Rejects when it cannot be kept running. */
  failed: Promise<never>
  /** Asks it to finish its work, and makes it end when it has not after 30 s or when `hurry` comes. */
  stop(hurry: AbortSignal): Promise<void>
}

/** 30 s: longer than the 25 s that the slowest allowed bank may take, so every payment in hand gets its answer. */
const DRAIN_MS = 30_000
/** A process that dies within 10 s of its start is started again ever more slowly, up to 3.2 s apart. */
const QUICK_MS = 10_000
const QUICK_MAX = 5
/** Five starts in a row that never became ready: it will not work, and somebody must look. One that was ready did work. */
const FAILED_STARTS_MAX = 5

/** Starts a process that says `{ type: 'ready' }` when it is, and starts it again whenever it dies by itself. */
export function keepRunning(name: string, start: () => ChildProcess, changed: () => void): KeptProcess {
  let stopping = false
  let child = start()
  const ready = untilReady(name, child)
  const failed = ready.then(watch)
  // Whoever cares listens to these two; without this, a failure that comes earlier would end the process.
  for (const promise of [ready, failed]) promise.catch(() => undefined)
  return { pid: () => child.pid ?? 0, ready, failed, stop }

  async function watch(): Promise<never> {
    for (let quickDeaths = 0, failedStarts = 0; ; ) {
      const lived = await lifetime(child)
      if (stopping) return new Promise(() => undefined)
      if (failedStarts === FAILED_STARTS_MAX)
        throw new Error(
          `${name} did not start ${FAILED_STARTS_MAX} times in a row; its last words are above.`,
        )
      quickDeaths = lived < QUICK_MS ? Math.min(quickDeaths + 1, QUICK_MAX) : 1
      print(`${name} ended by itself (${child.signalCode ?? `exit ${child.exitCode}`}); it is started again`)
      await pause(100 * 2 ** quickDeaths)
      if (!stopping) failedStarts = (await restart()) ? 0 : failedStarts + 1
    }
  }

  /** Whether it became ready. */
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

/** 60 s: a first compilation in development, on a slow machine. */
function untilReady(name: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => child.kill('SIGKILL'), 60_000)
    const settle = (done: () => void) => {
      clearTimeout(patience)
      done()
    }
    child.on('message', (message) => readyMessage.safeParse(message).success && settle(resolve))
    child.once('exit', (code, signal) =>
      settle(() => reject(new Error(`${name} did not start (${signal ?? `exit ${code}`}).`))),
    )
    child.once('error', (error) => settle(() => reject(error)))
  })
}

async function lifetime(child: ChildProcess): Promise<number> {
  const began = performance.now()
  if (!hasEnded(child)) await new Promise((resolve) => child.once('exit', resolve))
  return performance.now() - began
}
