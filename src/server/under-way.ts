/**
 * Work of requests that others should see the result of: who reads next waits for it, if it is under way in this
 * process. One entry per request in flight.
 */
export class UnderWay {
  private readonly works = new Set<Promise<unknown>>()

  add<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => this.works.delete(done))
    this.works.add(done)
    return done
  }

  /** Resolves when all that was under way has ended, however it ended. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.works])
  }
}
