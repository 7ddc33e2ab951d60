import type { Problem } from '../problems'
import type { Operation, StoreForm } from './operation'
import type { EngineOptions } from './options'
import { Recovery } from './recovery'
import { type EngineReply, type EngineRequest, KeyedRequest } from './run'
import { Waiters } from './waiters'

/**
 * Runs an operation once per key, however often it is asked. The loop: read the record, decide, act, and if somebody else was
 * faster, read again. A request whose client has gone away is carried on to its end; its answer waits in the record.
 */
export class Engine<Form extends StoreForm> {
  private readonly waiters: Waiters
  private readonly recovery: Recovery<Form>
  private readonly running = new Set<Promise<unknown>>()
  private closed = false

  constructor(private readonly options: EngineOptions<Form>) {
    this.waiters = new Waiters(options.clock)
    this.recovery = new Recovery(options, this.waiters)
  }

  /** Throws `StoreUnavailable` when the record cannot be read or claimed: then nothing was asked of the outside. */
  run<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    request: EngineRequest<Input>,
  ): Promise<EngineReply> {
    return this.track(
      new KeyedRequest(this.options, this.waiters, operation, request, () =>
        this.notNow(operation.name),
      ).reply(),
    )
  }

  /** From here on nothing new is begun in this process: what runs goes on, what is finished is replayed, all else is turned away. */
  close(): void {
    this.closed = true
  }

  isClosed(): boolean {
    return this.closed
  }

  /** Resolves when all that runs in this process has come to its end: for draining. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled([...this.running])
  }

  /**
   * Settles what was left in doubt and is due. Safe in any number of processes.
   * @returns how many records it looked at
   */
  recover<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    limit: number,
    requestId: string,
  ): Promise<number> {
    return this.track(this.recoverOverdue(operation, limit, requestId))
  }

  /** There is news of one record in doubt: looks now, due or not. News is never believed by itself: the outside is asked. */
  hint<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    about: { merchantId: string; recordId: string },
    requestId: string,
  ): Promise<void> {
    return this.track(this.recoverOne(operation, about, requestId))
  }

  private notNow(operation: string): Problem | null {
    const detail = 'This server is being restarted. Nothing was charged; send the same request again.'
    return this.closed
      ? { kind: 'unavailable', detail, retryAfterSeconds: 1 }
      : (this.options.notNow?.(operation) ?? null)
  }

  private async recoverOverdue<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    limit: number,
    requestId: string,
  ): Promise<number> {
    const overdue = await this.options.store.takeOverdue(operation.name, limit)
    await Promise.all(overdue.map((record) => this.recovery.settle(operation, record, requestId)))
    return overdue.length
  }

  private async recoverOne<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    { merchantId, recordId }: { merchantId: string; recordId: string },
    requestId: string,
  ): Promise<void> {
    const record = await this.options.store.takeInDoubt(operation.name, merchantId, recordId)
    if (record) await this.recovery.settle(operation, record, requestId)
  }

  private track<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => this.running.delete(done))
    this.running.add(done)
    return done
  }
}
