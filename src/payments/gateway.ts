import type { Currency } from '@/lib/money'

/** What we ask a bank to do. `key` comes from our own payment row and is the same in every try, by anyone. */
export interface ChargeRequest {
  key: string
  amountMinor: bigint
  currency: Currency
  /** A token for the card; the number itself never comes near us. */
  method: string
}

export type DeclineCode = 'card_declined' | 'insufficient_funds' | 'expired_card'

/** What a bank says. Doubt is a value of its own: it is neither a success nor a failure. */
export type Outcome =
  | { kind: 'approved'; ref: string; amountMinor: bigint; currency: string; feeMinor: bigint; cardLabel: string }
  | { kind: 'declined'; code: DeclineCode; cardLabel: string }
  /** The bank wants the shopper to prove who they are at `actionUrl`; it brings them back to our path in its parameter `return`. */
  | { kind: 'challenge'; actionUrl: string }
  | { kind: 'unknown'; reason: string }

/**
 * PORT to a bank. Its laws, proved for every implementation by `gateway.contract.ts`:
 *  1. Neither verb throws for what a bank or a network may do: doubt (time-out, broken connection, 5xx, unreadable answer) is `unknown`.
 *  2. The same key never charges twice, and gets the same answer again.
 *  3. `find` never charges. It answers `absent` only when the bank knows nothing of the key.
 *  4. `charge` ends within `timeoutMs` of its construction.
 */
export interface Gateway {
  name: string
  charge(request: ChargeRequest): Promise<Outcome>
  find(key: string): Promise<Outcome | { kind: 'absent' }>
  /** After this time a charge that the bank does not know of will not appear any more, in milliseconds. */
  settlesWithinMs: number
}
