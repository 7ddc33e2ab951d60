import type pg from 'pg'
import { LimitCount } from './limit-count'

export interface CallCounterOptions {
  pool: pg.Pool
  /** Keeps the counts of different counters apart in the table. */
  name: string
  /** Calls of one caller within the window. */
  max: number
  windowSeconds: number
  /** Own count from which a caller is shared with the other processes. Default: an eighth of `max`. */
  shareFrom?: number
  /** Default: `performance.now`, which nobody can put back. */
  now?: () => number
}

/** Pause between two writes about one caller. 1 s: the processes agree about as fast as a person acts. */
const SHARE_EVERY_MS = 1_000
/** Callers that are remembered. 50,000 are some 10 MB; the oldest is forgotten first, and counted anew. */
const CALLERS_MAX = 50_000

interface Count {
  /** Calls that this process counted in the window. */
  own: number
  /** Of those, written into the table. */
  shared: number
  /** Calls that the other processes have written. */
  others: number
  /** End of the window, in ms of `now`. */
  until: number
  busy: boolean
}

/**
 * Counts the calls of each caller without a round trip: it decides from memory, and shares the counts in the
 * table `rate_limit` beside the request. So the pay path has no statement and no commit more, and with the
 * database away each process goes on with its own count.
 *
 * A caller far from the limit is not worth a row: only one who has used an eighth of it in one process is
 * written, once a second at most. The price: until the processes have heard of each other, each grants a part
 * of the limit of its own.
 */
export class CallCounter {
  private readonly counts = new Map<string, Count>()
  private readonly table: LimitCount
  private readonly shareFrom: number
  private readonly now: () => number

  constructor(private readonly options: CallCounterOptions) {
    const { pool, name, max, windowSeconds } = options
    this.shareFrom = options.shareFrom ?? Math.ceil(max / 8)
    this.now = options.now ?? (() => performance.now())
    this.table = new LimitCount({ pool, name, points: max, windowSeconds })
  }

  /**
   * Counts one call of this caller, unless there were too many.
   * @returns 0 when it was counted, else the seconds until the count begins again
   */
  take(callerId: string): number {
    const wait = this.waitOf(callerId)
    if (wait === 0) this.add(callerId)
    return wait
  }

  /** Counts one call whatever the limit: something that has happened already. */
  add(callerId: string): void {
    const count = this.current(callerId) ?? this.begin(callerId)
    count.own += 1
    void this.share(callerId, count)
  }

  /** Seconds until the caller may call again; 0: now. */
  waitOf(callerId: string): number {
    if (this.countOf(callerId) < this.options.max) return 0
    return Math.max(1, Math.ceil(((this.current(callerId)?.until ?? 0) - this.now()) / 1_000))
  }

  /** Calls of this caller in the window, as far as this process knows. */
  countOf(callerId: string): number {
    const count = this.current(callerId)
    return count ? count.own + count.others : 0
  }

  private current(callerId: string): Count | undefined {
    const count = this.counts.get(callerId)
    return count && count.until > this.now() ? count : undefined
  }

  private begin(callerId: string): Count {
    this.counts.delete(callerId)
    if (this.counts.size >= CALLERS_MAX) this.counts.delete(this.counts.keys().next().value as string)
    const until = this.now() + this.options.windowSeconds * 1_000
    const count = { own: 0, shared: 0, others: 0, until, busy: false }
    this.counts.set(callerId, count)
    return count
  }

  private async share(callerId: string, count: Count): Promise<void> {
    const news = count.own - count.shared
    if (count.busy || news === 0 || count.own < this.shareFrom) return
    count.busy = true
    try {
      const { consumedPoints, msBeforeNext } = await this.table.penalty(callerId, news)
      count.shared += news
      count.others = Math.max(0, consumedPoints - count.shared)
      // The window of the process that wrote first is everybody's.
      count.until = this.now() + msBeforeNext
    } catch {
      // The database is away: this process counts alone until it is back.
    }
    setTimeout(() => {
      count.busy = false
      if (this.current(callerId) === count) void this.share(callerId, count)
    }, SHARE_EVERY_MS).unref()
  }
}
