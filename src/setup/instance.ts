import path from 'node:path'
import { print, until } from './process/console'
import { describeLock, type LockHolder, releaseLock, takeLock } from './process/lock-file'
import { pidOf, stillRuns } from './process/process-id'

/** The right to be the only Payonce that runs on a data folder. */
export interface Instance {
  /** Records our address, which a second start reports, and our child processes, whose place the next start takes if we are killed. */
  describe(facts: { url: string; children: string[] }): void
  /** The port of a killed supervisor's web that still answers; null without one. */
  lastPort(): number | null
  /** Ends web and worker of a killed supervisor, if they still run. */
  endLast(): Promise<void>
  release(): void
}

/**
 * Claims the data folder. What a killed supervisor left running goes on, so that nobody waits until its place is taken.
 * @throws Error when another Payonce runs on it
 */
export async function claimInstance(dataDir: string): Promise<Instance> {
  const file = path.join(dataDir, 'running.json')
  const claim = takeLock(file)
  if (!claim.taken) throw new Error(alreadyRunning(claim.by, dataDir))
  const { url = '', children = [] } = claim.abandonedBy ?? {}
  const alive = () => children.filter(stillRuns)
  // At once: whoever comes after us finds them too, should we be killed.
  if (alive().length > 0) {
    describeLock(file, { url, children })
    print('  the last run was killed; what it left goes on until this one is ready')
  }
  return {
    describe: (facts) => describeLock(file, facts),
    lastPort: () => (alive().length > 0 ? Number(/:(\d+)$/.exec(url)?.[1] ?? 0) || null : null),
    endLast: () => endAll(alive),
    release: () => releaseLock(file),
  }
}

function alreadyRunning({ processId, url }: LockHolder, dataDir: string): string {
  const state = url ? `already running at ${url}` : 'already starting'
  return `Payonce is ${state} (pid ${pidOf(processId)}) on the data in ${dataDir}.\nStop it first, or start a second one on data of its own:  PORT=3001 PAYONCE_DATA_DIR=.data-2 npm start`
}

/**
 * 1 s: an ordinary payment takes less. One that waits for a silent bank would keep the whole shop away until the bank's time-out: it is cut off,
 * and the worker finds out what became of it.
 */
const LAST_MS = 1_000

async function endAll(alive: () => string[]): Promise<void> {
  signal(alive(), 'SIGTERM')
  if (await until(() => alive().length === 0, LAST_MS)) return
  signal(alive(), 'SIGKILL')
  await until(() => alive().length === 0, 5_000)
}

function signal(processIds: string[], name: NodeJS.Signals): void {
  for (const processId of processIds)
    try {
      process.kill(pidOf(processId), name)
    } catch {
      // It has ended in this moment.
    }
}
