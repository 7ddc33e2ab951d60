import { type Facts, PROBLEMS, type Problem } from '../problems'
import { withoutLargeAnswer } from './answer-size'
import { ComparedInput } from './compared-input'
import { answerExpired, inProgress, keyReused, outcomeUnknown } from './engine-problems'
import type { AttemptOutcome } from './events'
import { recordId, subjectIdOf } from './fingerprint'
import { withLease } from './lease'
import { type Operation, orDoubt, type StoreForm } from './operation'
import type { RequestOptions } from './options'
import { WAIT_MS } from './policy'
import { type Answer, type Decision, decide, type IdempotencyRow } from './record'
import type { EngineReply, EngineRequest, Foreseen, Foresight, ReadAhead } from './request'
import { type BeginOf, type Claimed, type NewRecord, StoreUnavailable } from './store'
import { storeOutcome } from './store-outcome'
import type { Waiters } from './waiters'

/**
 * Pauses of a waiting request. 25 to 400 ms: soon enough to go unnoticed, rare enough that a hundred waiters
 * cost the database little.
 */
const RECHECK_MS = [25, 50, 100, 200, 400]

/**
 * One request on its way through the engine: read the record, decide, act; if another request was faster,
 * read again.
 */
export class KeyedRequest<Input extends object, Begun, Effect, Form extends StoreForm> {
  private readonly id: string
  private readonly at: Date
  private readonly compared: ComparedInput
  private waited = false
  private askedMs: number | null = null
  private answeredMs: number | null = null
  private ahead: ReadAhead | undefined

  constructor(
    private readonly options: RequestOptions<Form>,
    private readonly waiters: Waiters,
    private readonly operation: Operation<Input, Begun, Effect, Form>,
    private readonly request: EngineRequest<Input>,
    private readonly notNow: () => Problem | null,
  ) {
    this.id = recordId(request.scope, operation.name, request.key)
    this.at = options.clock.now()
    this.compared = new ComparedInput(request.input, operation)
    this.ahead = request.readAhead
  }

  /**
   * After the outside was asked, an error of ours must not read as "nothing happened": the reply is
   * *outcome-unknown*.
   * @throws StoreUnavailable when the record cannot be read or claimed
   */
  async reply(): Promise<EngineReply> {
    try {
      return await this.untilAnswered()
    } catch (error) {
      if (this.askedMs === null) throw error
      this.alert('a request failed after it had asked', error)
      return this.turnAway(outcomeUnknown())
    }
  }

  private async untilAnswered(): Promise<EngineReply> {
    for (let round = 0; ; ) {
      const reply = await this.readAndAct()
      if (reply === 'again') continue
      if (reply !== 'wait') return reply
      if (!this.mayWait()) return this.turnAway(inProgress())
      this.waited = true
      await this.waiters.sleep(this.id, RECHECK_MS[Math.min(round++, RECHECK_MS.length - 1)] ?? 400)
    }
  }

  /**
   * Reads the record once and acts on it. `again`: another request was faster, so the record must be read
   * anew (a loser whose winner has finished replays its answer; it never gets a false 409). `wait`: the other
   * one is still running.
   */
  private async readAndAct(): Promise<EngineReply | 'again' | 'wait'> {
    const decision = await this.decide()
    switch (decision.kind) {
      case 'start':
        return this.start((record, begin) => this.options.store.claim(record, begin))
      case 'take-over':
        return this.start(async (record, begin) => {
          const taken = await this.options.store.takeOver(record, decision.fence, begin)
          if (taken) this.observeStep('taken-over', taken.claim.fence)
          return taken
        })
      case 'busy':
        return 'wait'
      default:
        return this.answerOf(decision)
    }
  }

  /**
   * The reply that would come now without anything being begun; otherwise what `look` sees. Writes nothing, and waits for nobody: a request that
   * runs is `in-progress`.
   */
  async foresee<Would>(look: () => Promise<Foresight<Would>>): Promise<Foreseen<Would>> {
    const decision = await this.decide()
    if (decision.kind === 'busy') return { reply: this.turnAway(inProgress()) }
    if (decision.kind !== 'start' && decision.kind !== 'take-over') return { reply: this.answerOf(decision) }
    const notNow = this.notNow()
    if (notNow) return { reply: this.turnAway(notNow) }
    const seen = await look()
    if ('would' in seen) return seen
    return {
      reply: this.turnAway(seen.refusal.kind === 'busy' ? inProgress() : seen.refusal.problem),
    }
  }

  private async decide(): Promise<Decision> {
    const row = await this.readRecord()
    return decide(row, (version) => this.compared.fingerprintBy(version))
  }

  /** The reply of a record that has an outcome, or never will have another. */
  private answerOf(decision: Exclude<Decision, { kind: 'start' | 'take-over' | 'busy' }>): EngineReply {
    switch (decision.kind) {
      case 'replay':
        return this.replay(decision.answer, decision.row)
      case 'unknown':
        return decision.answer
          ? this.replay(decision.answer, decision.row)
          : this.turnAway(outcomeUnknown(this.resourceFacts(decision.row)))
      case 'mismatch':
        return this.turnAway(keyReused(this.differingFields(decision.row)))
      case 'expired':
        return this.turnAway(answerExpired(this.resourceFacts(decision.row)))
      case 'damaged':
        this.alert('a stored record cannot be read')
        return this.turnAway({
          kind: 'record-damaged',
          detail: 'The record under this key cannot be read. Nothing was executed.',
        })
    }
  }

  /** The first time what was read ahead; from then on it is old. */
  private readRecord(): Promise<IdempotencyRow | null> {
    const ahead = this.ahead
    this.ahead = undefined
    // The id is made of scope, operation and key: a read for another caller has another one.
    if (ahead?.id === this.id) return ahead.row
    return this.waiters.readFresh(this.id, () =>
      this.options.store.read(this.request.scope.merchantId, this.id),
    )
  }

  private async start(
    take: (record: NewRecord, begin: BeginOf<Form>) => Promise<Claimed | null>,
  ): Promise<EngineReply | 'again' | 'wait'> {
    const refusal = this.notNow()
    if (refusal) return this.turnAway(refusal)
    if (!this.waiters.enter(this.id)) return 'wait'
    let result: EngineReply | 'again' | 'wait' = 'again'
    try {
      result = await this.claimAndExecute(take)
      return result
    } finally {
      // On `wait` (another key occupies the order) nothing has changed: waking the others would only send
      // each of them here in turn.
      this.waiters.leave(this.id, result !== 'wait')
    }
  }

  private async claimAndExecute(
    take: (record: NewRecord, begin: BeginOf<Form>) => Promise<Claimed | null>,
  ): Promise<EngineReply | 'again' | 'wait'> {
    const record = this.newRecord()
    const { merchantId, id, subjectId } = record
    const ids = { merchantId, recordId: id, subjectId }
    const claimed = await take(record, (claim) => this.operation.begin(this.request.input, ids, claim))
    if (!claimed) return 'again'
    this.observeStep('claimed', claimed.claim.fence)
    switch (claimed.begun.kind) {
      case 'written':
        return this.execute(claimed, claimed.begun.row as Begun, subjectId)
      case 'answer-lost':
        return this.execute(claimed, await this.recall(subjectId), subjectId)
      case 'refused':
        return this.refuse(claimed)
    }
  }

  /** Reads again the row of a claim whose answer was lost. The outside was not asked yet. */
  private async recall(subjectId: string): Promise<Begun> {
    const begun = await this.operation.recall(this.request.scope.merchantId, subjectId)
    if (!begun) throw new StoreUnavailable('the row that was begun cannot be read')
    return begun
  }

  private async execute(claimed: Claimed, begun: Begun, subjectId: string): Promise<EngineReply | 'again'> {
    const { claim } = claimed
    const { store, clock } = this.options
    this.observeStep('asking', claim.fence)
    this.askedMs = this.sinceArrival()
    const effect = await withLease(store, claim, clock, () =>
      orDoubt(this.operation, () => this.operation.ask(begun)),
    )
    this.answeredMs = this.sinceArrival()
    this.observeStep('asked', claim.fence)
    const next = this.operation.finish(begun, effect)
    const stored = await storeOutcome(this.options, this.operation, { claim, subjectId }, next)
    if (stored === 'not-stored') return this.turnAway(outcomeUnknown(this.operation.resourceFacts(subjectId)))
    this.observeStep(stored === 'committed' ? 'committed' : 'lost-lease', claim.fence)
    // The lease was lost: its new holder decides, and the record will show the outcome.
    if (stored === 'lost') return 'again'
    if (next.answer === null) return this.turnAway(outcomeUnknown(this.operation.resourceFacts(subjectId)))
    return this.answered('executed', next.answer, claimed, claim.fence)
  }

  /**
   * `begin` was refused. Nothing was begun, so an error here must not block the key until its lease is over.
   */
  private async refuse(claimed: Claimed): Promise<EngineReply | 'again' | 'wait'> {
    try {
      return await this.explain(claimed)
    } catch (error) {
      await this.options.store.release(claimed.claim).catch(() => undefined)
      throw error
    }
  }

  private async explain(claimed: Claimed): Promise<EngineReply | 'again' | 'wait'> {
    const refusal = await this.operation.whyRefused(this.request.input)
    const { claim } = claimed
    if (refusal.kind !== 'answer') {
      await this.options.store.release(claim)
      return refusal.kind === 'busy' ? 'wait' : this.turnAway(refusal.problem)
    }
    const committed = await this.options.store.commit(
      claim,
      withoutLargeAnswer({ to: 'completed', answer: refusal.answer, writes: [] }),
    )
    return committed ? this.answered('rejected', refusal.answer, claimed, claim.fence) : 'again'
  }

  private replay(answer: Answer, row: { createdAt: Date; expiresAt: Date }): EngineReply {
    return this.answered(this.waited ? 'joined' : 'replayed', answer, row)
  }

  private answered(
    outcome: AttemptOutcome & ('executed' | 'replayed' | 'joined' | 'rejected'),
    answer: Answer,
    row: { createdAt: Date; expiresAt: Date },
    fence: number | null = null,
  ): EngineReply {
    this.logAttempt(outcome, answer.status, answer.problem, fence)
    return { kind: 'answer', outcome, answer, firstExecutedAt: row.createdAt, expiresAt: row.expiresAt }
  }

  private turnAway(problem: Problem): EngineReply {
    this.logAttempt('rejected', PROBLEMS[problem.kind].status, problem.kind, null)
    return { kind: 'problem', problem }
  }

  private logAttempt(
    outcome: AttemptOutcome,
    status: number,
    problem: Problem['kind'] | null,
    fence: number | null,
  ): void {
    const { scope, source, requestId, by } = this.request
    this.options.observe({
      step: 'attempt',
      attempt: {
        merchantId: scope.merchantId,
        recordId: this.id,
        operation: this.operation.name,
        outcome,
        presses: 1,
        status,
        problem,
        source,
        requestId,
        actor: by?.name ?? null,
        address: by?.address ?? null,
        fence,
        at: this.at,
        durationMs: this.sinceArrival(),
        askedMs: this.askedMs,
        answeredMs: this.answeredMs,
      },
    })
  }

  private newRecord(): NewRecord {
    const { scope, key } = this.request
    const { name, randomSubject, retentionDays } = this.operation
    return {
      merchantId: scope.merchantId,
      id: this.id,
      scope: scope.actor,
      operation: name,
      key,
      ...this.compared.columns(this.options.fieldSecrets[0]),
      subjectId: randomSubject ? this.options.newId() : subjectIdOf(this.id),
      retentionDays,
    }
  }

  private differingFields(row: { fields: string | null }): string[] {
    return this.compared.differing(row.fields, this.options.fieldSecrets)
  }

  private resourceFacts({ subjectId }: { subjectId: string | null }): Facts {
    return subjectId ? this.operation.resourceFacts(subjectId) : {}
  }

  private mayWait(): boolean {
    return this.sinceArrival() < (this.request.waitMs ?? this.operation.waitMs ?? WAIT_MS.usual)
  }

  private sinceArrival(): number {
    return this.options.clock.now().getTime() - this.at.getTime()
  }

  private observeStep(
    step: 'claimed' | 'taken-over' | 'asking' | 'asked' | 'committed' | 'lost-lease',
    fence: number,
  ): void {
    this.options.observe({ step, recordId: this.id, operation: this.operation.name, fence })
  }

  private alert(message: string, error?: unknown): void {
    this.options.observe({ step: 'alert', recordId: this.id, operation: this.operation.name, message, error })
  }
}
