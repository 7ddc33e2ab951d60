/** Requests that one process logs in a second. 100: some per cent of a core, and 60 programs at their full quota (600 a minute). */
const PER_SECOND = 100
/** Of these, one merchant's: no program crowds out the others' requests. */
const PER_MERCHANT = 50
/** Of these, requests that were refused before their caller was known: whoever guesses keys does not fill the log. */
const UNKNOWN = 10

/** How many requests may still be logged in this second, so that a storm of replays costs a count and no more. */
export class Budget {
  private second = -1
  private taken = 0
  private readonly of = new Map<string | null, number>()

  /** @param nowMs of any clock that goes forward @returns false: not this one */
  take(merchantId: string | null, nowMs: number = performance.now()): boolean {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.second) {
      this.second = second
      this.taken = 0
      this.of.clear()
    }
    const own = this.of.get(merchantId) ?? 0
    if (this.taken >= PER_SECOND || own >= (merchantId === null ? UNKNOWN : PER_MERCHANT)) return false
    this.taken += 1
    this.of.set(merchantId, own + 1)
    return true
  }
}
