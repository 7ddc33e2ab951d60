import { laterSteps } from './later-steps'
import { leasesOf } from './leases'
import { Participants } from './participants'
import type { PaymentStep, PaymentSteps, StepFacts } from './payment-step'
import { repeatSteps } from './repeat-steps'
import { workSpans, workSteps } from './work-steps'

/**
 * Pure. What happened to a payment, step by step, from its rows alone. Where no row has a step, there is none: a process that was killed has left
 * no line, and what became of its question is not known.
 */
export function stepsOf(facts: StepFacts): PaymentSteps {
  const participants = new Participants(facts)
  // The caller comes first, then the processes in the order of their work.
  participants.caller()
  const work = workSteps(facts, participants)
  const leases = leasesOf(facts, participants)
  const steps = [...work, ...repeatSteps(facts, participants), ...laterSteps(facts, participants)]
  // A stable sort: what one instant holds keeps the order of its causes.
  const inTime = steps.sort((a, b) => a.at - b.at || rank(a) - rank(b))
  return {
    participants: participants.list(),
    steps: inTime,
    leases,
    spans: workSpans(facts, participants),
    beganAt: Math.min(Date.parse(facts.createdAt), ...inTime.map(({ at }) => at)),
  }
}

/** What stays to be seen comes after all that happened. */
function rank({ event }: PaymentStep): number {
  return event.kind === 'doubt' ? 1 : 0
}
