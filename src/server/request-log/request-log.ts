import type { Context } from 'hono'
import type { SendStatement } from '@/idempotency/stores/pg-batches'
import { WriteBehind } from '@/idempotency/stores/write-behind'
import { uuidv7 } from '@/lib/id'
import type { Log } from '@/platform/log'
import type { Metrics } from '@/platform/telemetry'
import { Budget } from './budget'
import { type CaptureOptions, capture } from './capture'
import { insertLosses, insertRequests, type Loss } from './insert'
import type { LoggedRequest } from './logged-request'

export interface RequestLogOptions extends CaptureOptions {
  /** Connections that no payment waits for. */
  send: SendStatement
  log: Log
  metrics: Metrics
}

/** 250 ms: a page that is read every two seconds is current, and a busy API is four statements a second. */
const FLUSH_MS = 250
/** Requests kept in memory while the database is slow or away: 20 s at the budget, some ten megabytes at most. */
const KEPT_MAX = 2_000
/** 60 s between two counts of what was left out: one row a minute and merchant, however long a storm lasts. */
const LOSSES_MS = 60_000
/** 100: some milliseconds for the database. */
const BATCH_MAX = 100

/**
 * The log of requests of programs. It is a help for people who build them, and no record of money: it is written beside the requests, and
 * what cannot be kept is counted, by merchant, and left out.
 */
export class RequestLog {
  private readonly rows: WriteBehind<LoggedRequest>
  private readonly budget = new Budget()
  /** Requests left out since the last write, by merchant. */
  private readonly left = new Map<string, number>()
  /** Counts on their way to the database. They keep their ids, so that none counts twice. */
  private losses: Loss[] = []
  private lossesAt = Number.NEGATIVE_INFINITY
  private readonly capturing = new Set<Promise<unknown>>()

  constructor(private readonly options: RequestLogOptions) {
    this.rows = new WriteBehind<LoggedRequest>({
      write: (batch) => this.write(batch),
      onLost: ({ merchantId }) => this.leaveOut(merchantId),
      onFailed: (error) => this.report(error),
      flushMs: FLUSH_MS,
      keptMax: KEPT_MAX,
      batchMax: BATCH_MAX,
    })
  }

  /** Notes a request that was answered. Never throws, and never makes the answer wait. @param began of `performance.now()` */
  note(c: Context, began: number): void {
    const merchantId: string | null = c.get('caller')?.merchantId ?? null
    if (!this.budget.take(merchantId)) {
      this.leaveOut(merchantId)
      return
    }
    const captured = capture(c, began, this.options)
      .then((row) => row && this.rows.add(row))
      .catch(() => this.leaveOut(merchantId))
      .finally(() => this.capturing.delete(captured))
    this.capturing.add(captured)
  }

  /** Resolves when what was noted before is written, dropped, or kept for a database that is away. */
  async flush(): Promise<void> {
    // An answer that Hono made is read before its request is a row.
    await Promise.all(this.capturing)
    await this.rows.flush()
    await this.writeLosses().catch((error: unknown) => this.report(error))
  }

  private leaveOut(merchantId: string | null): void {
    this.options.metrics.requestsNotLogged.inc()
    if (merchantId) this.left.set(merchantId, (this.left.get(merchantId) ?? 0) + 1)
  }

  private async write(batch: readonly LoggedRequest[]): Promise<void> {
    if (performance.now() - this.lossesAt >= LOSSES_MS) await this.writeLosses()
    await this.options.send(insertRequests(batch))
  }

  private async writeLosses(): Promise<void> {
    this.lossesAt = performance.now()
    for (const [merchantId, count] of this.left)
      this.losses.push({ id: uuidv7(), merchantId, count, at: new Date() })
    this.left.clear()
    if (this.losses.length === 0) return
    await this.options.send(insertLosses(this.losses))
    this.losses = []
  }

  private report(error: unknown): void {
    this.options.log.warn({ err: error }, 'requests were not written to the log of requests')
  }
}
