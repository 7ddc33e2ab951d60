/** Time as the engine sees it: an argument, so that a test or a simulation can be the one who lets it pass. */
export interface Clock {
  now(): Date
  /** Runs `then` after `ms`, unless the returned function is called before. */
  after(ms: number, then: () => void): () => void
}

export const systemClock: Clock = {
  now: () => new Date(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}
