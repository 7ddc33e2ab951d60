/** Pauses between requests. Each number is a judgement; its reason stands beside it. */

/** Bounds of the pauses, in milliseconds. */
export interface Backoff {
  /** Upper bound of the first pause. 500 ms: a dropped connection is usually back by then. */
  baseMs: number
  /**
   * Upper bound of every pause. 8 s: a database's fail-over takes several of these, and no person watches a
   * program wait.
   */
  capMs: number
}

/** The default. */
export const BACKOFF: Backoff = { baseMs: 500, capMs: 8_000 }

/**
 * Exponential back-off with full jitter: a pause between zero and a growing bound, so that a thousand clients
 * do not return together. Source: Brooker, "Exponential Backoff And Jitter" (AWS, 2015).
 * @param tries requests so far, from 1
 * @param chance 0 ≤ chance < 1
 * @param leastMs minimum from the server (`Retry-After`); the jitter is added to it
 * @returns milliseconds
 */
export function pauseMs(
  tries: number,
  chance: number,
  leastMs: number,
  { baseMs, capMs }: Backoff = BACKOFF,
): number {
  const bound = Math.min(capMs, baseMs * 2 ** Math.min(tries - 1, 20))
  return Math.round(leastMs + chance * bound)
}

/**
 * `Retry-After` (RFC 9110, section 10.2.3) in milliseconds: a number of seconds, or an HTTP date. 0 for
 * anything else.
 * @param now milliseconds since the epoch
 */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? 0 : Math.max(0, at - now)
}

/** Resolves after `ms` milliseconds. Rejects with the reason of `signal`, as soon as it is aborted. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
