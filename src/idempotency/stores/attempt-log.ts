import { join, type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import type { AttemptEvent } from '../core/events'

export interface AttemptLogOptions {
  // biome-ignore lint/suspicious/noExplicitAny: a generated client's own generics differ from project to project
  client: { $executeRaw(query: Sql): any }
  worker: string
  newId: () => string
  /** Told when a batch could not be written and was dropped: a hole in the log, never in the money. */
  onLost: (count: number, error: unknown) => void
}

/** 100 ms: the dashboard is as good as live, and a storm of replays is ten statements a second. */
const FLUSH_MS = 100
/** Attempts kept in memory while the database is slow or away; beyond it the oldest are dropped. */
const KEPT_MAX = 10_000
const BATCH_MAX = 500

/** Writes attempts in batches, off the pay path: a replay itself writes nothing. */
export class AttemptLog {
  private waiting: AttemptEvent[] = []
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(private readonly options: AttemptLogOptions) {}

  add(attempt: AttemptEvent): void {
    this.waiting.push(attempt)
    if (this.waiting.length > KEPT_MAX) this.waiting.shift()
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS)
  }

  /** Resolves when all that was added before is written, or given up. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.writing = this.writing.then(() => this.writeAll())
    return this.writing
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH_MAX)
      try {
        await this.options.client.$executeRaw(this.insert(batch))
      } catch (error) {
        this.keepOrDrop(batch, error)
        return
      }
    }
  }

  /** The database may be back in a moment: keep the batch, and try again with the next one. */
  private keepOrDrop(batch: AttemptEvent[], error: unknown): void {
    const room = KEPT_MAX - this.waiting.length
    if (room < batch.length) this.options.onLost(batch.length - room, error)
    this.waiting.unshift(...batch.slice(-room))
    this.timer ??= setTimeout(() => void this.flush(), 1_000)
  }

  private insert(batch: AttemptEvent[]): Sql {
    const rows = batch.map(
      (
        a,
      ) => sql`(${a.merchantId}::uuid, ${this.options.newId()}::uuid, ${a.recordId}, ${a.operation}, ${a.outcome}, ${a.presses}::int, ${a.status}::smallint,
        ${a.problem}, ${a.source}, ${a.requestId}, ${this.options.worker}, ${a.fence}::int, ${a.at}::timestamptz, ${a.durationMs}::int)`,
    )
    return sql`
      INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, presses, status, problem, source, request_id, worker, fence, at, duration_ms)
      VALUES ${join(rows)}`
  }
}
