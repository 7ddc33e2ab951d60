import type { StoredAttempt } from './attempt-state'

/**
 * Storage of one attempt that outlives its page and is visible to the browser's other windows. Its functions
 * never throw.
 */
export interface AttemptStorage {
  /** Null: nothing is stored, or it cannot be read. */
  read(): StoredAttempt | null
  write(record: StoredAttempt): void
  clear(): void
}

type WebStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** 30 days: as long as the server keeps an answer. An older attempt can no longer be resumed. */
const KEPT_MS = 30 * 24 * 3_600_000

/** 100 attempts: more orders than one page without storage pays. The oldest is dropped first. */
const IN_MEMORY_MAX = 100

/**
 * Fallback within the page when the browser's storage is blocked or full. One per page: two instances must
 * see the same.
 */
const memory = new Map<string, string>()

/**
 * The storage of one attempt. Creating it deletes attempts of the same family that are older than 30 days.
 * @param name family and subject, such as `shop.attempt:ord_1`; the part up to the colon is common to all
 *   attempts of the family
 * @param storage the browser's `localStorage` (`sessionStorage` would be lost in a crash and hidden from a
 *   second window). A function, because reading `localStorage` throws where storage is blocked
 * @param now milliseconds since the epoch
 */
export function attemptStorage(
  name: string,
  storage: () => WebStorage = () => localStorage,
  now: () => number = Date.now,
): AttemptStorage {
  orNull(() => forgetOld(storage(), name.slice(0, name.indexOf(':') + 1), now() - KEPT_MS))
  return {
    read: () => parse(orNull(() => storage().getItem(name)) ?? memory.get(name) ?? null),
    write(record) {
      const text = JSON.stringify({ ...record, at: now() })
      remember(name, text)
      orNull(() => storage().setItem(name, text))
    },
    clear() {
      memory.delete(name)
      orNull(() => storage().removeItem(name))
    },
  }
}

function remember(name: string, text: string): void {
  memory.delete(name)
  memory.set(name, text)
  for (const oldest of memory.keys()) if (memory.size > IN_MEMORY_MAX) memory.delete(oldest)
}

function forgetOld(storage: WebStorage, prefix: string, before: number): void {
  if (prefix === '') return
  const names = Array.from({ length: storage.length }, (_, index) => storage.key(index)).filter((name) =>
    name?.startsWith(prefix),
  )
  for (const name of names as string[])
    if (!(writtenAt(storage.getItem(name)) > before)) storage.removeItem(name)
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

/** A foreign or damaged record counts as absent. */
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
