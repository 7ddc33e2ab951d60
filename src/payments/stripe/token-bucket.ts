/**
 * Token bucket: at most `perSecond` requests in the long run, and as many at once after a pause. Each request takes its place when it asks,
 * so that those who wait are served in order.
 */
export class TokenBucket {
  /** Time at which the bucket is full again, in ms of the clock. */
  private fullAt = Number.NEGATIVE_INFINITY

  /** @param now a clock in ms */
  constructor(
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {}

  /** Takes a token. @returns the time to wait before it may be used, in ms; null: longer than `atMostMs`, and none was taken */
  take(atMostMs: number): number | null {
    const now = this.now()
    const fullAt = Math.max(this.fullAt, now) + 1_000 / this.perSecond
    const waitMs = Math.max(0, fullAt - now - 1_000)
    if (waitMs > atMostMs) return null
    this.fullAt = fullAt
    return waitMs
  }
}
