/**
 * Requests of this process that wait for a record. A waiter holds no connection: it sleeps until somebody here finishes the
 * record, or until it is time to look again (another process may have finished it).
 */
export class Waiters {
  private readonly sleeping = new Map<string, Set<() => void>>()

  /** Resolves when `wake(id)` is called, and after `ms` at the latest. */
  sleep(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const others = this.sleeping.get(id) ?? new Set()
      const wake = () => {
        clearTimeout(timer)
        others.delete(wake)
        if (others.size === 0) this.sleeping.delete(id)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      others.add(wake)
      this.sleeping.set(id, others)
    })
  }

  wake(id: string): void {
    for (const wake of [...(this.sleeping.get(id) ?? [])]) wake()
  }
}
