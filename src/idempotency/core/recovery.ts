import { withLease } from './lease'
import { type Finish, type Operation, orDoubt, type StoreForm } from './operation'
import type { EngineOptions } from './options'
import type { Overdue } from './store'
import { type ClaimedWork, storeOutcome } from './store-outcome'
import type { Waiters } from './waiters'

/** Look-ups in a row without an answer before a person must look. 120: an hour and three quarters of a bank that cannot be reached. */
const PARK_AFTER_TRIES = 120
/** Take-overs in a row that came to nothing. 8: more than a few restarts in a bad moment; less than a record may break the others. */
const PARK_AFTER_FAILURES = 8

/** Settles a record that was left in doubt: asks what became of it, never asks for it again. */
export class Recovery<Form extends StoreForm> {
  constructor(
    private readonly options: EngineOptions<Form>,
    private readonly waiters: Waiters,
  ) {}

  /** Whatever goes wrong here is told of and left for the next round: one record never stops the others. */
  async settle<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    record: Overdue,
    requestId: string,
  ): Promise<void> {
    const at = this.options.clock.now()
    try {
      const next = await withLease(this.options.store, record.claim, this.options.clock, () =>
        this.check(operation, record),
      )
      await this.store(operation, record, next, { requestId, at })
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
    { claim, subjectId, tries, failures }: Overdue,
  ): Promise<Finish<Form>> {
    // Counted when it was taken over, so that it holds for a record that kills its process too.
    if (failures > PARK_AFTER_FAILURES)
      return parked(`it could not be settled ${failures - 1} times in a row`)
    const begun = subjectId === null ? null : await operation.recall(claim.merchantId, subjectId)
    if (!begun) return parked('nothing is there that it began')
    const effect = await orDoubt(operation, () => operation.find(begun))
    const next = operation.finish(begun, effect)
    const silent = next.to === 'unknown' && next.answer === null
    return silent && tries + 1 >= PARK_AFTER_TRIES
      ? { ...parked(`asked ${tries + 1} times without an answer`), writes: next.writes }
      : next
  }

  private async store<Input extends object, Begun, Effect>(
    operation: Operation<Input, Begun, Effect, Form>,
    held: ClaimedWork,
    next: Finish<Form>,
    told: { requestId: string; at: Date },
  ): Promise<void> {
    const { clock, observe } = this.options
    const stored = await storeOutcome(this.options, operation, held, next)
    this.waiters.wake(held.claim.id)
    if (stored !== 'committed' || next.to !== 'completed') return
    const { merchantId, id: recordId, fence } = held.claim
    const { status, problem } = next.answer
    const about = {
      merchantId,
      recordId,
      operation: operation.name,
      source: 'worker',
      requestId: told.requestId,
      fence,
      at: told.at,
    }
    const durationMs = clock.now().getTime() - told.at.getTime()
    observe({
      step: 'attempt',
      attempt: { ...about, outcome: 'recovered', presses: 1, status, problem, durationMs },
    })
  }
}

function parked(reason: string): { to: 'parked'; answer: null; writes: never[]; reason: string } {
  return { to: 'parked', answer: null, writes: [], reason }
}
