import type { PaymentData } from '../../../../_parts/api'
import type { Participants } from './participants'
import type { NotedAnswer, PaymentStep, StepEvent, StepFacts, WorkSpan } from './payment-step'
import { postingStep, stepAt } from './step-at'

type Attempt = PaymentData['attempts'][number]

/**
 * Attempts that did the work, in whole or in part, by time. A request that ended in doubt is one of them if it asked the bank; where a version
 * before `askedMs` wrote it, if it was running when the payment was begun. Any other only met the doubt.
 */
export function workOf({
  attempts,
  recordId,
  createdAt,
}: Pick<StepFacts, 'attempts' | 'recordId' | 'createdAt'>): Attempt[] {
  const begun = Date.parse(createdAt)
  return attempts.filter((attempt) => {
    if (attempt.recordId !== recordId) return false
    if (attempt.outcome !== 'ambiguous') return ['executed', 'recovered'].includes(attempt.outcome)
    return attempt.askedMs !== null || (Date.parse(attempt.at) <= begun && begun <= endOf(attempt))
  })
}

/** The attempt whose commit ended the payment: the one with the last claim. Undefined: none has, or it has no line. */
export function endingAttempt(facts: StepFacts): Attempt | undefined {
  const { record, declared } = facts
  if (declared || record?.state === 'unknown' || record?.state === 'parked') return undefined
  return workOf(facts).find(({ outcome, fence }) => outcome !== 'ambiguous' && fence === record?.fence)
}

/** The work: requests that claimed the key, a claim that left no line, checks without a line, and how it stands. */
export function workSteps(facts: StepFacts, participants: Participants): PaymentStep[] {
  const work = workOf(facts)
  const begun = work.some(({ outcome }) => outcome !== 'recovered')
  return [
    ...(begun ? [] : unlogged(facts, participants)),
    ...work.flatMap((attempt) => attemptSteps(facts, attempt, participants)),
    ...checks(facts, work, participants),
    ...standing(facts, participants),
  ]
}

export function workSpans(facts: StepFacts, participants: Participants): WorkSpan[] {
  return workOf(facts).map((attempt) => {
    const { at, asked, answered, end } = instantsOf(attempt)
    return {
      participant: participants.process(attempt.worker),
      recovered: attempt.outcome === 'recovered',
      from: at,
      until: end,
      bank: attempt.askedMs === null ? null : { from: asked, until: answered },
      answer: answerIn(facts, attempt),
    }
  })
}

function attemptSteps(facts: StepFacts, attempt: Attempt, participants: Participants): PaymentStep[] {
  const process = participants.process(attempt.worker)
  const bank = participants.fixed('bank')
  const { at, asked, answered, end } = instantsOf(attempt)
  const { currency, gatewayKey, record } = facts
  const amount = facts.amountAuthorised ?? facts.amount
  const recovered = attempt.outcome === 'recovered'
  const fence = attempt.fence ?? 1
  const claimed = recovered ? at : Math.min(asked, Math.max(at, Date.parse(facts.createdAt)))
  const claim = stepAt(process, process, claimed, { kind: 'claim', fence, began: !recovered, logged: true })
  const answer = stepAt(bank, process, answered, answerOf(facts, attempt))
  const commit = commitOf(facts, attempt, participants)
  if (recovered)
    return [claim, stepAt(process, bank, asked, { kind: 'look-up' }, answered), answer, ...commit]
  const caller = participants.caller()
  const { status, problem, durationMs: tookMs } = attempt
  return [
    stepAt(caller, process, at, { kind: 'request', sentBy: record?.sentBy ?? null }),
    claim,
    stepAt(process, bank, asked, { kind: 'ask', amount, currency, gatewayKey }, answered),
    answer,
    ...commit,
    stepAt(process, caller, end, { kind: 'reply', status, problem, tookMs }),
  ]
}

/** The commit at an attempt's end: its posting, or the answer alone. Of a request in doubt: nothing that ends it. */
function commitOf(facts: StepFacts, attempt: Attempt, participants: Participants): PaymentStep[] {
  if (attempt.outcome === 'ambiguous') return []
  const process = participants.process(attempt.worker)
  const { answered, end } = instantsOf(attempt)
  const capture = facts.transactions.find(({ kind }) => kind === 'capture')
  // A capture that came later is no part of the commit in which the amount was reserved.
  if (!capture || facts.authorisation || attempt !== endingAttempt(facts))
    return [stepAt(process, process, end, { kind: 'stored' })]
  // Attempts are timed by the process, postings by the database.
  const at = Math.min(Math.max(Date.parse(capture.postedAt), answered), end)
  return [postingStep(process, participants.fixed('ledger'), at, capture)]
}

/** The claim of a payment whose request has no line: it runs, its line is not written yet, or its process was killed. */
function unlogged({ createdAt, record }: StepFacts, participants: Participants): PaymentStep[] {
  if (!record) return []
  const process = participants.process(record.fence === 1 ? record.worker : null)
  const claim = { kind: 'claim', fence: 1, began: true, logged: false } as const
  return [stepAt(process, process, Date.parse(createdAt), claim)]
}

/** Claims between those that have a line: questions to the bank that ended nothing. */
function checks(facts: StepFacts, work: readonly Attempt[], participants: Participants): PaymentStep[] {
  const { record } = facts
  if (!record) return []
  const recovered = work.find(({ outcome }) => outcome === 'recovered')
  const first = work.find(({ outcome }) => outcome === 'executed')?.fence ?? 1
  const count = (recovered?.fence ?? record.fence + 1) - first - 1
  if (count <= 0) return []
  const until = recovered ? Date.parse(recovered.at) : Date.parse(record.claimedAt)
  const begun = [Date.parse(facts.createdAt), ...work.filter((one) => one !== recovered).map(endOf)]
  const process = participants.process(record.worker)
  const at = Math.min(Math.max(...begun), until)
  return [{ ...stepAt(process, participants.fixed('bank'), at, { kind: 'checks' }, until), count }]
}

/** How it stands: by two admins' word, or not known. Nothing where the bank's answer ended it. */
function standing(facts: StepFacts, participants: Participants): PaymentStep[] {
  const { declared, record, updatedAt, waitsForPerson } = facts
  if (declared) {
    const at = Date.parse(record?.completedAt ?? updatedAt)
    const ended = { kind: 'declared', ending: declared } as const
    return [stepAt(participants.fixed('operator'), participants.fixed('payonce'), at, ended)]
  }
  const open = openAs(facts)
  if (!open) return []
  const process = participants.process(record?.worker ?? null)
  const since = Date.parse(waitsForPerson?.since ?? record?.claimedAt ?? updatedAt)
  // It is the last of what happened, whatever the clocks of the processes say.
  const at = Math.max(since, ...workOf(facts).map(endOf))
  return [stepAt(process, process, at, { kind: 'doubt', open, reason: waitsForPerson?.reason ?? null })]
}

function openAs({ status, parked, record }: StepFacts): (StepEvent & { kind: 'doubt' })['open'] | null {
  if (!['sending', 'unknown', 'requires_action'].includes(status)) return null
  if (parked) return 'parked'
  if (status === 'sending') return record?.leaseOver ? 'checking' : 'running'
  return status === 'requires_action' ? 'confirm' : 'checking'
}

/** What the bank answered in this attempt, by the reply that it led to. */
function answerOf(facts: StepFacts, attempt: Attempt): StepEvent & { kind: 'answer' } {
  const answer = answerIn(facts, attempt)
  return { kind: 'answer', answer, declineCode: answer === 'declined' ? facts.declineCode : null }
}

function answerIn(facts: StepFacts, attempt: Attempt): NotedAnswer {
  if (attempt.outcome === 'ambiguous') return 'silence'
  if (attempt.problem === 'payment-declined') return 'declined'
  if (attempt.problem === 'not-charged') return 'not-charged'
  if (attempt !== endingAttempt(facts)) return 'confirm'
  if (facts.authorisation) return 'reserved'
  if (facts.status !== 'succeeded') return 'silence'
  return facts.charges > 0 ? 'charged' : 'unnamed'
}

/** Instants of an attempt, in ms. Those of an ask lie within it; where no row has them, they are its ends. */
export function instantsOf(attempt: Attempt): { at: number; asked: number; answered: number; end: number } {
  const at = Date.parse(attempt.at)
  const end = endOf(attempt)
  const asked = Math.min(at + (attempt.askedMs ?? 0), end)
  return { at, asked, answered: Math.min(at + (attempt.answeredMs ?? attempt.durationMs), end), end }
}

export function endOf(attempt: Attempt): number {
  return Date.parse(attempt.at) + attempt.durationMs
}
