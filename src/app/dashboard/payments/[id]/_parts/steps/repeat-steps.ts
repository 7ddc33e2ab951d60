import type { PaymentData } from '../../../../_parts/api'
import type { Participants } from './participants'
import type { PaymentStep, StepEvent, StepFacts } from './payment-step'
import { stepAt } from './step-at'
import { endOf, workOf } from './work-steps'

type Attempt = PaymentData['attempts'][number]

/** Repeats with a step of their own. 6: of more, those with one end are one step. */
const SINGLE_MAX = 6

/** Requests that did no work, and presses that the page held back. */
export function repeatSteps(facts: StepFacts, participants: Participants): PaymentStep[] {
  const work = new Set(workOf(facts))
  const repeats = facts.attempts.filter((attempt) => !work.has(attempt))
  const held = repeats.filter(({ outcome }) => outcome === 'held')
  const requests = repeats.filter(({ outcome }) => outcome !== 'held')
  const groups = requests.length > SINGLE_MAX ? groupsOf(facts, requests) : requests.map((one) => [one])
  return [...groups.map((group) => repeatStep(facts, group, participants)), ...heldSteps(held, participants)]
}

/** Repeats with the same end, in the order of the first of each. */
function groupsOf(facts: StepFacts, requests: readonly Attempt[]): Attempt[][] {
  const groups = new Map<string, Attempt[]>()
  for (const attempt of requests) {
    const end = JSON.stringify(endingOf(facts, attempt))
    const group = groups.get(end)
    if (group) group.push(attempt)
    else groups.set(end, [attempt])
  }
  return [...groups.values()]
}

function repeatStep(facts: StepFacts, group: readonly Attempt[], participants: Participants): PaymentStep {
  const [first] = group as [Attempt, ...Attempt[]]
  const workers = new Set(group.map(({ worker }) => worker))
  const process = participants.process(workers.size === 1 ? first.worker : null)
  const until = Math.max(...group.map(endOf))
  const step = stepAt(participants.caller(), process, Date.parse(first.at), endingOf(facts, first), until)
  return { ...step, count: group.length }
}

function endingOf({ recordId }: StepFacts, attempt: Attempt): StepEvent {
  const { outcome, status, problem } = attempt
  return {
    kind: 'repeat',
    outcome: outcome === 'replayed' || outcome === 'joined' ? outcome : 'rejected',
    otherKey: attempt.recordId !== recordId,
    status,
    problem,
  }
}

function heldSteps(held: readonly Attempt[], participants: Participants): PaymentStep[] {
  const [first] = held
  if (!first) return []
  const caller = participants.caller()
  const count = held.reduce((sum, { presses }) => sum + presses, 0)
  return [{ ...stepAt(caller, caller, Date.parse(first.at), { kind: 'held' }), count }]
}
