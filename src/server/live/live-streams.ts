import type { SignedIn } from '@/access/operator'
import type { Db } from '@/platform/db'
import type { Log } from '@/platform/log'
import { type Changes, changedBetween, NOTHING_SEEN, readChanges } from './changes'
import { isFull } from './places'
import { LiveStream } from './stream'

/** 1 s between two looks: a payment is seen as it happens, for a query of a millisecond. */
const LOOK_MS = 1_000
/** Looks take at most this share of one connection's time: where one takes 100 ms, the next is after 5 s. */
const SHARE = 1 / 50
/** 10 s: the longest pause between two looks. */
const PAUSE_MS_MAX = 10_000
/** 5 s: a session that has ended loses its stream within that, and within a look where its end is in the audit log. */
const SESSIONS_MS = 5_000

export interface LiveParts {
  db: Db
  log: Log
  /** Those of these operators who may still read pages, by the ids of their sessions. */
  stillAllowed(operators: readonly SignedIn[]): Promise<ReadonlySet<string>>
  /** Monotonic, in ms. */
  now?: () => number
}

/**
 * The open streams of this process. While there is one, one query after another looks for what has changed for all of them; while there is
 * none, nothing runs. When the database cannot be asked all streams end: a browser must not think that nothing changes.
 */
export class LiveStreams {
  private readonly streams = new Set<LiveStream>()
  private readonly now: () => number
  private seen: Changes = NOTHING_SEEN
  private sessionsAt = 0
  private isRunning = false
  private isClosed = false
  /** Ends the pause before the next look. */
  private wake: () => void = () => undefined

  constructor(private readonly parts: LiveParts) {
    this.now = parts.now ?? (() => performance.now())
  }

  /** The number of open streams. */
  get size(): number {
    return this.streams.size
  }

  /** `closed`: this process is stopping. `full`: the owner, or the process, has too many. */
  open(operator: SignedIn): ReadableStream<Uint8Array> | 'closed' | 'full' {
    if (this.isClosed) return 'closed'
    if (
      isFull(
        [...this.streams].map((one) => one.operator),
        operator,
      )
    )
      return 'full'
    const stream = new LiveStream(operator, this.now(), (ended) => this.streams.delete(ended))
    this.streams.add(stream)
    this.wake()
    if (!this.isRunning) void this.run()
    return stream.body
  }

  /** Ends all streams, and takes no more. */
  close(): void {
    this.isClosed = true
    this.endAll()
    this.wake()
  }

  private endAll(): void {
    for (const stream of [...this.streams]) stream.end()
  }

  private async run(): Promise<void> {
    this.isRunning = true
    while (this.streams.size > 0) {
      const began = this.now()
      // A stream that opens during a look waits for the next one, which begins after it.
      let woken = false
      this.wake = () => {
        woken = true
      }
      try {
        await this.lookOnce()
      } catch (error) {
        this.parts.log.warn({ err: error }, 'changes could not be read; the streams of open dashboards end')
        this.seen = NOTHING_SEEN
        this.endAll()
      }
      if (this.streams.size === 0) break
      if (!woken) await this.pause((this.now() - began) / SHARE)
    }
    this.seen = NOTHING_SEEN
    this.isRunning = false
  }

  private async lookOnce(): Promise<void> {
    const streams = [...this.streams]
    const merchants = [...new Set(streams.map(({ operator }) => operator.merchantId))]
    const before = this.seen
    const after = await readChanges(this.parts.db, merchants, before)
    const acted = merchants.some((id) => changedBetween(before, after, id).includes('acts'))
    if (acted || this.now() >= this.sessionsAt) await this.endForbidden(streams)
    this.seen = after
    for (const stream of streams)
      stream.send(changedBetween(before, after, stream.operator.merchantId), this.now())
  }

  private async endForbidden(streams: readonly LiveStream[]): Promise<void> {
    const allowed = await this.parts.stillAllowed(streams.map(({ operator }) => operator))
    this.sessionsAt = this.now() + SESSIONS_MS
    for (const stream of streams) if (!allowed.has(stream.operator.sessionId)) stream.end('signed-out')
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(PAUSE_MS_MAX, Math.max(LOOK_MS, ms)))
      // No process stays for it.
      timer.unref()
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
