/**
 * Requests of this process that wait for a record. A waiter holds no connection: it sleeps until somebody here finishes the
 * record, or until it is time to look again (another process may have finished it).
 */
export class Waiters {
  private readonly sleeping = new Map<string, Set<() => void>>()
  private readonly inside = new Set<string>()

  /** Whether the caller may go to the database for this record; false while another request of this process is there. */
  enter(id: string): boolean {
    if (this.inside.has(id)) return false
    this.inside.add(id)
    return true
  }

  leave(id: string): void {
    this.inside.delete(id)
    this.wake(id)
  }

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
