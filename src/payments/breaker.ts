import type { Gateway } from './gateway'

/** Unknown outcomes in a row after which the bank counts as away. 10: one unlucky shopper never causes it, an outage does within a second. */
const DOUBTS_MAX = 10
/** Pause before the next try, in ms. 5 s: short enough to notice that the bank is back, long enough not to keep it down. */
const PAUSE_MS = 5_000

/**
 * Circuit breaker: begins no payments while the bank does not answer. Each would end in doubt, hold its order and keep the shopper waiting;
 * a clear "not now" is better. After each pause one request may try, and its answer lets the others through.
 */
export class Breaker {
  private doubts = 0
  private closedUntil = 0

  constructor(private readonly now: () => number) {}

  /** The same gateway, whose answers to charges are counted. */
  watch(gateway: Gateway): Gateway {
    return {
      ...gateway,
      charge: async (request) => {
        const outcome = await gateway.charge(request)
        this.count(outcome.kind === 'unknown')
        return outcome
      },
    }
  }

  /** Time until a payment may be begun, in ms. 0: now, and if the bank was away, the caller's payment is the one that tries. */
  waitMs(): number {
    if (this.doubts < DOUBTS_MAX) return 0
    const wait = this.closedUntil - this.now()
    if (wait > 0) return wait
    this.closedUntil = this.now() + PAUSE_MS
    return 0
  }

  private count(doubt: boolean): void {
    this.doubts = doubt ? this.doubts + 1 : 0
    if (this.doubts >= DOUBTS_MAX) this.closedUntil = this.now() + PAUSE_MS
  }
}
