import { type Operation, orDoubt } from './operation'
import type { Claim } from './record'
import { type EngineOptions, type Reply, type Request, Run } from './run'
import { Waiters } from './waiters'

/**
 * Runs an operation once per key, however often it is asked. The loop: read the record, decide, act, and if somebody else was
 * faster, read again. A request whose client has gone away is carried on to its end; its answer waits in the record.
 */
export class Engine<W> {
  private readonly waiters = new Waiters()
  private readonly running = new Set<Promise<unknown>>()

  constructor(private readonly options: EngineOptions<W>) {}

  /** Throws `StoreUnavailable` when the record cannot be read or claimed: then nothing was asked of the outside. */
  run<I extends object, B, E>(operation: Operation<I, B, E, W>, request: Request<I>): Promise<Reply> {
    return this.track(new Run(this.options, this.waiters, operation, request).reply())
  }

  /** Resolves when all that runs in this process has come to its end: for draining. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled([...this.running])
  }

  /**
   * Settles what was left in doubt: asks what became of it, never asks for it again. Safe in any number of processes.
   * @returns how many records it looked at
   */
  recover<I extends object, B, E>(operation: Operation<I, B, E, W>, limit: number, requestId: string): Promise<number> {
    return this.track(this.recoverOverdue(operation, limit, requestId))
  }

  private async recoverOverdue<I extends object, B, E>(operation: Operation<I, B, E, W>, limit: number, requestId: string): Promise<number> {
    const overdue = await this.options.store.sweep(operation.name, limit)
    await Promise.all(overdue.map((record) => this.settleOverdue(operation, record.claim, record.subjectId, requestId)))
    return overdue.length
  }

  private async settleOverdue<I extends object, B, E>(operation: Operation<I, B, E, W>, claim: Claim, subjectId: string | null, requestId: string) {
    const { store, observe, now } = this.options
    const at = now()
    try {
      const begun = subjectId === null ? null : await operation.recall(claim.merchantId, subjectId)
      if (!begun)
        return observe({ step: 'alert', recordId: claim.id, operation: operation.name, says: 'a record in doubt has nothing that it began' })
      const effect = await orDoubt(operation, () => operation.find(begun))
      const next = operation.finish(begun, effect)
      const held = await store.commit(claim, next)
      this.waiters.wake(claim.id)
      if (!held || next.to !== 'completed') return
      const { status, problem } = next.answer
      const { merchantId, id, fence } = claim
      const about = { merchantId, recordId: id, operation: operation.name, source: 'worker', requestId, fence }
      observe({
        step: 'attempt',
        attempt: { ...about, outcome: 'recovered', presses: 1, status, problem, at, durationMs: now().getTime() - at.getTime() },
      })
    } catch (error) {
      observe({ step: 'alert', recordId: claim.id, operation: operation.name, says: 'a record in doubt could not be settled', error })
    }
  }

  private track<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => this.running.delete(done))
    this.running.add(done)
    return done
  }
}
