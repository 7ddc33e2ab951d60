import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { until } from './console'
import { processId, stillRuns } from './process-id'

const holder = z.object({
  processId: z.string(),
  url: z.string().optional(),
  children: z.array(z.string()).optional(),
})

/** The process that holds a lock (`processId` of `process-id.ts`), and what it published about itself. */
export type LockHolder = z.infer<typeof holder>

/** Takes the lock for this process, also from a holder that no longer runs. Never waits: `taken: false` names the running holder. */
export function takeLock(
  file: string,
): { taken: true; abandonedBy: LockHolder | null } | { taken: false; by: LockHolder } {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  let abandonedBy: LockHolder | null = null
  for (;;) {
    if (create(file)) return { taken: true, abandonedBy }
    const by = readLock(file)
    if (by && stillRuns(by.processId)) return { taken: false, by }
    if (setAside(file, by)) abandonedBy = by
  }
}

/** Publishes facts in the lock file. Only for the holder of the lock. */
export function describeLock(file: string, facts: Omit<LockHolder, 'processId'>): void {
  write(`${file}.next`, { processId: ownProcessId(), ...facts })
  fs.renameSync(`${file}.next`, file)
}

export function releaseLock(file: string): void {
  if (readLock(file)?.processId === ownProcessId()) fs.rmSync(file, { force: true })
}

/** The holder, or null where there is no lock file or it is not whole. */
export function readLock(file: string): LockHolder | null {
  try {
    const { mark, ...facts } = JSON.parse(fs.readFileSync(file, 'utf8'))
    return holder.parse({ processId: mark, ...facts })
  } catch {
    return null
  }
}

/** Runs `work` while no other process works under the same lock. @throws Error when the lock is not free within ten minutes */
export async function alone<T>(
  file: string,
  waiting: (by: LockHolder) => void,
  work: () => Promise<T>,
): Promise<T> {
  let announced = false
  // 10 minutes: longer than the slowest build; a holder that died is taken over at once.
  const got = await until(() => tryOnce(), 600_000, 200)
  if (!got)
    throw new Error(
      `${file} has been locked for ten minutes. End the process that it names, or delete the file.`,
    )
  try {
    return await work()
  } finally {
    releaseLock(file)
  }

  function tryOnce(): boolean {
    const result = takeLock(file)
    if (!result.taken && !announced) waiting(result.by)
    announced = true
    return result.taken
  }
}

/** A hard link appears complete or not at all, and never replaces a file: so no process reads half a lock. */
function create(file: string): boolean {
  const draft = `${file}.${process.pid}`
  write(draft, { processId: ownProcessId() })
  try {
    fs.linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

/** Two processes may find the same abandoned lock. The second would move away the new lock of the first, so it checks and puts it back. */
function setAside(file: string, expected: LockHolder | null): boolean {
  const aside = `${file}.${process.pid}.old`
  try {
    fs.renameSync(file, aside)
  } catch {
    return false
  }
  const moved = readLock(aside)
  if (moved && moved.processId !== expected?.processId && !fs.existsSync(file)) fs.linkSync(aside, file)
  fs.rmSync(aside, { force: true })
  return true
}

/** In the file the process id is called `mark`: every version of the program must find the lock of every other. */
function write(file: string, { processId: mark, ...facts }: LockHolder): void {
  fs.writeFileSync(file, `${JSON.stringify({ mark, ...facts })}\n`)
}

function ownProcessId(): string {
  return processId(process.pid) ?? String(process.pid)
}
