/** How many requests of each caller are under way in this process. */
export class InFlight {
  private readonly running = new Map<string, number>()

  constructor(private readonly max: number) {}

  /** Whether one more may begin; it must `leave` then. */
  enter(who: string): boolean {
    const now = this.running.get(who) ?? 0
    if (now >= this.max) return false
    this.running.set(who, now + 1)
    return true
  }

  leave(who: string): void {
    const now = this.running.get(who) ?? 0
    if (now <= 1) this.running.delete(who)
    else this.running.set(who, now - 1)
  }
}

/** How many wait for each connection of a pool before new requests are shed. 4: about as long as a request still likes to wait. */
const WAITING_PER_CONNECTION = 4

/**
 * Whether new requests must be shed: when many wait for a connection already, one more only makes all of them later, until every one
 * of them fails. A few are told to come again instead.
 */
export function isDrowning(pool: { waitingCount: number; options: { max?: number } }): boolean {
  return pool.waitingCount >= WAITING_PER_CONNECTION * (pool.options.max ?? 10)
}
