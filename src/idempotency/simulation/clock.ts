import type { Clock } from '../core/clock'

interface Timer {
  at: number
  then: () => void
}

/** Simulated time, which passes only when the simulation advances it. */
export class VirtualTime {
  now = Date.parse('2026-03-01T12:00:00Z')
  private timers: Timer[] = []

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.now + ms, then }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }

  /** Milliseconds until the next timer, 0 for one that is late; null where there is none. */
  untilNext(): number | null {
    return this.timers.length === 0
      ? null
      : Math.max(0, Math.min(...this.timers.map(({ at }) => at)) - this.now)
  }

  /** Advances to the next timer and runs it. @returns false when there is none */
  advance(): boolean {
    const [first, ...others] = this.timers
    if (!first) return false
    const next = others.reduce((earliest, timer) => (timer.at < earliest.at ? timer : earliest), first)
    this.timers = this.timers.filter((timer) => timer !== next)
    this.now = Math.max(this.now, next.at)
    next.then()
    return true
  }
}

/** A simulated process. Killed, it never continues; stopped, it continues later without noticing; cut off, it cannot reach the store. */
export class Process implements Clock {
  alive = true
  private stopped: Promise<void> | null = null
  private cutOffUntil = 0

  constructor(private readonly time: VirtualTime) {}

  now = () => new Date(this.time.now)

  after = (ms: number, then: () => void) => this.time.after(ms, () => void this.goOn().then(then))

  kill(): void {
    this.alive = false
  }

  /** SIGSTOP now, and SIGCONT after `ms`. */
  stop(ms: number): void {
    this.stopped = new Promise((resolve) => {
      this.time.after(ms, () => {
        this.stopped = null
        resolve()
      })
    })
  }

  /** Makes the store unreachable for this process, for `ms`. */
  cutOff(ms: number): void {
    this.cutOffUntil = this.time.now + ms
  }

  isCutOff(): boolean {
    return this.time.now < this.cutOffUntil
  }

  /** Awaited before each step of the process: resolves at once, when the process is continued, or, once killed, never. */
  async goOn(): Promise<void> {
    while (this.stopped) await this.stopped
    if (!this.alive) await new Promise(() => undefined)
  }
}
