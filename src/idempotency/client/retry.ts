/** How an attempt waits between sends. Every number is a judgement; the reason stands beside it. */
export interface Pace {
  /** The first pause's upper bound. 500 ms: a dropped connection is usually back by then. */
  baseMs: number
  /** No pause is longer. 5 s: the shopper is watching. */
  capMs: number
  /** How long sends go on before the page only asks. 30 s: after that people act on their own. */
  budgetMs: number
  /** How long one send may take. 20 s: twice the time the server joins a running one. */
  sendTimeoutMs: number
  /** How long sends go on while every answer says "nothing was done, come again". 5 min: a database's restart or fail-over. */
  outageMs: number
  /** How late a send that never arrived is still repeated without asking. 2 min: later the shopper may have left. */
  repeatWithinMs: number
}

export const PACE: Pace = {
  baseMs: 500,
  capMs: 5_000,
  budgetMs: 30_000,
  sendTimeoutMs: 20_000,
  outageMs: 300_000,
  repeatWithinMs: 120_000,
}

/**
 * Exponential back-off with full jitter: anywhere between nothing and the bound, so that a thousand browsers do not come back together.
 * What the server asks for (`Retry-After`) is the least, never the most.
 * @param tries sends so far, from 1
 * @param chance 0 ≤ chance < 1
 */
export function pause(
  tries: number,
  chance: number,
  retryAfterSeconds: number | undefined,
  pace: Pick<Pace, 'baseMs' | 'capMs'> = PACE,
): number {
  const bound = Math.min(pace.capMs, pace.baseMs * 2 ** Math.min(tries - 1, 20))
  return Math.round((retryAfterSeconds ?? 0) * 1000 + chance * bound)
}
