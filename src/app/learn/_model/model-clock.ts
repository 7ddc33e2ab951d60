import type { Clock } from '@payonce/idempotency'

/** A clock that goes on by one millisecond with each step, so that no lease is over because somebody reads slowly. */
export class ModelClock implements Clock {
  private ms = Date.UTC(2026, 0, 1)
  private timers: { at: number; then: () => void }[] = []

  now(): Date {
    return new Date(this.ms)
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.ms + ms, then }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }

  /** Lets time pass, and calls what is due. */
  pass(ms: number): void {
    this.ms += ms
    const due = this.timers.filter(({ at }) => at <= this.ms)
    this.timers = this.timers.filter(({ at }) => at > this.ms)
    for (const { then } of due) then()
  }

  /** Forgets what was to be called: the process that wanted it is dead. */
  clear(): void {
    this.timers = []
  }
}
