import type { PaymentTruth } from '@/shop/testing/claims'
import type { StepFacts } from '../payment-step'
import { stepsOf } from '../payment-steps'
import { explainStep } from '../step-sentences'
import { attempt, instant, paid, posting, recordOf } from './payment-facts'

/** Every text of the story and of the diagram of a payment with this truth. */
export function storyOf(row: PaymentTruth): string[] {
  const { participants, steps } = stepsOf(factsOf(row))
  return steps.flatMap((step) => {
    const { label, sentence } = explainStep(step, participants)
    return [label, sentence]
  })
}

const ENDED: readonly string[] = ['authorised', 'succeeded', 'declined', 'not_charged', 'voided']
const SILENT = { status: 409, problem: 'outcome-unknown', askedMs: 10, answeredMs: 90 }

const WORK: Record<PaymentTruth['status'], StepFacts['attempts']> = {
  succeeded: [attempt('executed', 0)],
  declined: [attempt('executed', 0, { status: 402, problem: 'payment-declined' })],
  not_charged: [attempt('executed', 0, { status: 409, problem: 'not-charged' })],
  requires_action: [attempt('executed', 0)],
  authorised: [attempt('executed', 0)],
  voided: [attempt('executed', 0)],
  unknown: [attempt('ambiguous', 0, SILENT)],
  sending: [],
}

function factsOf(row: PaymentTruth): StepFacts {
  const { status, parked, fromPage, refunded, underWay, amount } = row
  const ended = ENDED.includes(status)
  const state = ended ? 'completed' : parked ? 'parked' : status === 'sending' ? 'sending' : 'unknown'
  const repeats = [
    attempt('replayed', 200),
    attempt('joined', 50),
    attempt('rejected', 300, { status: 422, problem: 'key-reused' }),
    attempt('held', 60, { presses: 3 }),
  ]
  return paid({
    status,
    parked,
    charges: row.charges,
    attempts: [...WORK[status], ...(status === 'sending' ? [] : repeats)],
    record: recordOf({
      state,
      sentBy: fromPage ? 'browser' : 'program',
      fence: ended ? 1 : 3,
      completedAt: ended ? instant(95) : null,
      leaseOver: parked,
    }),
    authorisation: authorisationOf(status),
    transactions: status === 'succeeded' ? [posting('capture', 95)] : [],
    refunds: [
      ...(refunded > 0 ? [refundOf(refunded, 'succeeded')] : []),
      ...(underWay > 0 ? [refundOf(underWay, 'pending')] : []),
    ],
    surplus: row.surplus.map((end, index) => ({
      gatewayRef: `ch_${index}`,
      amount,
      currency: 'GBP',
      status: end,
      reason: null,
      foundAt: instant(5_000),
      settledAt: end === 'found' ? null : instant(13_000),
    })),
    waitsForPerson: parked && !ended ? { since: instant(9_000), reason: null, history: [] } : null,
  })
}

function refundOf(amount: number, status: 'succeeded' | 'pending'): StepFacts['refunds'][number] {
  return {
    id: 'ref_1',
    paymentId: 'pay_1',
    recordId: 'r',
    amount,
    currency: 'GBP',
    status,
    reason: null,
    createdAt: instant(20_000),
    parked: false,
    by: null,
  }
}

/** Of a payment whose amount was reserved first: nothing was asked for yet, or it was released. */
function authorisationOf(status: PaymentTruth['status']): StepFacts['authorisation'] {
  if (status !== 'authorised' && status !== 'voided') return null
  const asked = { kind: 'void', amount: null, parked: false, recordId: 'e', by: null } as const
  const end = { ...asked, ended: 'released', askedAt: instant(30_000), endedAt: instant(30_100) } as const
  return {
    authorisedAt: instant(95),
    captureBefore: instant(604_800_000),
    end: status === 'voided' ? end : null,
    may: status === 'voided' ? 'ended' : 'yes',
  }
}
