import type { Facts, Problem } from '../problems'
import type { Answer } from './record'

/**
 * Something to do once: two commits with one question to the outside between them.
 * `begin` rides in the claim's own commit, `finish` in the commit that stores the answer; no transaction is open while we `ask`.
 * `begin` and `finish` are pure: they return writes as values, in the store's own form `W`.
 *
 * @typeParam I the parsed input  @typeParam B the row that `begin` wrote  @typeParam E what the outside said
 */
export interface Operation<I extends object, B, E, W> {
  /** Bound into the record's id: the same key on another operation is another record. */
  name: string
  /** Members of the input that may differ between retries and stay out of the fingerprint. */
  volatile: readonly string[]
  /** The one write that is committed with the claim. It must touch one row, or none when the domain refuses. */
  begin(input: I, ids: Ids): W
  /** Why `begin` touched no row. Asked outside any transaction. */
  refused(input: I): Promise<Refusal>
  /** The one question. Its implementation answers doubt as a value; whatever it throws counts as doubt too. */
  ask(begun: B): Promise<E>
  /** The same question without asking for anything to be done: what became of it? */
  find(begun: B): Promise<E>
  /** The value of `E` that says: we do not know. */
  doubt(reason: string): E
  /** What the answer means: the stored answer, and the writes of its commit. */
  finish(begun: B, effect: E): Finish<W>
  /** Reads again what `begin` wrote: for the resolver, which comes after a crash, and after an answer that was lost. */
  recall(merchantId: string, subjectId: string): Promise<B | null>
  /** What a client may be told of the row it works on where there is no stored answer: where to look. */
  pointer(subjectId: string): Facts
  /** What is written with the record when it is parked: the trace that a person follows. */
  parked(ids: Omit<Ids, 'subjectId'> & { subjectId: string | null }, reason: string): W[]
}

export interface Ids {
  merchantId: string
  recordId: string
  subjectId: string
}

export type Finish<W> =
  | { to: 'completed'; answer: Answer; writes: W[] }
  /** Left in doubt: the resolver asks again after `retryInMs`. `answer` is what to say meanwhile; null says *unknown*. */
  | { to: 'unknown'; answer: Answer | null; writes: W[]; retryInMs: number }
  /** In doubt, and asking again will not help: it waits for a person. */
  | { to: 'parked'; answer: Answer | null; writes: W[]; reason: string }

export type Refusal =
  /** The answer for good under this key. */
  | { kind: 'answer'; answer: Answer }
  /** Nothing happened; the key is free to be tried again. */
  | { kind: 'problem'; problem: Problem }
  /** Somebody else is at it under another key: wait for them, then try again. */
  | { kind: 'busy' }

/** Whatever a question to the outside throws, at once or later, is doubt. */
export async function orDoubt<E>(operation: { doubt(reason: string): E }, ask: () => Promise<E>): Promise<E> {
  try {
    return await ask()
  } catch (error) {
    return operation.doubt(String(error))
  }
}
