/** Timing of an attempt. Each number is a judgement; its reason stands beside it. */
export interface Pace {
  /** Upper bound of the first pause. 500 ms: a dropped connection is usually back by then. */
  baseMs: number
  /** Upper bound of every pause. 5 s: the shopper is watching. */
  capMs: number
  /**
   * Time for repeated sends, after which the page only asks for the status. 30 s: then people begin to act on
   * their own.
   */
  budgetMs: number
  /** Time-out of one send. 20 s: twice the time that the server waits for a running request. */
  sendTimeoutMs: number
  /**
   * Time for repeated sends while every answer is `unavailable` (nothing was begun). 5 min: a database's
   * restart or fail-over.
   */
  outageMs: number
  /**
   * Age up to which a send that never arrived is repeated without asking the shopper. 2 min: later the
   * shopper may have left.
   */
  repeatWithinMs: number
}

/** Timing of the checkout page. */
export const PACE: Pace = {
  baseMs: 500,
  capMs: 5_000,
  budgetMs: 30_000,
  sendTimeoutMs: 20_000,
  outageMs: 300_000,
  repeatWithinMs: 120_000,
}

/**
 * Exponential back-off with full jitter: a pause between zero and a growing bound, so that a thousand
 * browsers do not return together. `Retry-After` is a minimum; the jitter is added to it. Source: Brooker,
 * "Exponential Backoff And Jitter" (AWS, 2015).
 * @param tries sends so far, from 1
 * @param chance 0 ≤ chance < 1
 * @returns milliseconds
 */
export function pauseMs(
  tries: number,
  chance: number,
  retryAfterSeconds: number | undefined,
  pace: Pick<Pace, 'baseMs' | 'capMs'> = PACE,
): number {
  const bound = Math.min(pace.capMs, pace.baseMs * 2 ** Math.min(tries - 1, 20))
  return Math.round((retryAfterSeconds ?? 0) * 1000 + chance * bound)
}
