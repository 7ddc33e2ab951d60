import type { Facts, Problem } from '../problems'
import type { Answer } from './record'
import type { Transformer } from './transformer'

/** The types in which a store takes its work: SQL for the Prisma store, closures for the memory store. */
export interface StoreForm {
  /** Proof of the claim, which a `begin` needs in order to write. */
  claim: unknown
  /** The first write of an operation, committed with the claim. */
  begin: unknown
  /** One write of a later commit. */
  write: unknown
}

/**
 * Work to be done once per key: two commits with one request to the outside between them. `begin` is part of
 * the claim's own commit, `finish` of the commit that stores the answer; no transaction is open during `ask`.
 * `begin` and `finish` are pure: they return writes as values, in the form of the store.
 *
 * @typeParam Input the parsed input
 * @typeParam Begun the row that `begin` wrote
 * @typeParam Effect the answer of the outside
 * @typeParam Form the store's form
 */
export interface Operation<Input extends object, Begun, Effect, Form extends StoreForm> {
  /** Part of the record's id: the same key on another operation is another record. */
  name: string
  /** Top-level members of the input that may differ between retries and stay out of the fingerprint. */
  volatile: readonly string[]
  /**
   * Compares inputs by more than JSON holds: `Date`, `bigint`, `Map`. Without it such an input is refused, except where it has `toJSON`. It may
   * be added later: records that are there are compared by the version that wrote them. It may not be taken away while records are kept.
   */
  transformer?: Transformer | undefined
  /**
   * True: the id of its row is random, for rows that anyone who knows the id may see. Otherwise the key
   * determines it (`subjectIdOf`). An operation that sends its row's id to the outside as its key leaves this
   * out: with a random id, a retry after the database has lost the row would be a second effect.
   */
  randomSubject?: true
  /**
   * How long its answers are replayed, in days, 1 to 3,650; 30 where it is left out. Afterwards a retry is refused, never executed. The first
   * claim of a key states it for good: another version of the operation changes it for new keys alone.
   */
  retentionDays?: number | undefined
  /** How long a request waits for another one with its key, in milliseconds, where the request does not say; 5,000 where this is left out, too. */
  waitMs?: number | undefined
  /**
   * The one write that is committed with the claim. It must touch one row, or none when the domain refuses.
   * @param claim proof of the claim. The write selects from it, so that it happens under the claim or not at
   *   all
   */
  begin(input: Input, ids: Ids, claim: Form['claim']): Form['begin']
  /** Reason why `begin` touched no row. Called outside any transaction. */
  whyRefused(input: Input): Promise<Refusal>
  /**
   * The request to the outside: a charge, for example. Returns doubt as a value; an exception counts as doubt
   * too.
   */
  ask(begun: Begun): Promise<Effect>
  /**
   * Learns the outcome of `ask` without a second effect: a look-up, or the same request under the same key
   * where the outside keeps that key.
   */
  find(begun: Begun): Promise<Effect>
  /** The `Effect` of an unknown outcome. */
  doubt(reason: string): Effect
  /** Turns an effect into the stored answer and the writes of its commit. */
  finish(begun: Begun, effect: Effect): Finish<Form>
  /**
   * Reads again the row that `begin` wrote: for the resolver, and after a lost answer of the database. Null:
   * there is none.
   */
  recall(merchantId: string, subjectId: string): Promise<Begun | null>
  /** Facts about the row for a reply without a stored answer, such as its URL. */
  resourceFacts(subjectId: string): Facts
  /** The writes of the commit that parks a record: the audit row that an operator follows. */
  parkWrites(ids: Omit<Ids, 'subjectId'> & { subjectId: string | null }, reason: string): Form['write'][]
}

/** An operation of any input and effect, where only its name, `parkWrites` or `resourceFacts` matter. */
// biome-ignore lint/suspicious/noExplicitAny: each operation has its own input, row and effect
export type AnyOperation<Form extends StoreForm> = Operation<any, any, any, Form>

/** Ids of the record, and of the row that its operation works on. */
export interface Ids {
  merchantId: string
  recordId: string
  subjectId: string
}

/** Outcome of an operation, as it is stored. */
export type Finish<Form extends StoreForm> =
  | { to: 'completed'; answer: Answer; writes: Form['write'][] }
  /**
   * In doubt: the resolver asks again after `retryInMs`. `answer` is the interim answer; null: the reply is
   * *outcome-unknown*.
   */
  | { to: 'unknown'; answer: Answer | null; writes: Form['write'][]; retryInMs: number }
  /** In doubt, and asking again will not help: the record waits for an operator. */
  | { to: 'parked'; answer: Answer | null; writes: Form['write'][]; reason: string }

/** Reason why an operation did not begin. */
export type Refusal =
  /** The final answer under this key; it is stored. */
  | { kind: 'answer'; answer: Answer }
  /** Nothing happened, and the key stays free. */
  | { kind: 'problem'; problem: Problem }
  /** Another key is executing on the same subject: the request waits for it, then tries again. */
  | { kind: 'busy' }

/** A refusal that leaves nothing under the key. */
export type UnstoredRefusal = Exclude<Refusal, { kind: 'answer' }>

/** Calls the outside; any exception, synchronous or not, is doubt. */
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
