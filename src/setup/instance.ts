import path from 'node:path'
import { print, until } from './process/console'
import { describeLock, type LockHolder, releaseLock, takeLock } from './process/lock-file'
import { pidOf, stillRuns } from './process/process-id'

/** The right to be the only Payonce that runs on a data folder. */
export interface Instance {
  /** Records our address, which a second start reports, and our child processes, which the next start ends if we are killed. */
  describe(facts: { url: string; children: string[] }): void
  release(): void
}

/** Claims the data folder, and ends what a killed supervisor left running. @throws Error when another Payonce runs on it */
export async function claimInstance(dataDir: string): Promise<Instance> {
  const file = path.join(dataDir, 'running.json')
  const claim = takeLock(file)
  if (!claim.taken) throw new Error(alreadyRunning(claim.by, dataDir))
  await endLeftovers(claim.abandonedBy?.children ?? [])
  return { describe: (facts) => describeLock(file, facts), release: () => releaseLock(file) }
}

function alreadyRunning({ processId, url }: LockHolder, dataDir: string): string {
  const state = url ? `already running at ${url}` : 'already starting'
  return `Payonce is ${state} (pid ${pidOf(processId)}) on the data in ${dataDir}.\nStop it first, or start a second one on data of its own:  PORT=3001 PAYONCE_DATA_DIR=.data-2 npm start`
}

/**
 * 1 s: an ordinary payment takes less. One that waits for a silent bank would keep the whole shop away until the bank's time-out: it is cut off,
 * and the worker finds out what became of it.
 */
const LEFTOVERS_MS = 1_000

/** Children of a killed supervisor notice and end by themselves; one that takes longer would keep the port, so it is killed. */
async function endLeftovers(processIds: string[]): Promise<void> {
  const alive = () => processIds.filter(stillRuns)
  if (alive().length === 0) return
  print('  the last run was killed; waiting for its processes to end')
  if (await until(() => alive().length === 0, LEFTOVERS_MS)) return
  for (const processId of alive()) process.kill(pidOf(processId), 'SIGKILL')
  await until(() => alive().length === 0, 5_000)
}
