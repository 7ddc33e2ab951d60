import type { Finish, StoreForm } from './operation'
import type { Claim, IdempotencyRow } from './record'

/**
 * Where records live. Its laws, proved for every implementation by `store.contract.ts`:
 *  1. `claim` and `takeOver` are one commit each, together with `begin`; of any number of racing callers one gets the claim.
 *  2. `begin` is written only by the caller that got the claim; where it touches no row the claim stays `claimed`.
 *  3. `commit` is one commit: the record's new state and all writes, or nothing. A write that touches another number of rows
 *     than it says undoes all of it and throws.
 *  4. `renew`, `commit` and `release` by a claim whose token or fence is no longer in the row write nothing and answer false.
 *  5. Leases are judged by the store's clock. A lease lasts `leaseMs`; it can be renewed until `CEILING_LEASES` of
 *     them have passed since it was taken, not later.
 *  6. `sweep` and `takeDoubt` give a record to one caller at a time, under a new token and a higher fence. Parked records are left alone.
 *  7. `reap` deletes only what began nothing and whose lease is over; `bury` only takes answers away that are past their time.
 */
export interface Store<Form extends StoreForm> {
  readonly leaseMs: number
  read(merchantId: string, id: string): Promise<IdempotencyRow | null>
  /** Null: somebody else holds it. */
  claim(record: NewRecord, begin: BeginOf<Form>): Promise<Claimed | null>
  /** From an expired `claimed` only. */
  takeOver(record: NewRecord, fence: number, begin: BeginOf<Form>): Promise<Claimed | null>
  /** Prolongs the lease; false when it was lost, or held for as long as it may be. */
  renew(claim: Claim): Promise<boolean>
  commit(claim: Claim, next: Finish<Form>): Promise<boolean>
  /** Gives the right to execute back, so that the next request may have it. */
  release(claim: Claim): Promise<boolean>
  /** Takes over up to `limit` records whose outcome is in doubt: `sending` past its lease, and `unknown` that is due. */
  takeOverdue(operation: string, limit: number): Promise<Overdue[]>
  /** The same for one record in doubt, due or not: for news of it. Null when it is not in doubt, parked, or somebody looks right now. */
  takeInDoubt(operation: string, merchantId: string, id: string): Promise<Overdue | null>
  /** Puts a parked record before the resolver again, together with `writes`. False when it is not parked. */
  unpark(merchantId: string, id: string, writes: Form['write'][]): Promise<boolean>
  /** Deletes up to `limit` claims that began nothing and were left behind. @returns how many */
  reap(limit: number): Promise<number>
  /** Turns up to `limit` records that are past their time into tombstones. @returns how many */
  expireAnswers(limit: number): Promise<number>
}

/** Makes the `begin` out of what its store gives for the claim. */
export type BeginOf<Form extends StoreForm> = (claim: Form['claim']) => Form['begin']

/** 10 leases: work that takes longer has lost its way, and its lease is not renewed any more. */
export const CEILING_LEASES = 10

export interface NewRecord {
  merchantId: string
  id: string
  scope: string
  operation: string
  key: string
  fingerprint: string
  fingerprintVersion: number
  fields: string
  subjectId: string
}

/**
 * What became of `begin` in the commit of a claim. `unheard`: the claim is ours and something was begun, but the database's answer was
 * lost on the way; the operation has to read it again.
 */
export type BeginOutcome = { kind: 'written'; row: unknown } | { kind: 'refused' } | { kind: 'answer-lost' }

export interface Claimed {
  claim: Claim
  begun: BeginOutcome
  createdAt: Date
  expiresAt: Date
}

export interface Overdue {
  claim: Claim
  subjectId: string | null
  /** Look-ups in a row that brought no answer. */
  tries: number
  /** How often in a row it was taken over, this time included, without coming to a commit. */
  failures: number
}

/** The store cannot be reached or is overloaded. The same call may be tried again, by the same claim or under the same key. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'
  /** The line broke while the call was under way: it may have been carried out. */
  readonly maybeDone: boolean
  constructor(message: string, options: ErrorOptions & { maybeDone?: boolean } = {}) {
    super(message, options)
    this.maybeDone = options.maybeDone ?? false
  }
}

/** A write of a commit touched another number of rows than it said; the whole commit was undone. */
export class CommitRefused extends Error {
  override name = 'CommitRefused'
  constructor(readonly write: string) {
    super(`commit refused by "${write}"`)
  }
}
