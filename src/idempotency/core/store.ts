import type { Finish, StoreForm } from './operation'
import type { Claim, IdempotencyRow } from './record'

/**
 * Storage of the idempotency records: claims for the request, doubts for the resolver, upkeep for the
 * scheduled jobs. Its laws, proved for every implementation by `testing/store.contract.ts`:
 *  1. `claim` and `takeOver` are one commit each, together with `begin`; of any number of racing callers one
 *     gets the claim.
 *  2. `begin` is written only by the caller that got the claim; where it touches no row the claim stays
 *     `claimed`.
 *  3. `commit` is one commit: the record's new state and all writes, or nothing. A write that touches another
 *     number of rows than it declares undoes all of it and throws.
 *  4. `renew`, `commit` and `release` under a claim whose token or fence is no longer in the row write
 *     nothing and return false.
 *  5. The store's own clock judges leases. A lease lasts `leaseMs`; it can be renewed until `CEILING_LEASES`
 *     of them have passed since it was taken, not later.
 *  6. `takeOverdue` and `takeInDoubt` give a record to one caller at a time, under a new token and a higher
 *     fence. Both skip parked records.
 *  7. `reap` deletes only claims that began nothing and whose lease is over; `expireAnswers` only removes
 *     answers whose retention is over.
 *
 * Every verb may throw `StoreUnavailable`; the writes of `commit` and `unpark` may throw `CommitRefused`.
 */
export type Store<Form extends StoreForm> = Claims<Form> & Doubts<Form> & Upkeep

/** The life of one claim: the verbs of a request. */
export interface Claims<Form extends StoreForm> {
  /** How long a claim lasts without being renewed, in milliseconds. */
  readonly leaseMs: number
  read(merchantId: string, id: string): Promise<IdempotencyRow | null>
  /** Creates the record, and with it the claim. Null: the record exists already. */
  claim(record: NewRecord, begin: BeginOf<Form>): Promise<Claimed | null>
  /** Takes an expired `claimed` record. Null: its state or its fence has changed. */
  takeOver(record: NewRecord, fence: number, begin: BeginOf<Form>): Promise<Claimed | null>
  /** Prolongs the lease. False: the claim was lost, or has reached its ceiling. */
  renew(claim: Claim): Promise<boolean>
  /** Stores the outcome together with its writes. False: the claim was lost, and nothing was written. */
  commit(claim: Claim, next: StoredOutcome<Form>): Promise<boolean>
  /** Ends the lease of a claim that began nothing, so that the next request may take it over. */
  release(claim: Claim): Promise<boolean>
}

/** Records whose outcome is in doubt: the verbs of the resolver and of the operator. */
export interface Doubts<Form extends StoreForm> {
  /** Takes over up to `limit` records in doubt: `sending` past its lease, and `unknown` that is due. */
  takeOverdue(operation: string, limit: number): Promise<DoubtedRecord[]>
  /**
   * Takes over one record in doubt, due or not, after a hint. Null: it is not in doubt, is parked, or is
   * being checked right now.
   */
  takeInDoubt(operation: string, merchantId: string, id: string): Promise<DoubtedRecord | null>
  /** Gives a parked record back to the resolver, together with `writes`. False: it is not parked. */
  unpark(merchantId: string, id: string, writes: Form['write'][]): Promise<boolean>
}

/** Cleaning: the verbs of the scheduled jobs. Each call has a `limit`, so that no statement runs for long. */
export interface Upkeep {
  /**
   * Notes which of up to `limit` more records with a lease that has long ended are not finished, so that no search for unfinished ones ever
   * goes through the others again. @returns the number it went through; `limit` or more: call again
   */
  markOverdue(limit: number): Promise<number>
  /**
   * Ends up to `limit` leases that lie further ahead than a lease or a pause of `longestPauseMs` can: they were given before the store's clock
   * was put back. Whoever works under one is treated as stopped. @returns the number ended
   */
  endFarLeases(longestPauseMs: number, limit: number): Promise<number>
  /** Deletes up to `limit` abandoned claims that began nothing. @returns the number deleted */
  reap(limit: number): Promise<number>
  /** Turns up to `limit` records whose retention is over into tombstones. @returns the number changed */
  expireAnswers(limit: number): Promise<number>
}

/** The outcome of an operation, as it is stored. `tombstone`: it is done, and no answer is kept (O5). */
export type StoredOutcome<Form extends StoreForm> =
  | Finish<Form>
  | { to: 'tombstone'; answer: null; writes: Form['write'][] }

/** Makes the `begin` from what the store supplies for the claim. */
export type BeginOf<Form extends StoreForm> = (claim: Form['claim']) => Form['begin']

/** 10 leases, 5 minutes by default: work that takes longer is stuck, and its lease is no longer renewed. */
export const CEILING_LEASES = 10

/** The columns of a record as its request knows them. */
export interface NewRecord {
  merchantId: string
  /** `recordId(…)`. */
  id: string
  scope: string
  operation: string
  key: string
  fingerprint: string
  fingerprintVersion: number
  /** `fieldHashes(…)`. */
  fields: string
  /** Id of the row that `begin` writes. */
  subjectId: string
  /** How long the answer is kept, in days, 1 to 3,650; 30 where it is left out. A take-over leaves it as the first claim stated it. */
  retentionDays?: number | undefined
}

/**
 * Result of `begin` in the commit of a claim. `answer-lost`: the claim is ours and `begin` was written, but
 * the connection broke before the database's answer arrived; the operation must read its row again.
 */
export type BeginOutcome = { kind: 'written'; row: unknown } | { kind: 'refused' } | { kind: 'answer-lost' }

/** A claim that was just obtained. */
export interface Claimed {
  claim: Claim
  begun: BeginOutcome
  createdAt: Date
  /** When the answer, once stored, is deleted. */
  expiresAt: Date
}

/** A record in doubt that the resolver has taken over. */
export interface DoubtedRecord {
  claim: Claim
  subjectId: string | null
  /** Look-ups in a row that brought no answer. */
  tries: number
  /** Take-overs in a row, this one included, that did not reach a commit. */
  failures: number
}

/**
 * The store cannot be reached or is overloaded. The same call may be repeated, under the same claim or the
 * same key.
 */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'
  /** The connection broke during the call: it may have been carried out. */
  readonly maybeDone: boolean
  constructor(message: string, options: ErrorOptions & { maybeDone?: boolean } = {}) {
    super(message, options)
    this.maybeDone = options.maybeDone ?? false
  }
}

/** A write of a commit touched another number of rows than it declares; the whole commit was undone. */
export class CommitRefused extends Error {
  override name = 'CommitRefused'
  /** @param write name of the write that did not match */
  constructor(readonly write: string) {
    super(`commit refused by "${write}"`)
  }
}
