import type { LoggedAttempt } from './events'
import { withLease } from './lease'
import { type Finish, type Operation, orDoubt, type StoreForm } from './operation'
import type { RecoveryOptions } from './options'
import type { DoubtedRecord } from './store'
import { type ClaimedWork, storeOutcome } from './store-outcome'
import type { Waiters } from './waiters'

/**
 * Look-ups in a row without an answer before the record is parked. 120: the bank was unreachable for about an
 * hour and three quarters.
 */
const PARK_AFTER_TRIES = 120
/**
 * Take-overs in a row without a commit before the record is parked. 8: more than a few restarts at a bad
 * moment, few enough that a record that crashes its process does little harm.
 */
const PARK_AFTER_FAILURES = 8

/** When the outside was asked, and when it answered: milliseconds after the check began. */
type Asks = Required<Pick<LoggedAttempt, 'askedMs' | 'answeredMs'>>

/** Settles records in doubt by `find`; it never calls `ask`. */
export class Recovery<Form extends StoreForm> {
  constructor(
    private readonly options: RecoveryOptions<Form>,
    private readonly waiters: Waiters,
  ) {}

  /**
   * Settles up to `limit` records in doubt that are due.
   * @returns the number of records that were checked
   * @throws StoreUnavailable when they cannot be read
   */
  async settleOverdue<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    limit: number,
    requestId: string,
  ): Promise<number> {
    const overdue = await this.options.store.takeOverdue(operation.name, limit)
    await Promise.all(overdue.map((record) => this.settle(operation, record, requestId)))
    return overdue.length
  }

  /** Settles one record now, due or not. Does nothing when it is not in doubt. */
  async settleOne<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    { merchantId, recordId }: { merchantId: string; recordId: string },
    requestId: string,
  ): Promise<void> {
    const record = await this.options.store.takeInDoubt(operation.name, merchantId, recordId)
    if (record) await this.settle(operation, record, requestId)
  }

  /**
   * Never rejects: an error is reported and the record left for the next round, so that one record cannot
   * stop the others.
   */
  private async settle<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    record: DoubtedRecord,
    requestId: string,
  ): Promise<void> {
    const { clock } = this.options
    const at = clock.now()
    this.observeStep('taken-over', operation, record)
    const asks: Asks = { askedMs: null, answeredMs: null }
    const ask = async <T>(outside: () => Promise<T>) => {
      asks.askedMs = clock.now().getTime() - at.getTime()
      return outside().finally(() => (asks.answeredMs = clock.now().getTime() - at.getTime()))
    }
    try {
      const next = await withLease(this.options.store, record.claim, clock, () =>
        this.check(operation, record, ask),
      )
      await this.store(operation, record, next, { requestId, at, ...asks })
    } catch (error) {
      this.options.observe({
        step: 'alert',
        recordId: record.claim.id,
        operation: operation.name,
        message: 'a record in doubt could not be settled',
        error,
      })
    }
  }

  private async check<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    { claim, subjectId, tries, failures }: DoubtedRecord,
    ask: <T>(outside: () => Promise<T>) => Promise<T>,
  ): Promise<Finish<Form>> {
    // Counted at the take-over, so that a record that kills its process counts too.
    if (failures > PARK_AFTER_FAILURES)
      return toParked(`it could not be settled ${failures - 1} times in a row`)
    const begun = subjectId === null ? null : await operation.recall(claim.merchantId, subjectId)
    if (!begun) return toParked('the row that it began is missing')
    const effect = await ask(() => orDoubt(operation, () => operation.find(begun)))
    const next = operation.finish(begun, effect)
    const silent = next.to === 'unknown' && next.answer === null
    return silent && tries + 1 >= PARK_AFTER_TRIES
      ? { ...toParked(`asked ${tries + 1} times without an answer`), writes: next.writes }
      : next
  }

  private async store<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    work: ClaimedWork,
    next: Finish<Form>,
    { requestId, at, askedMs, answeredMs }: Asks & { requestId: string; at: Date },
  ): Promise<void> {
    const { clock, observe } = this.options
    const stored = await storeOutcome(this.options, operation, work, next)
    this.waiters.wake(work.claim.id)
    if (stored === 'lost') this.observeStep('lost-lease', operation, work)
    if (stored !== 'committed' || next.to !== 'completed') return
    const { merchantId, id: recordId, fence } = work.claim
    const { status, problem } = next.answer
    observe({
      step: 'attempt',
      attempt: {
        merchantId,
        recordId,
        operation: operation.name,
        outcome: 'recovered',
        presses: 1,
        status,
        problem,
        source: 'worker',
        requestId,
        fence,
        at,
        durationMs: clock.now().getTime() - at.getTime(),
        askedMs,
        answeredMs,
      },
    })
  }

  private observeStep(
    step: 'taken-over' | 'lost-lease',
    operation: { name: string },
    { claim }: ClaimedWork,
  ): void {
    this.options.observe({ step, recordId: claim.id, operation: operation.name, fence: claim.fence })
  }
}

function toParked(reason: string): { to: 'parked'; answer: null; writes: never[]; reason: string } {
  return { to: 'parked', answer: null, writes: [], reason }
}
