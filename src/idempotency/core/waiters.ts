import type { Clock } from './clock'

/**
 * Requests of this process for the same record: one of them goes to the database for all. A waiter occupies
 * no connection: it sleeps until another request of this process finishes the record, or until the next check
 * (another process may finish it).
 *
 * Each map has at most one entry per request in flight, and an entry goes with its last request, so the
 * admission limit of the server bounds them.
 */
export class Waiters {
  private readonly sleeping = new Map<string, Set<() => void>>()
  private readonly inside = new Set<string>()
  private readonly reading = new Map<string, Promise<unknown>>()
  private readonly nextRead = new Map<string, Promise<unknown>>()

  constructor(private readonly clock: Clock) {}

  /**
   * Admits one caller at a time to the database for this record. False: another request of this process is
   * there.
   */
  enter(id: string): boolean {
    if (this.inside.has(id)) return false
    this.inside.add(id)
    return true
  }

  /** @param wake the record has changed, so the waiters should read it */
  leave(id: string, wake: boolean): void {
    this.inside.delete(id)
    if (wake) this.wake(id)
  }

  /** Resolves when `wake(id)` is called, and after `ms` at the latest. */
  sleep(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const others = this.sleeping.get(id) ?? new Set()
      const wake = () => {
        cancel()
        others.delete(wake)
        if (others.size === 0) this.sleeping.delete(id)
        resolve()
      }
      const cancel = this.clock.after(ms, wake)
      others.add(wake)
      this.sleeping.set(id, others)
    })
  }

  /** Wakes every sleeper of this record. */
  wake(id: string): void {
    for (const wake of [...(this.sleeping.get(id) ?? [])]) wake()
  }

  /**
   * Returns a read that began after the call. All callers that arrive during a read get the result of the
   * next one: a thousand requests with one key make two reads, not a thousand.
   */
  readFresh<T>(id: string, read: () => Promise<T>): Promise<T> {
    const current = this.reading.get(id)
    if (!current) return this.startRead(id, read)
    const next = this.nextRead.get(id) ?? current.catch(() => undefined).then(() => this.startNext(id, read))
    this.nextRead.set(id, next)
    return next as Promise<T>
  }

  private startNext<T>(id: string, read: () => Promise<T>): Promise<T> {
    this.nextRead.delete(id)
    return this.startRead(id, read)
  }

  private startRead<T>(id: string, read: () => Promise<T>): Promise<T> {
    const result = read().finally(() => {
      if (this.reading.get(id) === result) this.reading.delete(id)
    })
    this.reading.set(id, result)
    return result
  }
}
