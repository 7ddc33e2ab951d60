import type { Problem } from '../problems'
import { checkEngine } from './check-options'
import { recordId, type Scope } from './fingerprint'
import type { Operation, StoreForm } from './operation'
import type { EngineOptions } from './options'
import { Recovery } from './recovery'
import type { EngineReply, EngineRequest, Foreseen, Foresight, ReadAhead } from './request'
import { KeyedRequest } from './run'
import { Waiters } from './waiters'

/**
 * Runs an operation once per idempotency key, however often it is requested
 * (draft-ietf-httpapi-idempotency-key-header-07). The loop: read the record, decide, act; if another request
 * was faster, read again. A request whose client has disconnected is carried on to its end; its answer waits
 * in the record.
 */
export class Engine<Form extends StoreForm> {
  private readonly waiters: Waiters
  private readonly recovery: Recovery<Form>
  /** One entry per request in flight or resolver round, removed at its end. */
  private readonly running = new Set<Promise<unknown>>()
  private closed = false

  /** @throws TypeError for an option that is wrong or missing, with what to write instead */
  constructor(private readonly options: EngineOptions<Form>) {
    checkEngine(options)
    this.waiters = new Waiters(options.clock)
    this.recovery = new Recovery(options, this.waiters)
  }

  /**
   * Executes the operation, or replays its stored answer. A refusal is a reply, not an error.
   * @throws StoreUnavailable when the record cannot be read or claimed: then the outside was not asked
   */
  run<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    request: EngineRequest<Input>,
  ): Promise<EngineReply> {
    return this.track(this.keyed(this.options, operation, request).reply())
  }

  /**
   * What `run` would come to now, without running it: the store is only read, and the attempt is not logged.
   * @param look what stands in the way of the operation, or what it would do; asked where the key is free
   * @throws StoreUnavailable when the record cannot be read
   */
  foresee<Input extends object, Begun, Effect, Would>(
    operation: Operation<Input, Begun, Effect, Form>,
    request: EngineRequest<Input>,
    look: () => Promise<Foresight<Would>>,
  ): Promise<Foreseen<Would>> {
    return this.keyed({ ...this.options, observe: unseen }, operation, request).foresee(look)
  }

  private keyed<Input extends object, Begun, Effect>(
    options: EngineOptions<Form>,
    operation: Operation<Input, Begun, Effect, Form>,
    request: EngineRequest<Input>,
  ): KeyedRequest<Input, Begun, Effect, Form> {
    const notNow = () => this.notNow(operation.name) ?? request.notNow?.() ?? null
    return new KeyedRequest(options, this.waiters, operation, request, notNow)
  }

  /**
   * Begins to read the record of a request that is not known to be allowed yet, so that it need not be waited for once it is.
   * Never rejects. @returns what `run` uses if the request turns out to be of this very operation, scope and key
   */
  readAhead(operation: string, { scope, key }: { scope: Scope; key: string }): ReadAhead {
    const id = recordId(scope, operation, key)
    const row = this.waiters.readFresh(id, () => this.options.store.read(scope.merchantId, id))
    row.catch(() => undefined)
    return { id, row }
  }

  /**
   * Begins no new work in this process from here on: running work goes on, stored answers are replayed, the
   * rest is turned away.
   */
  close(): void {
    this.closed = true
  }

  isClosed(): boolean {
    return this.closed
  }

  /** Resolves when all running work of this process has ended: for a graceful shutdown. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled([...this.running])
  }

  /**
   * Settles up to `limit` records of this operation that are in doubt and due. Safe in any number of
   * processes.
   * @returns the number of records that were checked
   * @throws StoreUnavailable when they cannot be read
   */
  recover<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    limit: number,
    requestId: string,
  ): Promise<number> {
    return this.track(this.recovery.settleOverdue(operation, limit, requestId))
  }

  /**
   * Settles one record in doubt now, due or not: for a message that its outcome may be known. The message
   * itself is not believed; the outside is asked.
   * @throws StoreUnavailable when the record cannot be read
   */
  hint<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    about: { merchantId: string; recordId: string },
    requestId: string,
  ): Promise<void> {
    return this.track(this.recovery.settleOne(operation, about, requestId))
  }

  private notNow(operation: string): Problem | null {
    const detail = 'This server is restarting. This request charged nothing; send the same request again.'
    return this.closed
      ? { kind: 'unavailable', detail, retryAfterSeconds: 1 }
      : (this.options.notNow?.(operation) ?? null)
  }

  private track<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => this.running.delete(done))
    this.running.add(done)
    return done
  }
}

function unseen(): void {}
