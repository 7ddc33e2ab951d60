import type { Gateway } from './gateway'

/** Doubts in a row after which the bank counts as away. 10: no unlucky shopper alone brings it about, and an outage does within a second. */
const DOUBTS_MAX = 10
/** How long nobody asks then. 5 s: short enough to notice that the bank is back, long enough not to keep it down. */
const PAUSE_MS = 5_000

/**
 * G11: stops beginning payments while the bank does not answer. Each of them would end in doubt, hold its order, and leave the shopper
 * waiting; a clear "not now" is better. After each pause one request may try; its answer opens the way for all.
 */
export class Breaker {
  private doubts = 0
  private closedUntil = 0

  constructor(private readonly now: () => number) {}

  /** The same bank, watched: what it says to a charge decides. */
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

  /** May a payment be begun now? 0: yes, and where the bank was away it is this one that tries. Else how long to wait, in ms. */
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
