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

/** Children of a killed supervisor notice and end by themselves; one that hangs would keep the port, so it is killed. */
async function endLeftovers(processIds: string[]): Promise<void> {
  const alive = () => processIds.filter(stillRuns)
  if (alive().length === 0) return
  print('  the last run was killed; waiting for its processes to end')
  // 10 s: longer than a running payment takes, unless the bank does not answer; the worker finds that one again.
  if (await until(() => alive().length === 0, 10_000)) return
  for (const processId of alive()) process.kill(pidOf(processId), 'SIGKILL')
  await until(() => alive().length === 0, 2_000)
}
