import { systemClock } from '../core/clock'
import { Engine } from '../core/engine'
import type { EngineEvent, LoggedAttempt } from '../core/events'
import { recordId, subjectIdOf } from '../core/fingerprint'
import type { Finish, Operation, Refusal } from '../core/operation'
import type { Answer } from '../core/record'
import type { EngineReply, EngineRequest } from '../core/request'
import { type MemoryForm, MemoryStore, type MemoryWrite } from '../stores/memory'

/** Input of the test operation; `at` may differ between retries. */
export interface TestInput {
  amount: number
  at?: number
}

export interface TestBegun {
  subject: string
  amount: number
}

export type TestEffect =
  | { kind: 'done' }
  | { kind: 'refused' }
  | { kind: 'waiting' }
  | { kind: 'doubt'; reason: string }

/** The row that key `k` of the test's scope works on. */
export const SUBJECT = subjectIdOf(recordId({ merchantId: 'm', actor: 'shopper:a' }, 'test.do', 'k'))

/** The engine over the memory store, with a scripted outside that logs its calls. */
export class TestEngine {
  readonly events: EngineEvent[] = []
  /** The writes of the operation, one line each; a commit that was undone leaves none. */
  readonly lines: string[] = []
  /** Subjects of all calls of `ask` and of `find`. */
  readonly asked: string[] = []
  readonly found: string[] = []
  readonly store: MemoryStore
  readonly operation: Operation<TestInput, TestBegun, TestEffect, MemoryForm>
  readonly engine: Engine<MemoryForm>
  ask: (begun: TestBegun) => Promise<TestEffect> = async () => ({ kind: 'done' })
  find: (begun: TestBegun) => Promise<TestEffect> = async () => ({ kind: 'done' })
  /** When set, `begin` touches no row, and this is the reason. */
  refusal: (() => Promise<Refusal>) | null = null
  private readonly rows = new Map<string, TestBegun>()
  private ids = 0

  constructor() {
    const newId = () => `id-${++this.ids}`
    this.store = new MemoryStore(() => Date.now(), newId)
    this.operation = this.newOperation()
    this.engine = this.process()
  }

  /** Another process on the same store, with waiters of its own. */
  process(): Engine<MemoryForm> {
    const { store } = this
    const newId = () => `subject-${++this.ids}`
    return new Engine({
      store,
      observe: (event) => this.events.push(event),
      clock: systemClock,
      newId,
      fieldSecrets: ['secret'],
    })
  }

  run(changes: Partial<EngineRequest<TestInput>> = {}, engine = this.engine): Promise<EngineReply> {
    return engine.run(this.operation, { ...this.request(), ...changes })
  }

  /** The usual request. It waits for no other one. */
  request(): EngineRequest<TestInput> {
    const scope = { merchantId: 'm', actor: 'shopper:a' }
    return { scope, key: 'k', input: { amount: 1 }, waitMs: 0, source: 'test', requestId: 'q' }
  }

  /** Renews no lease from here on: like a process that is stopped, or cut off from the store. */
  stopBeating(): void {
    this.store.renew = () => Promise.reject(new Error('cut off'))
  }

  recover(limit = 10): Promise<number> {
    return this.engine.recover(this.operation, limit, 'worker-1')
  }

  attempts(): LoggedAttempt[] {
    return this.events.flatMap((event) => (event.step === 'attempt' ? [event.attempt] : []))
  }

  alerts(): string[] {
    return this.events.flatMap((event) => (event.step === 'alert' ? [event.message] : []))
  }

  forget(subject: string): void {
    this.rows.delete(subject)
  }

  /** A write that adds a line, and claims to touch `rows` rows; it touches one. */
  line(text: string, rows = 1): MemoryWrite {
    return { name: text, rows, check: () => 1, apply: () => this.lines.push(text) }
  }

  private newOperation(): Operation<TestInput, TestBegun, TestEffect, MemoryForm> {
    return {
      name: 'test.do',
      volatile: ['at'],
      begin: (input, { subjectId }) => ({
        name: 'begin',
        rows: 1,
        check: () => (this.refusal ? 0 : 1),
        apply: () => {
          const begun = { subject: subjectId, amount: input.amount }
          this.rows.set(subjectId, begun)
          this.lines.push(`begin ${input.amount}`)
          return begun
        },
      }),
      whyRefused: () => (this.refusal as () => Promise<Refusal>)(),
      ask: (begun) => {
        this.asked.push(begun.subject)
        return this.ask(begun)
      },
      find: (begun) => {
        this.found.push(begun.subject)
        return this.find(begun)
      },
      doubt: (reason) => ({ kind: 'doubt', reason }),
      finish: (begun, effect) => this.finish(begun, effect),
      recall: async (_, subject) => this.rows.get(subject) ?? null,
      resourceFacts: (subject) => ({ subject }),
      parkWrites: (_, reason) => [this.line(`parked: ${reason}`)],
    }
  }

  finish(begun: TestBegun, effect: TestEffect): Finish<MemoryForm> {
    const body = JSON.stringify({ did: effect.kind, subject: begun.subject })
    const writes = [this.line(`${effect.kind} ${begun.amount}`)]
    switch (effect.kind) {
      case 'done':
        return { to: 'completed', answer: { status: 200, problem: null, body }, writes }
      case 'refused':
        return { to: 'completed', answer: { status: 402, problem: 'payment-declined', body }, writes }
      case 'waiting':
        return { to: 'unknown', answer: { status: 200, problem: null, body }, writes, retryInMs: 5_000 }
      case 'doubt':
        return { to: 'unknown', answer: null, writes, retryInMs: 5_000 }
    }
  }
}

/** A stored problem. */
export const ALREADY: Answer = { status: 409, problem: 'already-paid', body: '{"detail":"paid"}' }

/** A promise that the test resolves: an outside that answers when the test lets it. */
export function deferred<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** A reply in one word: the outcome of an answer, or the kind of a problem. */
export function outcome(reply: EngineReply): string {
  return reply.kind === 'answer' ? reply.outcome : reply.problem.kind
}
