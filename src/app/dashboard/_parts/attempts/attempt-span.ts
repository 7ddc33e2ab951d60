/** The place of one attempt on the time axis that all of them share. `left` and `width` are percentages of the axis. */
export interface AttemptSpan<Item> {
  item: Item
  /** Milliseconds since the first attempt of the list. */
  offsetMs: number
  left: number
  width: number
}

export interface TimedAttempt {
  outcome: string
  at: string
  durationMs: number
}

/** Puts the attempts that did the work first, then the others by time. */
export function pinExecuted<Item extends TimedAttempt>(attempts: readonly Item[]): Item[] {
  const byTime = attempts.toSorted((a, b) => a.at.localeCompare(b.at))
  return [...byTime.filter(isWork), ...byTime.filter((attempt) => !isWork(attempt))]
}

export function isWork({ outcome }: { outcome: string }): boolean {
  return ['executed', 'recovered', 'ambiguous'].includes(outcome)
}

/**
 * Lays attempts out on one axis. It covers `windowMs` at most: a replay a day later is drawn at the right edge
 * instead of squeezing the first second into a dot.
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
