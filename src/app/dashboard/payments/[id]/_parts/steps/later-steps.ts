import type { PaymentData } from '../../../../_parts/api'
import { endSteps } from './end-steps'
import type { Participants } from './participants'
import type { PaymentStep, StepFacts } from './payment-step'
import { postingStep, stepAt } from './step-at'
import { endingAttempt } from './work-steps'

/** Refunds with steps of their own. 8: more than one payment has but for a mistake. Those after them are one step. */
const REFUNDS_SHOWN = 8

/** What came after the payment, or beside it: postings, refunds, charges beyond it, disputes, webhooks. */
export function laterSteps(facts: StepFacts, participants: Participants): PaymentStep[] {
  return [
    ...endSteps(facts, participants),
    ...refundsOf(facts, participants),
    ...facts.surplus.flatMap((charge) => surplusSteps(charge, facts, participants)),
    ...postings(facts, participants),
    ...facts.disputes.map((dispute) => disputeStep(dispute, participants)),
    ...facts.events.flatMap((event) => webhookSteps(event, participants)),
  ]
}

/** Postings that no attempt made: of refunds, charges beyond the payment, disputes, captures whose request left no line, and those of an amount that was reserved first. */
function postings(facts: StepFacts, participants: Participants): PaymentStep[] {
  const byAttempt = endingAttempt(facts) !== undefined && !facts.authorisation
  const refunds = inTime(facts.transactions, 'postedAt').filter(({ kind }) => kind === 'refund')
  const folded = new Set(refunds.slice(REFUNDS_SHOWN))
  return facts.transactions
    .filter((posting) => (posting.kind !== 'capture' || !byAttempt) && !folded.has(posting))
    .map((posting) =>
      postingStep(
        participants.fixed('payonce'),
        participants.fixed('ledger'),
        Date.parse(posting.postedAt),
        posting,
      ),
    )
}

function refundsOf({ refunds }: StepFacts, participants: Participants): PaymentStep[] {
  const ordered = inTime(refunds, 'createdAt')
  const shown = ordered.slice(0, REFUNDS_SHOWN).flatMap((refund) => refundSteps(refund, participants))
  const [next, ...others] = ordered.slice(REFUNDS_SHOWN)
  if (!next) return shown
  const [payonce, bank] = [participants.fixed('payonce'), participants.fixed('bank')]
  const until = Date.parse((others.at(-1) ?? next).createdAt)
  const more = stepAt(payonce, bank, Date.parse(next.createdAt), { kind: 'more-refunds' }, until)
  return [...shown, { ...more, count: 1 + others.length }]
}

function inTime<Field extends string, Row extends Record<Field, string>>(
  rows: readonly Row[],
  field: Field,
): Row[] {
  return rows.toSorted((a, b) => a[field].localeCompare(b[field]))
}

function refundSteps(refund: PaymentData['refunds'][number], participants: Participants): PaymentStep[] {
  const { amount, currency, status, parked, by } = refund
  const who = by?.kind === 'operator' ? participants.fixed('operator') : participants.caller()
  const payonce = participants.fixed('payonce')
  const at = Date.parse(refund.createdAt)
  return [
    stepAt(who, payonce, at, { kind: 'refund-request', amount, currency }),
    stepAt(payonce, participants.fixed('bank'), at, { kind: 'refund', amount, currency, status, parked }),
  ]
}

function surplusSteps(
  charge: PaymentData['surplus'][number],
  { createdAt }: StepFacts,
  participants: Participants,
): PaymentStep[] {
  const { amount, currency, status, foundAt, settledAt } = charge
  const [bank, payonce] = [participants.fixed('bank'), participants.fixed('payonce')]
  const found = stepAt(bank, payonce, Date.parse(foundAt), { kind: 'surplus', amount, currency })
  const at = Date.parse(settledAt ?? foundAt)
  const laterMs = settledAt === null ? null : at - Date.parse(createdAt)
  return [found, stepAt(payonce, bank, at, { kind: 'surplus-end', amount, currency, status, laterMs })]
}

function disputeStep(
  { amountHeld, amountLost, currency, at }: PaymentData['disputes'][number],
  participants: Participants,
): PaymentStep {
  return stepAt(participants.fixed('bank'), participants.fixed('payonce'), Date.parse(at), {
    kind: 'dispute',
    held: amountHeld,
    lost: amountLost,
    currency,
  })
}

function webhookSteps(event: PaymentData['events'][number], participants: Participants): PaymentStep[] {
  const { type, delivered, failed, pending, createdAt, sentAt } = event
  const count = delivered + failed + pending
  if (count === 0) return []
  const at = Date.parse(sentAt ?? createdAt)
  const sent = { kind: 'webhooks', type, delivered, failed, pending } as const
  const step = stepAt(participants.fixed('payonce'), participants.fixed('endpoints'), at, sent)
  return [{ ...step, count }]
}
