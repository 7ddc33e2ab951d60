import type { Currency } from '@/lib/money'

/** What we ask a bank to do. `key` comes from our own payment row and is the same in every try, by anyone. */
export interface ChargeRequest {
  key: string
  amountMinor: bigint
  currency: Currency
  /** A token for the card; the number itself never comes near us. */
  method: string
}

/** A request that must not be carried out any more, if it has not been yet. */
export type CancelRequest = Omit<ChargeRequest, 'method'>

/** Money back from a charge that was made. `key` is the same in every try, as with a charge. */
export interface RefundRequest {
  key: string
  /** The charge, by the bank's own reference. */
  ref: string
  amountMinor: bigint
  currency: Currency
}

export type DeclineCode = 'card_declined' | 'insufficient_funds' | 'expired_card'

/** We do not know, and why. */
export interface Doubt {
  kind: 'unknown'
  reason: string
}

/** What a bank says. Doubt is a value of its own: it is neither a success nor a failure. */
export type Outcome =
  | {
      kind: 'approved'
      ref: string
      amountMinor: bigint
      currency: string
      feeMinor: bigint
      cardLabel: string
    }
  | { kind: 'declined'; code: DeclineCode; cardLabel: string }
  /** The bank wants the shopper to prove who they are at `actionUrl`; it brings them back to our path in its parameter `return`. */
  | { kind: 'challenge'; actionUrl: string }
  /** We withdrew the request before it was carried out: it never will be. */
  | { kind: 'cancelled' }
  | Doubt

/** What became of a key. */
export type Found = Outcome | { kind: 'absent' }

/** `refused`: nothing was refunded and nothing will be, since the charge does not hold that much. */
export type RefundOutcome = { kind: 'refunded'; ref: string } | { kind: 'refused'; reason: string } | Doubt

/** A charge that really happened, as the bank's own list shows it. Nothing in it is ours: not even the currency need be one we know. */
export interface BankCharge {
  ref: string
  key: string
  amountMinor: bigint
  currency: string
  refundedMinor: bigint
  at: Date
}

/** A page of that list. `next` is where the following page begins, null on the last one. */
export type ChargesPage = { kind: 'page'; charges: BankCharge[]; next: string | null } | Doubt

export interface ChargesQuery {
  /** Charges of this instant and later. */
  since: Date
  /** The `next` of the page before; null for the first page. */
  after: string | null
  limit: number
}

/**
 * PORT to a bank. Its laws, proved for every implementation by `gateway.contract.ts`:
 *  1. No verb throws for what a bank or a network may do: doubt (time-out, broken connection, 5xx, unreadable answer) is `unknown`.
 *  2. The same key never charges twice, and gets the same answer again.
 *  3. `find` never charges. It answers `absent` only when the bank knows nothing of the key.
 *  4. `charge` ends within `timeoutMs` of its construction.
 *  5. After `cancel` its key never charges, whoever still asks and however late. It answers with what stands from then on: `cancelled`, or what
 *     had happened before.
 *  6. The same key never refunds twice, and gets the same answer again. A charge never gives back more than it took, whoever asks.
 *  7. `charges` shows every charge that really happened since then, once, under the reference that `charge` told, oldest first, however
 *     the list is cut into pages.
 */
export interface Gateway {
  name: string
  charge(request: ChargeRequest): Promise<Outcome>
  find(key: string): Promise<Found>
  cancel(request: CancelRequest): Promise<Outcome>
  refund(request: RefundRequest): Promise<RefundOutcome>
  charges(query: ChargesQuery): Promise<ChargesPage>
  /** After this time a charge that the bank does not know of will not appear any more, in milliseconds. */
  settlesWithinMs: number
  /** How long the bank remembers a key, in milliseconds. After that `absent` proves nothing, and the same key would charge anew. */
  remembersForMs: number
}
