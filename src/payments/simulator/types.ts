import { randomBytes } from 'node:crypto'
import type { DeclineCode } from '../gateway'

/** A charge that the simulated bank is asked for. */
export interface BankRequest {
  key: string
  token: string
  amountMinor: bigint
  currency: string
  /** Reserve the amount only. */
  capture?: 'manual' | undefined
}

export type BankCancelRequest = Omit<BankRequest, 'token' | 'capture'>

/** An authorisation that is to be captured or released. */
export interface BankAuthorisation extends BankCancelRequest {
  ref: string
}

export interface BankCapture extends BankAuthorisation {
  /** What is to be charged of it; the rest is released. */
  captureMinor: bigint
}

export interface BankRefundRequest {
  key: string
  ref: string
  amountMinor: bigint
  currency: string
}

/** Money that really moved. */
export interface Movement {
  kind: 'charge' | 'refund'
  /** Of the charge, or of the refund. */
  ref: string
  key: string
  amountMinor: bigint
  currency: string
  /** A refund names its charge. */
  chargeRef: string
}

/** Outcome of a key at the bank. */
export interface BankAnswer {
  status: 'approved' | 'declined' | 'challenge' | 'cancelled' | 'authorised' | 'released'
  /** What was asked for. */
  askedMinor: bigint
  /** What was captured of it, where a part was; else what was asked for. */
  amountMinor: bigint
  currency: string
  cardLabel: string
  chargeId: string | null
  declineCode: DeclineCode | null
  challengeId: string | null
  authorisationId: string | null
  captureBefore: Date | null
  /** The card's plan: the answer to what ends its authorisation is lost. */
  endIsSilent: boolean
}

/** A failure of the bank, as a client sees it. */
export class BankFault extends Error {
  constructor(readonly kind: 'silence' | 'error' | 'key-reused') {
    super(`the bank answered with ${kind}`)
  }
}

/** A row of a statement that moved money. */
export interface MovedRow {
  id: string
  idempotency_key: string
  amount: string
  currency: string
}

export function moved(kind: Movement['kind'], row: MovedRow, chargeRef: string): Movement {
  return {
    kind,
    ref: row.id,
    key: row.idempotency_key,
    amountMinor: BigInt(row.amount),
    currency: row.currency,
    chargeRef,
  }
}

export function newRef(prefix: 'ch' | 'chl' | 're' | 'mv' | 'po' | 'dp'): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}
