import type { Mode } from '@/lib/mode'
import type { Currency } from '@/lib/money'

/** A charge that we ask for. `key` is the id of our own payment row, determined by the client's key: the same in every try, by any process. */
export interface ChargeRequest {
  key: string
  amountMinor: bigint
  currency: Currency
  /** A token for the card; the number itself never reaches us. */
  method: string
  /** Absolute URL to which a bank's own page sends the shopper back. The same in every try: it never comes from a request. */
  returnUrl: string
  /** The bank only reserves the amount; `capture` charges it. The same in every try. */
  capture?: 'manual'
}

/** Withdraws a charge that was not carried out yet: from then on it must not be. */
export type CancelRequest = Omit<ChargeRequest, 'method' | 'returnUrl' | 'capture'>

/** An authorisation that is to be captured or released: by the key under which it was asked for, and by the bank's own reference. */
export interface AuthorisationRequest extends CancelRequest {
  ref: string
}

/** A capture of what was authorised: once, and the bank releases the rest. */
export interface CaptureRequest extends AuthorisationRequest {
  /** What is to be charged: at least 1, at most `amountMinor`, which is what was authorised. */
  captureMinor: bigint
}

/** A refund of a charge. `key` is the same in every try, as with a charge. */
export interface RefundRequest {
  key: string
  /** The charge, by the bank's own reference. */
  ref: string
  amountMinor: bigint
  currency: Currency
}

/**
 * Reasons of a decline that a shopper may be told. A bank's own list is longer: what it tells the merchant alone (a card that was reported
 * stolen), and what we do not know, is `card_declined`. `not_confirmed`: the shopper refused to confirm (3-D Secure), or did not in time.
 */
export const DECLINE_CODES = [
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'not_confirmed',
  'incorrect_details',
  'unknown_payment_method',
  'authentication_failed',
  'try_again',
] as const
export type DeclineCode = (typeof DECLINE_CODES)[number]

/** The outcome is not known, and why. */
export interface Doubt {
  kind: 'unknown'
  reason: string
}

/** A bank's answer. Doubt is a value of its own, neither success nor failure. */
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
  /**
   * The shopper must confirm at `actionUrl` first (3-D Secure). An absolute URL sends them back to `returnUrl`; a path is a page on our own
   * host, which sends them back to the path in its parameter `return`.
   */
  | { kind: 'challenge'; actionUrl: string }
  /** The amount is reserved, and no money has moved. From `captureBefore` on the bank releases it by itself. */
  | {
      kind: 'authorised'
      ref: string
      amountMinor: bigint
      currency: string
      cardLabel: string
      captureBefore: Date
    }
  /** We withdrew the request before it was carried out, or it was authorised and then released; it never charges. */
  | { kind: 'cancelled' }
  | Doubt

/** How an authorisation has ended, for good: charged as a whole, or released without a charge. */
export type AuthorisationOutcome =
  | { kind: 'captured'; ref: string; amountMinor: bigint; currency: string; feeMinor: bigint }
  | { kind: 'released' }
  | Doubt

/** The outcome of the charge with a key; `absent`: the bank knows nothing of the key. */
export type Found = Outcome | { kind: 'absent' }

/** `refused`: nothing was refunded and nothing will be, since less than that is left of the charge. */
export type RefundOutcome = { kind: 'refunded'; ref: string } | { kind: 'refused'; reason: string } | Doubt

/** A charge that really happened: money has moved. What is only authorised is none. From the bank's own list. We trust nothing in it: even the currency may be one we do not know. */
export interface BankCharge {
  ref: string
  key: string
  amountMinor: bigint
  currency: string
  refundedMinor: bigint
  at: Date
}

/** A page of that list. `next` is the cursor of the following page; null on the last one. */
export type ChargesPage = { kind: 'page'; charges: BankCharge[]; next: string | null } | Doubt

export interface ChargesQuery {
  /** The first instant, inclusive. */
  since: Date
  /** The `next` of the page before; null for the first page. */
  after: string | null
  limit: number
}

/**
 * What moved in our account at the bank. `fee`: a fee of its own, not that of a charge. `payment_failure`: a charge that was taken back
 * because the payment failed after it had succeeded. `refund_failure`: a refund that came back.
 */
export const MOVEMENT_KINDS = [
  'charge',
  'refund',
  'refund_failure',
  'payment_failure',
  'dispute',
  'dispute_reversal',
  'fee',
  'payout',
  'payout_failure',
  'other',
] as const
export type MovementKind = (typeof MOVEMENT_KINDS)[number]

/** A movement of money, from the bank's own list. `amountMinor` less `feeMinor` is what the bank owes us more; negative: less. */
export interface BankMovement {
  ref: string
  kind: MovementKind
  amountMinor: bigint
  feeMinor: bigint
  currency: string
  /** The charge, refund, dispute or payout that moved; null: the bank names none. */
  subjectRef: string | null
  /** The charge that was refunded or disputed. Of a charge: itself. */
  chargeRef: string | null
  /** The key under which we asked for it; null: somebody else did, at the bank itself. */
  key: string | null
  at: Date
}

/** A page of that list. `unlisted`: this bank has no such list. */
export type MovementsPage =
  | { kind: 'page'; movements: BankMovement[]; next: string | null }
  | { kind: 'unlisted' }
  | Doubt

/**
 * How a dispute stands. `open`: not decided, and the bank has the money. `won`: it gives the money back. `lost`: it keeps it. `closed`: over
 * without a decision, as an inquiry that took no money.
 */
export const DISPUTE_STATES = ['open', 'won', 'lost', 'closed'] as const
export type DisputeState = (typeof DISPUTE_STATES)[number]

/** A dispute at the bank; `absent`: the bank knows of none. */
export type FoundDispute = { kind: 'dispute'; state: DisputeState } | { kind: 'absent' } | Doubt

/**
 * PORT to a bank. Its laws, proved for every implementation by `gateway.contract.ts`:
 *  1. No verb throws because of a bank or a network: doubt (time-out, broken connection, 5xx, unreadable answer) is `unknown`.
 *  2. The same key never charges twice, and gets the same answer again: also where the process before died or was stopped between two of
 *     its requests, and where the bank has forgotten the answers that it keeps for a repeated request. A decline is final: nothing that the
 *     bank or we still have of it can be charged with another card.
 *  3. `find` never charges. It answers `absent` only when the bank has not begun to charge under the key. After the shopper's answer to a
 *     challenge, `find` and `charge` give the outcome, never the challenge again.
 *  4. `charge` ends within `timeoutMs` of its construction.
 *  5. After `cancel` its key never charges, by any process and however late: not by one that was stopped between two of its requests, nor
 *     by a shopper who confirms afterwards. The answer is final: `cancelled`, or the outcome that came before. A challenge is no outcome.
 *  6. The same key never refunds twice, and gets the same answer again. The refunds of a charge never exceed it.
 *  7. `charges` lists every charge that really happened since then, once, under the reference that `charge` returned, oldest first,
 *     whatever the size of a page.
 *  8. `movements` lists every movement of money since then, once, oldest first, whatever the size of a page; their sum is what the bank
 *     owes us. A charge and a refund of ours have our key and the references that `charge` and `refund` returned. Or it is `unlisted`.
 *  9. `dispute` says how a dispute stands, by the `subjectRef` of its movement, and changes nothing. What the bank takes and gives back is
 *     in `movements` alone: one that is lost moves nothing more. A status that we do not know is doubt, never an end.
 * 10. An authorisation charges nothing until `capture`, and ends once: captured, of the whole or of a part, or released. A capture of a part releases
 *     the rest. Whoever asks for either, however often and however late, and of whatever part, is answered how it has ended, and what was captured. What nobody has ended is captured by `capture` before its time, and released after it.
 *     From then on `find`, `charge` and `cancel` of its key give `approved` with the reference that the authorisation had and what was captured, or `cancelled`;
 *     until then `authorised`, and `cancel` leaves it as it is.
 */
export interface Gateway {
  name: string
  /** `live` moves money. No process with a gateway of one mode pays for a merchant of the other. */
  mode: Mode
  charge(request: ChargeRequest): Promise<Outcome>
  find(key: string): Promise<Found>
  cancel(request: CancelRequest): Promise<Outcome>
  refund(request: RefundRequest): Promise<RefundOutcome>
  charges(query: ChargesQuery): Promise<ChargesPage>
  movements(query: ChargesQuery): Promise<MovementsPage>
  /** @param ref the bank's own reference of the dispute */
  dispute(ref: string): Promise<FoundDispute>
  /** Absent: this gateway cannot reserve an amount, and is never asked to. */
  authorisations?: {
    capture(request: CaptureRequest): Promise<AuthorisationOutcome>
    release(request: AuthorisationRequest): Promise<AuthorisationOutcome>
  }
  /** Processing time, in milliseconds: a charge that the bank does not know after it will not appear any more. */
  settlesWithinMs: number
  /** Time for which the bank remembers a key, in milliseconds. After it `absent` proves nothing, and the same key would charge again. */
  remembersForMs: number
}

/** Longest pause before the bank is asked again, in ms. */
export const LONGEST_CHECK_MS = 60_000

/**
 * Time until the bank is asked again about an unknown outcome, in milliseconds. A second at first, since most doubts are short; then a
 * quarter of the age, and at most a minute, so that an outage of hours costs few questions.
 */
export function nextCheckMs(ageMs: number): number {
  return Math.min(LONGEST_CHECK_MS, Math.max(1_000, ageMs / 4))
}
