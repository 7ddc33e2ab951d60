/** How long to wait before the next request. Every number is a judgement; the reason stands beside it. */

export interface Backoff {
  /** The first pause's upper bound. 500 ms: a dropped connection is usually back by then. */
  baseMs: number
  /** The bound grows no further. 8 s: a database's fail-over takes some of these, and nobody waits for one at a screen. */
  capMs: number
}

export const BACKOFF: Backoff = { baseMs: 500, capMs: 8_000 }

/**
 * Exponential back-off with full jitter: anywhere between nothing and the bound, so that a thousand clients do not come back together.
 * What the server asks for (`Retry-After`) is the least, never the most.
 * @param tries requests so far, from 1
 * @param chance 0 ≤ chance < 1
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

/** `Retry-After` in milliseconds: a number of seconds, or an HTTP date. All else is no wish. */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? 0 : Math.max(0, at - now)
}

/** Waits, unless the signal says that nobody waits any more: then it rejects with the signal's reason. */
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
