import type { Clock } from '@/idempotency/core/clock'

interface Timer {
  at: number
  then: () => void
}

/** Time that passes only when somebody says so. Each process has its own view of it, which ends when the process does. */
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

  /** Lets time pass until the next thing happens. @returns false when nothing will */
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

/** A process: it may be killed (nothing of it ever goes on) or stopped for a while (all of it goes on later, none the wiser). */
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

  /** SIGSTOP, and SIGCONT after `ms`. */
  stop(ms: number): void {
    this.stopped = new Promise((resolve) => {
      this.time.after(ms, () => {
        this.stopped = null
        resolve()
      })
    })
  }

  /** The store is away for `ms`, for this process. */
  cutOff(ms: number): void {
    this.cutOffUntil = this.time.now + ms
  }

  isCutOff(): boolean {
    return this.time.now < this.cutOffUntil
  }

  /** Where each step of a process begins: at once, when it is continued, or never. */
  async goOn(): Promise<void> {
    while (this.stopped) await this.stopped
    if (!this.alive) await new Promise(() => undefined)
  }
}
