import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { until } from './console'
import { processId, stillRuns } from './process-id'

const holder = z.object({
  mark: z.string(),
  url: z.string().optional(),
  children: z.array(z.string()).optional(),
})

/** Who holds a lock: the process's mark, and what it wants others to know. */
export type LockHolder = z.infer<typeof holder>

/** Takes the lock for this process, also from a holder that no longer runs. Returns the living holder when there is one. */
export function takeLock(
  file: string,
): { taken: true; abandonedBy: LockHolder | null } | { taken: false; by: LockHolder } {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  let abandonedBy: LockHolder | null = null
  for (;;) {
    if (create(file)) return { taken: true, abandonedBy }
    const by = readLock(file)
    if (by && stillRuns(by.mark)) return { taken: false, by }
    if (setAside(file, by)) abandonedBy = by
  }
}

/** Adds to what the lock says. Only for its holder. */
export function describeLock(file: string, facts: Omit<LockHolder, 'mark'>): void {
  write(`${file}.next`, { mark: ownMark(), ...facts })
  fs.renameSync(`${file}.next`, file)
}

export function releaseLock(file: string): void {
  if (readLock(file)?.mark === ownMark()) fs.rmSync(file, { force: true })
}

export function readLock(file: string): LockHolder | null {
  try {
    return holder.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** Does `work` while no other process does work under the same lock. */
export async function alone<T>(
  file: string,
  waiting: (by: LockHolder) => void,
  work: () => Promise<T>,
): Promise<T> {
  let told = false
  // 10 minutes: longer than the slowest build; a holder that died is taken over at once.
  const got = await until(() => tryOnce(), 600_000, 200)
  if (!got)
    throw new Error(`${file} has been held for ten minutes; end the process that it names, or delete it.`)
  try {
    return await work()
  } finally {
    releaseLock(file)
  }

  function tryOnce(): boolean {
    const result = takeLock(file)
    if (!result.taken && !told) waiting(result.by)
    told = true
    return result.taken
  }
}

/** A hard link appears whole or not at all, and never over another: nobody can read half a lock. */
function create(file: string): boolean {
  const draft = `${file}.${process.pid}`
  write(draft, { mark: ownMark() })
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

/** Two may find the same abandoned lock; the second would move away the first one's new lock, so it looks and puts it back. */
function setAside(file: string, expected: LockHolder | null): boolean {
  const aside = `${file}.${process.pid}.old`
  try {
    fs.renameSync(file, aside)
  } catch {
    return false
  }
  const moved = readLock(aside)
  if (moved && moved.mark !== expected?.mark && !fs.existsSync(file)) fs.linkSync(aside, file)
  fs.rmSync(aside, { force: true })
  return true
}

function write(file: string, content: LockHolder): void {
  fs.writeFileSync(file, `${JSON.stringify(content)}\n`)
}

function ownMark(): string {
  return processId(process.pid) ?? String(process.pid)
}
