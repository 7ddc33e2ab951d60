import type { PaymentData } from '../../../../../_parts/api'
import type { StepFacts } from '../payment-step'

/** When the payments of the tests begin. */
export const BEGAN = Date.parse('2026-11-24T12:00:00.000Z')

/** An instant of a test, in ms after its payment began. */
export function instant(ms: number): string {
  return new Date(BEGAN + ms).toISOString()
}

type Attempt = PaymentData['attempts'][number]

/** One attempt under the payment's own key; `at` in ms after the payment began. */
export function attempt(outcome: string, at: number, changes: Partial<Attempt> = {}): Attempt {
  const worked = outcome === 'executed' || outcome === 'recovered'
  return {
    id: `att_${outcome}_${at}`,
    recordId: 'record',
    operation: 'checkout.pay',
    outcome,
    presses: 1,
    status: 200,
    problem: null,
    source: outcome === 'recovered' ? 'worker' : 'browser',
    requestId: 'q',
    worker: outcome === 'recovered' ? 'worker@host:2' : 'web@host:1',
    fence: worked ? 1 : null,
    at: instant(at),
    durationMs: 100,
    askedMs: worked ? 10 : null,
    answeredMs: worked ? 90 : null,
    ...changes,
  }
}

type RecordFacts = NonNullable<StepFacts['record']>

/** The record of a payment that was answered after 95 ms. */
export function recordOf(changes: Partial<RecordFacts> = {}): RecordFacts {
  return {
    id: 'record',
    key: 'key',
    operation: 'checkout.pay',
    sentBy: 'browser',
    state: 'completed',
    fence: 1,
    status: 200,
    claimedAt: instant(5),
    leaseMs: 30_000,
    leaseUntil: instant(30_005),
    leaseOver: false,
    worker: 'web@host:1',
    createdAt: instant(5),
    completedAt: instant(95),
    expiresAt: instant(2_592_000_000),
    ...changes,
  }
}

export function posting(
  kind: string,
  at: number,
  description = 'Card payment',
): PaymentData['transactions'][number] {
  const ids = { id: `txn_${kind}_${at}`, paymentId: 'pay_1', reverses: null, reversedBy: null }
  return { ...ids, kind, description, postedAt: instant(at), entries: [] }
}

/** A payment of £24.00 that one press has paid within 100 ms. */
export function paid(changes: Partial<StepFacts> = {}): StepFacts {
  return {
    id: 'pay_1',
    recordId: 'record',
    amount: 2_400,
    amountAuthorised: null,
    amountRefunded: 0,
    charges: 1,
    currency: 'GBP',
    status: 'succeeded',
    parked: false,
    declared: null,
    declineCode: null,
    gatewayKey: 'pay_1',
    reference: null,
    authorisation: null,
    by: null,
    attempts: [attempt('executed', 0)],
    record: recordOf(),
    transactions: [posting('capture', 95)],
    events: [],
    refunds: [],
    surplus: [],
    disputes: [],
    waitsForPerson: null,
    createdAt: instant(5),
    updatedAt: instant(95),
    ...changes,
  }
}

/** Its server was killed while the bank was asked; the worker found the charge after 31 s. */
export function takenOver(): StepFacts {
  return paid({
    attempts: [
      attempt('recovered', 31_000, { fence: 2 }),
      attempt('replayed', 32_000, { worker: 'web@host:3', durationMs: 3 }),
    ],
    record: recordOf({
      fence: 2,
      worker: 'worker@host:2',
      claimedAt: instant(30_990),
      leaseUntil: instant(60_990),
      completedAt: instant(31_095),
    }),
    transactions: [posting('capture', 31_095)],
  })
}

/** The bank did not answer within 4 s; the worker found the charge at its second check. */
export function foundLater(): StepFacts {
  const silent = {
    status: 409,
    problem: 'outcome-unknown',
    durationMs: 4_060,
    askedMs: 30,
    answeredMs: 4_030,
  }
  return paid({
    attempts: [attempt('ambiguous', 0, silent), attempt('recovered', 8_000, { fence: 3 })],
    record: recordOf({
      fence: 3,
      worker: 'worker@host:2',
      claimedAt: instant(7_990),
      leaseUntil: instant(37_990),
      completedAt: instant(8_095),
    }),
    transactions: [posting('capture', 8_095)],
  })
}

/** Nobody knows, and nobody asks any more. */
export function parked(reason = 'asked 120 times without an answer'): StepFacts {
  const silent = {
    status: 409,
    problem: 'outcome-unknown',
    durationMs: 4_060,
    askedMs: 30,
    answeredMs: 4_030,
  }
  return paid({
    status: 'unknown',
    parked: true,
    attempts: [attempt('ambiguous', 0, silent)],
    record: recordOf({
      state: 'parked',
      fence: 121,
      status: null,
      worker: 'worker@host:2',
      claimedAt: instant(6_299_900),
      completedAt: null,
      leaseOver: true,
    }),
    transactions: [],
    waitsForPerson: { since: instant(6_300_000), reason, history: [] },
    updatedAt: instant(4_060),
  })
}
