import type { HintSubject } from '@/server/live/changes'

/** 2 s between two readings of a page, however much changes: a person reads no faster. */
const PAUSE_MS = 2_000
/** A page whose reading takes long is read again after so many times as long. 10: it costs the server a tenth of one connection at most. */
const SHARE = 10

interface Clock {
  now(): number
  /** @returns what forgets it */
  after(ms: number, then: () => void): () => void
}

/** Gathers hints, so that pages are read again at most every two seconds: at once after the first, and always after the last. */
export class HintQueue {
  private readonly waiting = new Set<HintSubject>()
  private readsAfter = Number.NEGATIVE_INFINITY
  private isReading = false
  private forget: () => void = () => undefined

  /** @param read resolves when what shows these subjects was read again, however that ended */
  constructor(
    private readonly clock: Clock,
    private readonly read: (subjects: ReadonlySet<HintSubject>) => Promise<unknown>,
  ) {}

  add(subjects: readonly HintSubject[]): void {
    for (const subject of subjects) this.waiting.add(subject)
    this.plan()
  }

  stop(): void {
    this.waiting.clear()
    this.forget()
  }

  private plan(): void {
    if (this.waiting.size === 0 || this.isReading) return
    this.forget()
    const ms = this.readsAfter - this.clock.now()
    if (ms <= 0) void this.readNow()
    else this.forget = this.clock.after(ms, () => void this.readNow())
  }

  private async readNow(): Promise<void> {
    const subjects = new Set(this.waiting)
    this.waiting.clear()
    this.isReading = true
    const began = this.clock.now()
    try {
      await this.read(subjects)
    } finally {
      const ended = this.clock.now()
      this.isReading = false
      this.readsAfter = Math.max(began + PAUSE_MS, ended + SHARE * (ended - began))
      this.plan()
    }
  }
}
