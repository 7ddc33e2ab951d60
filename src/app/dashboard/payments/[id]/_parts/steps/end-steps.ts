import type { Participants } from './participants'
import type { PaymentStep, StepFacts } from './payment-step'
import { stepAt } from './step-at'

/** The capture or void of an amount that was reserved: who asked, the question to the bank, and its answer or that there is none yet. */
export function endSteps(
  { authorisation, amount, amountAuthorised, currency }: StepFacts,
  participants: Participants,
): PaymentStep[] {
  const end = authorisation?.end
  if (!end) return []
  const [payonce, bank] = [participants.fixed('payonce'), participants.fixed('bank')]
  const at = Date.parse(end.askedAt)
  const who = end.by?.kind === 'operator' ? participants.fixed('operator') : participants.caller()
  const reserved = amountAuthorised ?? amount
  const what = { end: end.kind, amount: end.amount ?? reserved, currency } as const
  const asked = stepAt(payonce, bank, at, { kind: 'end-asked', ...what })
  // The worker voids by itself: nobody has asked.
  const begun =
    end.kind === 'expiry' ? [asked] : [stepAt(who, payonce, at, { kind: 'end-request', ...what }), asked]
  if (end.ended === null || end.endedAt === null)
    return [...begun, stepAt(payonce, payonce, at, { kind: 'end-open', end: end.kind, parked: end.parked })]
  const done = end.ended === 'captured' ? amount : reserved
  const answer = { kind: 'end-answer', ended: end.ended, amount: done, reserved, currency } as const
  return [...begun, stepAt(bank, payonce, Date.parse(end.endedAt), answer)]
}
