import type { PaymentData } from '../../../../_parts/api'

/** What is known of a payment and of what happened to it: the rows that its page has anyway. */
export type StepFacts = Pick<
  PaymentData,
  | 'amount'
  | 'amountAuthorised'
  | 'amountRefunded'
  | 'attempts'
  | 'authorisation'
  | 'by'
  | 'charges'
  | 'createdAt'
  | 'currency'
  | 'declared'
  | 'declineCode'
  | 'disputes'
  | 'events'
  | 'gatewayKey'
  | 'id'
  | 'parked'
  | 'record'
  | 'recordId'
  | 'reference'
  | 'refunds'
  | 'status'
  | 'surplus'
  | 'transactions'
  | 'updatedAt'
  | 'waitsForPerson'
>

/** Who takes part. `payonce`: a process of ours that no row names. */
export interface Participant {
  id: string
  kind: 'caller' | 'operator' | 'server' | 'worker' | 'payonce' | 'ledger' | 'bank' | 'endpoints'
  /** `Server A` */
  label: string
  /** The process, or the name of an API key; hostile text. */
  detail: string
}

/** What the bank answered, as far as our rows have it. `unnamed`: the payment succeeded, and we know of no charge. */
export type NotedAnswer =
  | 'charged'
  | 'reserved'
  | 'unnamed'
  | 'declined'
  | 'not-charged'
  | 'confirm'
  | 'silence'

/** What was asked for of an authorisation; `expiry`: a void by the worker. */
type EndKind = NonNullable<NonNullable<PaymentData['authorisation']>['end']>['kind']

/** What happened in one step, and the facts that its sentence needs. */
export type StepEvent =
  | { kind: 'request'; sentBy: 'browser' | 'program' | 'operator' | 'worker' | null }
  | { kind: 'claim'; fence: number; began: boolean; logged: boolean }
  | { kind: 'ask'; amount: number; currency: string; gatewayKey: string }
  | { kind: 'look-up' }
  | { kind: 'answer'; answer: NotedAnswer; declineCode: string | null }
  | { kind: 'posting'; posting: string; description: string }
  | { kind: 'stored' }
  | { kind: 'reply'; status: number; problem: string | null; tookMs: number }
  | {
      kind: 'repeat'
      outcome: 'replayed' | 'joined' | 'rejected'
      otherKey: boolean
      status: number
      problem: string | null
    }
  | { kind: 'held' }
  | { kind: 'checks' }
  | { kind: 'doubt'; open: 'running' | 'confirm' | 'checking' | 'parked'; reason: string | null }
  | { kind: 'declared'; ending: 'charged' | 'not-charged' | 'return' }
  | { kind: 'refund-request'; amount: number; currency: string }
  | {
      kind: 'refund'
      amount: number
      currency: string
      status: PaymentData['refunds'][number]['status']
      parked: boolean
    }
  | { kind: 'more-refunds' }
  | { kind: 'end-request'; end: EndKind; amount: number; currency: string }
  | { kind: 'end-asked'; end: EndKind; amount: number; currency: string }
  | {
      kind: 'end-answer'
      ended: 'captured' | 'released'
      amount: number
      /** The whole that was reserved. */
      reserved: number
      currency: string
    }
  | { kind: 'end-open'; end: EndKind; parked: boolean }
  | { kind: 'surplus'; amount: number; currency: string }
  | {
      kind: 'surplus-end'
      amount: number
      currency: string
      status: PaymentData['surplus'][number]['status']
      laterMs: number | null
    }
  | { kind: 'dispute'; held: number; lost: number; currency: string }
  | { kind: 'webhooks'; type: string; delivered: number; failed: number; pending: number }

/** One step. `from` and `to` are ids of participants; both the same: it happened at that one. */
export interface PaymentStep {
  from: string
  to: string
  /** Milliseconds since 1970. `until` is after `at` where a row says how long it took. */
  at: number
  until: number
  /** Rows or presses that it stands for. */
  count: number
  event: StepEvent
}

/** The time in which one claim was had. */
export interface ClaimLease {
  participant: string
  fence: number
  from: number
  until: number
  /** The last time that the holder extended it; null: never, as far as the record says. */
  extendedAt: number | null
  /**
   * `committed`: it ended with the commit of an answer. `doubt`: with a request or a check that got none. `lost`: another claim replaced it, at
   * `until` or before. `running`: it runs until `until`, unless it is extended. `over`: it has run out.
   */
  end: 'committed' | 'doubt' | 'lost' | 'running' | 'over'
}

/** How long an attempt worked, and which part of it the bank took. Milliseconds since 1970. */
export interface WorkSpan {
  participant: string
  /** Not a request: the server finished it by itself. */
  recovered: boolean
  from: number
  until: number
  /** When the bank was asked, and when it answered or its time was over; null: that was not noted. */
  bank: { from: number; until: number } | null
  answer: NotedAnswer
}

/** Everything that story, diagram, file and waterfall of a payment are made of. */
export interface PaymentSteps {
  participants: Participant[]
  /** In the order of time. */
  steps: PaymentStep[]
  leases: ClaimLease[]
  spans: WorkSpan[]
  /** The first instant: all others are counted from it. */
  beganAt: number
}
