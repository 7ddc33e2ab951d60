import type { StoredAttempt } from './attempt'

/** Where an attempt outlives its page, and is found by the browser's other windows. `read` and `write` never throw. */
export interface AttemptStorage {
  read(): StoredAttempt | null
  write(record: StoredAttempt): void
  clear(): void
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** 30 days: as long as the server keeps an answer. An attempt that is older is nobody's any more. */
const KEPT_MS = 30 * 24 * 3_600_000

/** Survives within the page when the browser's own storage is blocked or full. One per page: two instances must see the same. */
const memory = new Map<string, string>()

/**
 * One attempt's place.
 * @param name says whose it is, as `shop.attempt:ord_1`; what stands before the colon is shared by all attempts, so that old ones are found
 * @param shelf the browser's `localStorage` (`sessionStorage` would lose it with a crash, and hide it from a second window), as a
 *   function: where storage is blocked, already naming it throws
 */
export function attemptStorage(
  name: string,
  shelf: () => Shelf = () => localStorage,
  now: () => number = Date.now,
): AttemptStorage {
  orNull(() => forgetOld(shelf(), name.slice(0, name.indexOf(':') + 1), now() - KEPT_MS))
  return {
    read: () => parse(orNull(() => shelf().getItem(name)) ?? memory.get(name) ?? null),
    write(record) {
      const text = JSON.stringify({ ...record, at: now() })
      memory.set(name, text)
      orNull(() => shelf().setItem(name, text))
    },
    clear() {
      memory.delete(name)
      orNull(() => shelf().removeItem(name))
    },
  }
}

function forgetOld(shelf: Shelf, prefix: string, before: number): void {
  if (prefix === '') return
  const names = Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).filter((name) =>
    name?.startsWith(prefix),
  )
  for (const name of names as string[]) if (!(writtenAt(shelf.getItem(name)) > before)) shelf.removeItem(name)
}

function writtenAt(text: string | null): number {
  return orNull(() => Number(JSON.parse(text ?? '').at)) ?? 0
}

function orNull<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

/** What is not ours, or was damaged, counts as absent. */
function parse(text: string | null): StoredAttempt | null {
  const record: Partial<StoredAttempt> | null = text === null ? null : orNull(() => JSON.parse(text))
  if (!record || typeof record.key !== 'string' || record.key === '') return null
  return {
    key: record.key,
    payload: typeof record.payload === 'string' ? record.payload : null,
    sentAt: typeof record.sentAt === 'number' ? record.sentAt : null,
    held: Number.isSafeInteger(record.held) ? Number(record.held) : 0,
  }
}
