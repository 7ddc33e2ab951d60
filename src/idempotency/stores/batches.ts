import type { StoreForm } from '../core/operation'
import type { Claim, IdempotencyRow } from '../core/record'
import type { BeginOf, Claimed, NewRecord, StoredOutcome } from '../core/store'

/** One claim of a batch. */
export interface ClaimCall<Form extends StoreForm> {
  /** The claim as it will be, if this caller gets it. */
  claim: Claim
  record: NewRecord
  begin: Form['begin']
  /** What made `begin`, for a claim that is made by itself in the end. */
  beginOf: BeginOf<Form>
}

/** One outcome of a batch. */
export interface CommitCall<Form extends StoreForm> {
  claim: Claim
  next: StoredOutcome<Form>
}

/** One read of a batch. */
export interface ReadCall {
  merchantId: string
  id: string
}

/**
 * Many calls of one verb as one commit, with the laws of `Store`. The results are in the order of the calls: what one
 * call meets (a record that exists, a refused `begin`, a lost lease) is the result of that call alone. An error means
 * that nothing was carried out, except `StoreUnavailable` with `maybeDone`: all was carried out, or nothing.
 */
export interface Batches<Form extends StoreForm> {
  /** From which the `begin` of a batch selects. */
  readonly claimRows: Form['claim']
  readAll(calls: readonly ReadCall[]): Promise<(IdempotencyRow | null)[]>
  claimAll(calls: readonly ClaimCall<Form>[]): Promise<(Claimed | null)[]>
  commitAll(calls: readonly CommitCall<Form>[]): Promise<boolean[]>
  /** Calls of one kind may share a statement. Null: this one must be made by itself. */
  kindOfClaim(call: ClaimCall<Form>): unknown
  kindOfCommit(call: CommitCall<Form>): unknown
  /** Claims with the same text here may not share a statement, whatever their records are; null: no such text. */
  apart(call: ClaimCall<Form>): string | null
  /** What an outcome writes. Two that write the same row may not share a statement: it would be written once, for both. */
  written(call: CommitCall<Form>): readonly string[]
  /** True when an error of `commitAll` names a value that this outcome writes: it is probably the one that was refused. */
  isNamed(call: CommitCall<Form>, error: unknown): boolean
}

/** Look-ups after a connection broke while a commit was under way, by the token of the claim. */
export interface LostCommits<Form extends StoreForm> {
  /** The claim, if it was made. Null: it was not, or is not yet. */
  findClaim(claim: Claim): Promise<Claimed | null>
  /** Was the outcome stored? False: the claim was lost. Null: it was not stored, or is not yet. */
  findCommit(call: CommitCall<Form>): Promise<boolean | null>
}
