import { ProblemError } from '@payonce/idempotency/problems'
import { streamSSE } from 'hono/streaming'
import type { Log } from '@/platform/log'
import { type WatchedKey, watch } from './key-watch'
import type { RestContext } from './respond'

/** 1 minute: then the client opens a new one, and its API key is checked again. */
const STREAM_MS = 60_000
/** 20 streams of one merchant in a process: forty small reads a second. */
const STREAMS_MAX = 20

/** The streams of keys that are open in this process. */
export class KeyStreams {
  private readonly counts = new Map<string, number>()

  constructor(private readonly log: Log) {}

  /** @throws ProblemError `rate-limited` when the merchant has too many */
  open(c: RestContext, merchantId: string, watched: WatchedKey<unknown>): Response {
    const open = this.counts.get(merchantId) ?? 0
    if (open >= STREAMS_MAX)
      throw new ProblemError({
        kind: 'rate-limited',
        detail: `You have ${STREAMS_MAX} streams of keys open. Close one, or read the state with Prefer: wait.`,
        retryAfterSeconds: 1,
      })
    this.counts.set(merchantId, open + 1)
    return streamSSE(c, async (stream) => {
      const gone = new AbortController()
      stream.onAbort(() => gone.abort())
      try {
        for await (const state of watch(watched, { forMs: STREAM_MS, signal: gone.signal }))
          await stream.writeSSE({ event: 'state', data: JSON.stringify(state) })
      } catch (error) {
        this.log.warn({ err: error }, 'the state of a key could not be read; its stream was ended')
      } finally {
        const left = (this.counts.get(merchantId) ?? 1) - 1
        if (left > 0) this.counts.set(merchantId, left)
        else this.counts.delete(merchantId)
      }
    })
  }
}
