/**
 * Counts the requests of each caller that run in this process. An entry lives as long as its requests, so the
 * map needs no other bound.
 */
export class InFlight {
  private readonly running = new Map<string, number>()

  /** @param max requests of one caller at a time */
  constructor(private readonly max: number) {}

  /** @returns whether one more may begin; that one must `leave` when it ends */
  enter(callerId: string): boolean {
    const now = this.running.get(callerId) ?? 0
    if (now >= this.max) return false
    this.running.set(callerId, now + 1)
    return true
  }

  countOf(callerId: string): number {
    return this.running.get(callerId) ?? 0
  }

  leave(callerId: string): void {
    const now = this.running.get(callerId) ?? 0
    if (now <= 1) this.running.delete(callerId)
    else this.running.set(callerId, now - 1)
  }
}
