import type { Clock } from './clock'

/**
 * Requests of this process that are about one record: one goes to the database for all. A waiter holds no connection: it sleeps
 * until somebody here finishes the record, or until it is time to look again (another process may have finished it).
 */
export class Waiters {
  private readonly sleeping = new Map<string, Set<() => void>>()
  private readonly inside = new Set<string>()
  private readonly reading = new Map<string, Promise<unknown>>()
  private readonly nextRead = new Map<string, Promise<unknown>>()

  constructor(private readonly clock: Clock) {}

  /** Whether the caller may go to the database for this record; false while another request of this process is there. */
  enter(id: string): boolean {
    if (this.inside.has(id)) return false
    this.inside.add(id)
    return true
  }

  /** @param wake whether there is something new to see for those who wait */
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

  wake(id: string): void {
    for (const wake of [...(this.sleeping.get(id) ?? [])]) wake()
  }

  /**
   * A look at the record that began after the caller asked for it. While one is under way all who come share the one after it: a
   * thousand requests with one key are two reads, not a thousand.
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
    const look = read().finally(() => {
      if (this.reading.get(id) === look) this.reading.delete(id)
    })
    this.reading.set(id, look)
    return look
  }
}
