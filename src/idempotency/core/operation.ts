import type { Facts, Problem } from '../problems'
import type { Answer } from './record'

/**
 * The form in which a store takes its work. The Prisma store's is SQL, the model's are closures.
 * `claim` is what a `begin` needs so that it happens under the claim only; `begin` and `write` are what operations return.
 */
export interface StoreForm {
  claim: unknown
  begin: unknown
  write: unknown
}

/**
 * Something to do once: two commits with one question to the outside between them.
 * `begin` rides in the claim's own commit, `finish` in the commit that stores the answer; no transaction is open while we `ask`.
 * `begin` and `finish` are pure: they return writes as values, in the store's own form.
 *
 * @typeParam Input what is asked for, parsed
 * @typeParam Begun the row that `begin` wrote
 * @typeParam Effect what the outside answered
 * @typeParam Form the store's form
 */
export interface Operation<Input extends object, Begun, Effect, Form extends StoreForm> {
  /** Bound into the record's id: the same key on another operation is another record. */
  name: string
  /** Members of the input that may differ between retries and stay out of the fingerprint. */
  volatile: readonly string[]
  /**
   * The one write that is committed with the claim. It must touch one row, or none when the domain refuses.
   * @param claim without it nothing can be written: it is what makes the write the claim holder's alone
   */
  begin(input: Input, ids: Ids, claim: Form['claim']): Form['begin']
  /** Why `begin` touched no row. Asked outside any transaction. */
  refused(input: Input): Promise<Refusal>
  /** The one question. Its implementation answers doubt as a value; whatever it throws counts as doubt too. */
  ask(begun: Begun): Promise<Effect>
  /** The same question without asking for anything to be done: what became of it? */
  find(begun: Begun): Promise<Effect>
  /** The value of `Effect` for "we do not know". */
  doubt(reason: string): Effect
  /** What the answer means: the stored answer, and the writes of its commit. */
  finish(begun: Begun, effect: Effect): Finish<Form>
  /** Reads again what `begin` wrote: for the resolver, which comes after a crash, and after an answer that was lost. */
  recall(merchantId: string, subjectId: string): Promise<Begun | null>
  /** What a client may be told of the row it works on where there is no stored answer: where to look. */
  pointer(subjectId: string): Facts
  /** The writes that go with parking a record: the audit row that a person follows. */
  parked(ids: Omit<Ids, 'subjectId'> & { subjectId: string | null }, reason: string): Form['write'][]
}

/** An operation of any input and effect, where only its name, its parking or its pointer matter. */
// biome-ignore lint/suspicious/noExplicitAny: each operation has its own input, row and effect
export type AnyOperation<Form extends StoreForm> = Operation<any, any, any, Form>

export interface Ids {
  merchantId: string
  recordId: string
  subjectId: string
}

export type Finish<Form extends StoreForm> =
  | { to: 'completed'; answer: Answer; writes: Form['write'][] }
  /** Left in doubt: the resolver asks again after `retryInMs`. `answer` is the interim answer; null answers *outcome-unknown*. */
  | { to: 'unknown'; answer: Answer | null; writes: Form['write'][]; retryInMs: number }
  /** In doubt, and asking again will not help: it waits for a person. */
  | { to: 'parked'; answer: Answer | null; writes: Form['write'][]; reason: string }

export type Refusal =
  /** The answer for good under this key. */
  | { kind: 'answer'; answer: Answer }
  /** Nothing happened; the key is free to be tried again. */
  | { kind: 'problem'; problem: Problem }
  /** Another key is being executed on the same subject: wait for it, then try again. */
  | { kind: 'busy' }

/** Whatever a question to the outside throws, at once or later, is doubt. */
export async function orDoubt<Effect>(
  operation: { doubt(reason: string): Effect },
  ask: () => Promise<Effect>,
): Promise<Effect> {
  try {
    return await ask()
  } catch (error) {
    return operation.doubt(String(error))
  }
}
