import type { Finish } from './operation'
import type { Claim, IdempotencyRow } from './record'

/**
 * Where records live. Its laws, proved for every implementation by `store.contract.ts`:
 *  1. `claim` and `takeOver` are one commit each, together with `begin`; of any number of racing callers one gets the claim.
 *  2. `begin` is written only by the caller that got the claim; where it touches no row the claim stays `claimed`.
 *  3. `commit` is one commit: the record's new state and all writes, or nothing. A write that touches another number of rows
 *     than it says undoes all of it and throws.
 *  4. `commit` and `release` by a claim whose token or fence is no longer in the row write nothing and answer false.
 *  5. Leases are judged by the store's clock.
 *  6. `sweep` gives each overdue record to one caller only, under a new token and a higher fence.
 */
export interface Store<W> {
  read(merchantId: string, id: string): Promise<IdempotencyRow | null>
  /** Null: somebody else holds it. `begun` is the row that `begin` wrote, or null where it wrote none. */
  claim(record: NewRecord, begin: W): Promise<Claimed | null>
  /** From an expired `claimed` only. */
  takeOver(record: NewRecord, fence: number, begin: W): Promise<Claimed | null>
  commit(claim: Claim, next: Finish<W>): Promise<boolean>
  /** Gives the right to execute back, so that the next request may have it. */
  release(claim: Claim): Promise<boolean>
  /** Takes over up to `limit` records whose outcome is in doubt: `sending` past its lease, and `unknown` that is due. */
  sweep(operation: string, limit: number): Promise<Overdue[]>
}

export interface NewRecord {
  merchantId: string
  id: string
  scope: string
  operation: string
  key: string
  fingerprint: string
  fingerprintVersion: number
  subjectId: string
}

export interface Claimed {
  claim: Claim
  begun: unknown
  createdAt: Date
  expiresAt: Date
}

export interface Overdue {
  claim: Claim
  subjectId: string | null
}

/** The store cannot be reached or is overloaded: nothing was done, the same key may be tried again. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'
}

/** A write of a commit touched another number of rows than it said; the whole commit was undone. */
export class CommitRefused extends Error {
  override name = 'CommitRefused'
  constructor(readonly write: string) {
    super(`commit refused by "${write}"`)
  }
}
