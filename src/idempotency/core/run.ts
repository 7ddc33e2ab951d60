import { type Facts, PROBLEMS, type Problem } from '../problems'
import type { AttemptOutcome } from './events'
import { differing, fieldHashes } from './fields'
import { FINGERPRINT_VERSION, fingerprint, recordId, type Scope } from './fingerprint'
import { withLease } from './lease'
import { type Operation, orDoubt, type StoreForm } from './operation'
import type { EngineOptions } from './options'
import { type Answer, decide, type IdempotencyRow } from './record'
import { type BeginOf, type Claimed, type NewRecord, StoreUnavailable } from './store'
import { storeOutcome } from './store-outcome'
import type { Waiters } from './waiters'

/** One incoming request. `waitMs` is how long it may wait for another request that is running under the same key. */
export interface EngineRequest<Input> {
  scope: Scope
  key: string
  input: Input
  waitMs: number
  /** Where it came from (`browser`, `api`) and its own id: for the attempt log only. */
  source: string
  requestId: string
}

export type EngineReply =
  | {
      kind: 'answer'
      outcome: 'executed' | 'replayed' | 'joined' | 'rejected'
      answer: Answer
      firstExecutedAt: Date
      expiresAt: Date
    }
  | { kind: 'problem'; problem: Problem }

/** 25, 50, 100 … 400 ms: soon enough that a waiter hardly notices, seldom enough that a hundred of them cost the database little. */
const RECHECK_MS = [25, 50, 100, 200, 400]

/** One request on its way through the engine: read the record, decide, act; and if somebody else was faster, read again. */
export class KeyedRequest<Input extends object, Begun, Effect, Form extends StoreForm> {
  private readonly id: string
  private readonly at: Date
  private waited = false
  private asked = false

  constructor(
    private readonly options: EngineOptions<Form>,
    private readonly waiters: Waiters,
    private readonly operation: Operation<Input, Begun, Effect, Form>,
    private readonly request: EngineRequest<Input>,
    private readonly notNow: () => Problem | null,
  ) {
    this.id = recordId(request.scope, operation.name, request.key)
    this.at = options.clock.now()
  }

  /** Once the outside was asked, an error of ours must not read like "nothing happened": then the outcome is not known. */
  async reply(): Promise<EngineReply> {
    try {
      return await this.untilAnswered()
    } catch (error) {
      if (!this.asked) throw error
      this.alert('a request failed after it had asked', error)
      return this.turnAway(outcomeUnknown())
    }
  }

  private async untilAnswered(): Promise<EngineReply> {
    for (let round = 0; ; ) {
      const reply = await this.once()
      if (reply === 'again') continue
      if (reply !== 'wait') return reply
      if (!this.mayWait()) return this.turnAway(inProgress())
      this.waited = true
      await this.waiters.sleep(this.id, RECHECK_MS[Math.min(round++, RECHECK_MS.length - 1)] ?? 400)
    }
  }

  /**
   * One look at the record. `again`: somebody was faster, so the record has changed and a fresh look will tell (a loser that finds
   * the winner finished replays; it never gets a false 409). `wait`: it is running.
   */
  private async once(): Promise<EngineReply | 'again' | 'wait'> {
    const row = await this.waiters.readFresh(this.id, () =>
      this.options.store.read(this.request.scope.merchantId, this.id),
    )
    const verdict = decide(row, (version) =>
      fingerprint(this.request.input, this.operation.volatile, version),
    )
    switch (verdict.kind) {
      case 'start':
        return this.start((record, begin) => this.options.store.claim(record, begin))
      case 'take-over':
        return this.start((record, begin) => this.options.store.takeOver(record, verdict.fence, begin))
      case 'busy':
        return 'wait'
      case 'replay':
        return this.answered(this.waited ? 'joined' : 'replayed', verdict.answer, row as IdempotencyRow)
      case 'unknown':
        if (verdict.answer)
          return this.answered(this.waited ? 'joined' : 'replayed', verdict.answer, row as IdempotencyRow)
        return this.turnAway(outcomeUnknown(this.pointer(row)))
      case 'mismatch':
        return this.turnAway(
          keyReused(
            differing(
              row?.fields ?? null,
              this.request.input,
              this.operation.volatile,
              this.options.fieldSecret,
            ),
          ),
        )
      case 'expired':
        return this.turnAway(answerExpired(this.pointer(row)))
      case 'damaged':
        this.alert('a stored record cannot be read')
        return this.turnAway({
          kind: 'record-damaged',
          detail: 'The record under this key cannot be read. Nothing was executed.',
        })
    }
  }

  private async start(
    take: (record: NewRecord, begin: BeginOf<Form>) => Promise<Claimed | null>,
  ): Promise<EngineReply | 'again' | 'wait'> {
    const refusal = this.notNow()
    if (refusal) return this.turnAway(refusal)
    if (!this.waiters.enter(this.id)) return 'wait'
    let seen: EngineReply | 'again' | 'wait' = 'again'
    try {
      seen = await this.claimAndExecute(take)
      return seen
    } finally {
      // Where there is nothing to see yet (another key holds the order), waking the others would only make them come here in turn.
      this.waiters.leave(this.id, seen !== 'wait')
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

  /** The claim went through and its answer was lost on the way: what it began is read again. Nothing was asked yet. */
  private async recall(subjectId: string): Promise<Begun> {
    const begun = await this.operation.recall(this.request.scope.merchantId, subjectId)
    if (!begun) throw new StoreUnavailable('what was begun cannot be read')
    return begun
  }

  private async execute(claimed: Claimed, begun: Begun, subjectId: string): Promise<EngineReply | 'again'> {
    const { claim } = claimed
    const { store, clock } = this.options
    this.observeStep('asking', claim.fence)
    this.asked = true
    const effect = await withLease(store, claim, clock, () =>
      orDoubt(this.operation, () => this.operation.ask(begun)),
    )
    this.observeStep('asked', claim.fence)
    const next = this.operation.finish(begun, effect)
    const stored = await storeOutcome(this.options, this.operation, { claim, subjectId }, next)
    if (stored === 'not-stored') return this.turnAway(outcomeUnknown(this.operation.pointer(subjectId)))
    this.observeStep(stored === 'committed' ? 'committed' : 'lost-lease', claim.fence)
    // The lease was lost: whoever holds it now decides, and the record will say.
    if (stored === 'lost') return 'again'
    if (next.answer === null) return this.turnAway(outcomeUnknown(this.operation.pointer(subjectId)))
    return this.answered('executed', next.answer, claimed, claim.fence)
  }

  /** Nothing was begun, so whatever fails here must not hold the key until its lease is over. */
  private async refuse(claimed: Claimed): Promise<EngineReply | 'again' | 'wait'> {
    try {
      return await this.explain(claimed)
    } catch (error) {
      await this.options.store.release(claimed.claim).catch(() => undefined)
      throw error
    }
  }

  private async explain(claimed: Claimed): Promise<EngineReply | 'again' | 'wait'> {
    const refusal = await this.operation.refused(this.request.input)
    const { claim } = claimed
    if (refusal.kind !== 'answer') {
      await this.options.store.release(claim)
      return refusal.kind === 'busy' ? 'wait' : this.turnAway(refusal.problem)
    }
    const held = await this.options.store.commit(claim, {
      to: 'completed',
      answer: refusal.answer,
      writes: [],
    })
    return held ? this.answered('rejected', refusal.answer, claimed, claim.fence) : 'again'
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
    const { scope, source, requestId } = this.request
    const about = {
      merchantId: scope.merchantId,
      recordId: this.id,
      operation: this.operation.name,
      source,
      requestId,
      fence,
    }
    const durationMs = this.options.clock.now().getTime() - this.at.getTime()
    this.options.observe({
      step: 'attempt',
      attempt: { ...about, outcome, presses: 1, status, problem, at: this.at, durationMs },
    })
  }

  private newRecord(): NewRecord {
    const { scope, key, input } = this.request
    const print = fingerprint(input, this.operation.volatile) as string
    const about = {
      merchantId: scope.merchantId,
      id: this.id,
      scope: scope.actor,
      operation: this.operation.name,
      key,
    }
    const fields = fieldHashes(input, this.operation.volatile, this.options.fieldSecret)
    return {
      ...about,
      fingerprint: print,
      fingerprintVersion: FINGERPRINT_VERSION,
      fields,
      subjectId: this.options.newId(),
    }
  }

  private pointer(row: IdempotencyRow | null): Facts {
    return row?.subjectId ? this.operation.pointer(row.subjectId) : {}
  }

  private mayWait(): boolean {
    return this.options.clock.now().getTime() - this.at.getTime() < this.request.waitMs
  }

  private observeStep(
    step: 'claimed' | 'asking' | 'asked' | 'committed' | 'lost-lease',
    fence: number,
  ): void {
    this.options.observe({ step, recordId: this.id, operation: this.operation.name, fence })
  }

  private alert(message: string, error?: unknown): void {
    this.options.observe({ step: 'alert', recordId: this.id, operation: this.operation.name, message, error })
  }
}

function inProgress(): Problem {
  return {
    kind: 'in-progress',
    detail: 'A request with this key is still running. Send the same key again in a moment.',
    retryAfterSeconds: 1,
  }
}

function outcomeUnknown(facts: Facts = {}): Problem {
  const detail = 'We do not know yet how this ended. We are finding out; do not send a new key.'
  return { kind: 'outcome-unknown', detail, retryAfterSeconds: 2, facts }
}

/** Which fields differ, never what they hold: whoever guesses a key must not learn of the request behind it. */
function keyReused(differs: string[]): Problem {
  return {
    kind: 'key-reused',
    detail: 'This key belongs to a request with other contents. Use a new key for a new request.',
    facts: { differs },
  }
}

function answerExpired(facts: Facts): Problem {
  return {
    kind: 'answer-expired',
    detail: 'This key was used, and its stored answer has expired. Nothing was executed again.',
    facts,
  }
}
