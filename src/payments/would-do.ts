import type { AccountCode } from '@/ledger/chart'
import type { Line, Posting } from '@/ledger/posting'

/** What an operation would do now, if nothing stands in its way: the result of a dry run. Amounts in minor units. */
export interface WouldDo {
  /** What the bank would be asked for; null: it would not be asked. */
  bank: {
    request: 'charge' | 'authorise' | 'capture' | 'release' | 'refund'
    minor: bigint
    currency: string
  } | null
  /** What the resource would be after it, where the bank says yes. What the bank would say is not known. */
  outcome: {
    resource: 'payment' | 'refund' | 'order'
    /** Null: it would be made. A UUID. */
    id: string | null
    status: string
    /** Of an order, the version it would be at. */
    version?: number
    minor: bigint
    currency: string
  }
  postings: WouldPost[]
}

/**
 * A posting that would be written. `pending`: beside the ledger, in no balance; `posted`: in the ledger, in place of the pending one where there is
 * one; `voided`: the pending one ends without being posted.
 */
export interface WouldPost {
  state: 'pending' | 'posted' | 'voided'
  kind: Posting['kind']
  currency: string
  lines: Line[]
  /** The account from which the bank's fee would be taken: only the bank’s answer says how much. Left out: there is no fee. */
  feeFrom?: AccountCode
}
