import type { Stored } from './attempt'

/** Where an attempt outlives its page. `read` and `write` never throw. */
export interface AttemptStorage {
  read(): Stored | null
  write(record: Stored): void
  clear(): void
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Survives within the page when the browser's own storage is blocked or full. One per page: two instances must see the same. */
const memory = new Map<string, string>()

/**
 * One attempt's place.
 * @param name says whose it is: the order and its version, so that a changed order finds nothing old
 * @param shelf the browser's `sessionStorage`, as a function: where storage is blocked, already naming it throws
 */
export function attemptStorage(name: string, shelf: () => Shelf = () => sessionStorage): AttemptStorage {
  return {
    read: () => parse(attempt(() => shelf().getItem(name)) ?? memory.get(name) ?? null),
    write(record) {
      const text = JSON.stringify(record)
      memory.set(name, text)
      attempt(() => shelf().setItem(name, text))
    },
    clear() {
      memory.delete(name)
      attempt(() => shelf().removeItem(name))
    },
  }
}

function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

/** What is not ours, or was damaged, counts as absent. */
function parse(text: string | null): Stored | null {
  const record: Partial<Stored> | null = text === null ? null : attempt(() => JSON.parse(text))
  if (!record || typeof record.key !== 'string' || record.key === '') return null
  return {
    key: record.key,
    payload: typeof record.payload === 'string' ? record.payload : null,
    sentAt: typeof record.sentAt === 'number' ? record.sentAt : null,
    held: Number.isSafeInteger(record.held) ? Number(record.held) : 0,
  }
}
