import path from 'node:path'
import { print, until } from './process/console'
import { describeLock, type LockHolder, releaseLock, takeLock } from './process/lock-file'
import { pidOf, stillRuns } from './process/process-id'

/** One running Payonce per data folder. */
export interface Instance {
  /** What a second start is told, and what it ends should we be killed. */
  describe(facts: { url: string; children: string[] }): void
  release(): void
}

export async function claimInstance(dataDir: string): Promise<Instance> {
  const file = path.join(dataDir, 'running.json')
  const claim = takeLock(file)
  if (!claim.taken) throw new Error(alreadyRunning(claim.by, dataDir))
  await endLeftovers(claim.abandonedBy?.children ?? [])
  return { describe: (facts) => describeLock(file, facts), release: () => releaseLock(file) }
}

function alreadyRunning({ mark, url }: LockHolder, dataDir: string): string {
  const where = url ? `is already running at ${url}` : 'is already starting'
  return `Payonce ${where} (pid ${pidOf(mark)}) on the data in ${dataDir}.\nStop that one first, or start another with its own data:  PORT=3001 PAYONCE_DATA_DIR=.data-2 npm start`
}

/** When a supervisor is killed its processes notice and end by themselves; one that hangs would keep the port. */
async function endLeftovers(marks: string[]): Promise<void> {
  const alive = () => marks.filter(stillRuns)
  if (alive().length === 0) return
  print('  the last run was killed; its processes are ending')
  // 10 s: longer than a payment in hand takes, except when the bank does not answer; that one is found again by the worker.
  if (await until(() => alive().length === 0, 10_000)) return
  for (const mark of alive()) process.kill(pidOf(mark), 'SIGKILL')
  await until(() => alive().length === 0, 2_000)
}
