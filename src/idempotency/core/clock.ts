/** The engine's source of time. An argument, so that a test or a simulation can control it. */
export interface Clock {
  now(): Date
  /** Runs `then` after `ms` milliseconds. @returns a function that cancels it */
  after(ms: number, then: () => void): () => void
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

/** Resolves after `ms` milliseconds. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}
