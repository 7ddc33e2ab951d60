import { join, type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import type { AttemptEvent } from '../core/events'
import { isPassing } from './prisma-errors'

export interface AttemptLogOptions {
  // biome-ignore lint/suspicious/noExplicitAny: a generated client's own generics differ from project to project
  client: { $executeRaw(query: Sql): any }
  worker: string
  newId: () => string
  /** Told when attempts were dropped because they could not be written: a hole in the log, never in the money. */
  onLost: (count: number, error: unknown) => void
}

/** 100 ms: the dashboard is as good as live, and a storm of replays is ten statements a second. */
const FLUSH_MS = 100
/** Attempts kept in memory while the database is slow or away; beyond it the oldest are dropped. */
const KEPT_MAX = 10_000
const BATCH_MAX = 500
/** How soon a batch that could not be written is tried again. */
const AGAIN_MS = 1_000

type Row = AttemptEvent & { id: string }

/** Writes attempts in batches, off the pay path: a replay itself writes nothing. */
export class AttemptLog {
  private waiting: Row[] = []
  private lost = 0
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(private readonly options: AttemptLogOptions) {}

  add(attempt: AttemptEvent): void {
    // The id is made once: a batch whose commit was not heard of is sent again, and must not count twice.
    this.waiting.push({ ...attempt, id: this.options.newId() })
    if (this.waiting.length > KEPT_MAX) this.dropOldest()
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS)
  }

  /** Presses of a button that the page held back while one request was running: no request, so no status, fence or duration. */
  addHeldPresses(
    held: Pick<AttemptEvent, 'merchantId' | 'recordId' | 'operation' | 'presses' | 'requestId' | 'at'>,
  ): void {
    this.add({
      ...held,
      outcome: 'held',
      source: 'browser',
      status: 0,
      problem: null,
      fence: null,
      durationMs: 0,
    })
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

  /** The database may be back in a moment: keep the batch, and try again with the next one. A batch that it will never take is dropped. */
  private keepOrDrop(batch: Row[], error: unknown): void {
    if (isPassing(error)) this.waiting.unshift(...batch)
    else this.lost += batch.length
    while (this.waiting.length > KEPT_MAX) this.dropOldest()
    if (this.lost > 0) this.options.onLost(this.lost, error)
    this.lost = 0
    if (this.waiting.length > 0) this.timer ??= setTimeout(() => void this.flush(), AGAIN_MS)
  }

  private dropOldest(): void {
    this.waiting.shift()
    this.lost += 1
  }

  private insert(batch: Row[]): Sql {
    const rows = batch.map(
      (
        a,
      ) => sql`(${a.merchantId}::uuid, ${a.id}::uuid, ${a.recordId}, ${a.operation}, ${a.outcome}, ${a.presses}::int, ${a.status}::smallint,
        ${a.problem}, ${a.source}, ${a.requestId}, ${this.options.worker}, ${a.fence}::int, ${a.at}::timestamptz, ${a.durationMs}::int)`,
    )
    return sql`
      INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, presses, status, problem, source, request_id, worker, fence, at, duration_ms)
      VALUES ${join(rows)}
      ON CONFLICT DO NOTHING`
  }
}
