import { isPassing } from './prisma-errors'

/** Dependencies and limits of a `WriteBehind`. */
export interface WriteBehindOptions<Row> {
  /** Writes a batch. It may be called again with rows whose commit got no answer: a row must count once. */
  write(batch: readonly Row[]): Promise<unknown>
  /** Called with each row that is dropped: too many waited, or the database refuses it. */
  onLost(row: Row): void
  /** Called after a write that failed, when all that had to be dropped was. */
  onFailed(error: unknown): void
  /** Delay before a write, in ms. */
  flushMs: number
  /** Rows kept in memory while the database is slow or away; beyond it the oldest are dropped. */
  keptMax: number
  /** Rows per statement. */
  batchMax: number
}

/** Pause after a failed write. 1 s: a database that is restarting is not asked more often. */
const AGAIN_MS = 1_000

/** Writes rows in batches, outside of any request, one statement at a time. What cannot be written is dropped and reported. */
export class WriteBehind<Row> {
  private waiting: Row[] = []
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(private readonly options: WriteBehindOptions<Row>) {}

  /** Queues one row. Never throws and never waits. */
  add(row: Row): void {
    this.waiting.push(row)
    if (this.waiting.length > this.options.keptMax) this.dropOldest()
    this.timer ??= setTimeout(() => void this.flush(), this.options.flushMs)
  }

  /** Resolves when every row added before is written, dropped, or kept for a database that is away. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.writing = this.writing.then(() => this.writeAll())
    return this.writing
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.options.batchMax)
      try {
        await this.options.write(batch)
      } catch (error) {
        this.keepOrDrop(batch, error)
        return
      }
    }
  }

  /** Keeps a batch that may be written later, for the next write. Drops a batch that the database will never accept. */
  private keepOrDrop(batch: Row[], error: unknown): void {
    if (isPassing(error)) this.waiting.unshift(...batch)
    else for (const row of batch) this.options.onLost(row)
    while (this.waiting.length > this.options.keptMax) this.dropOldest()
    this.options.onFailed(error)
    if (this.waiting.length > 0) this.timer ??= setTimeout(() => void this.flush(), AGAIN_MS)
  }

  private dropOldest(): void {
    const oldest = this.waiting.shift()
    if (oldest !== undefined) this.options.onLost(oldest)
  }
}
