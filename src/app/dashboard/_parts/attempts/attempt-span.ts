/** Where one attempt stands on the common time axis of all, in percent; and how the list is ordered. */
export interface AttemptSpan<Item> {
  item: Item
  /** Milliseconds after the first attempt of the list. */
  offsetMs: number
  left: number
  width: number
}

export interface TimedAttempt {
  outcome: string
  at: string
  durationMs: number
}

/** What did the work stands first, then all the others as they came. */
export function pinExecuted<Item extends TimedAttempt>(attempts: readonly Item[]): Item[] {
  const byTime = attempts.toSorted((a, b) => a.at.localeCompare(b.at))
  return [...byTime.filter(isWork), ...byTime.filter((attempt) => !isWork(attempt))]
}

export function isWork({ outcome }: { outcome: string }): boolean {
  return outcome === 'executed' || outcome === 'recovered'
}

/**
 * The axis covers the first `windowMs` at most: a replay that came a day later stands at its right edge,
 * rather than squeezing all that happened in the first second into a dot.
 */
export function spansOf<Item extends TimedAttempt>(
  attempts: readonly Item[],
  windowMs = 60_000,
): AttemptSpan<Item>[] {
  const begin = Math.min(...attempts.map(({ at }) => Date.parse(at)))
  const ends = attempts
    .map(({ at, durationMs }) => Date.parse(at) - begin + durationMs)
    .filter((end) => end <= windowMs)
  const length = Math.max(100, ...ends)
  return attempts.map((item) => {
    const offsetMs = Date.parse(item.at) - begin
    const left = Math.min(100 * (offsetMs / length), 99)
    const width = Math.max(Math.min(100 * (item.durationMs / length), 100 - left), 1)
    return { item, offsetMs, left, width }
  })
}
