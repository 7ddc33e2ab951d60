import type { Participants } from './participants'
import type { ClaimLease, StepFacts } from './payment-step'
import { endOf, workOf } from './work-steps'

type ClaimRecord = NonNullable<StepFacts['record']>

/** The first claim and the last one: when each began, and how it ended. Of those between them no row is left. */
export function leasesOf(facts: StepFacts, participants: Participants): ClaimLease[] {
  const { record } = facts
  if (!record) return []
  const last = lastLease(facts, record, participants)
  return record.fence > 1 ? [firstLease(facts, record, participants), last] : [last]
}

function firstLease(facts: StepFacts, record: ClaimRecord, participants: Participants): ClaimLease {
  const from = Date.parse(facts.createdAt)
  const first = workOf(facts).find(({ outcome }) => outcome !== 'recovered')
  if (first) {
    const end = first.outcome === 'executed' ? 'committed' : 'doubt'
    const claim = { participant: participants.process(first.worker), fence: first.fence ?? 1 }
    return { ...claim, from, until: Math.max(from, endOf(first)), extendedAt: null, end }
  }
  const next = workOf(facts).find(({ outcome }) => outcome === 'recovered')
  const until = Math.max(from, Date.parse(next?.at ?? record.claimedAt))
  return { participant: participants.process(null), fence: 1, from, until, extendedAt: null, end: 'lost' }
}

function lastLease(facts: StepFacts, record: ClaimRecord, participants: Participants): ClaimLease {
  const from = Date.parse(record.claimedAt)
  const claim = { participant: participants.process(record.worker), fence: record.fence, from }
  const runsOut = Date.parse(record.leaseUntil)
  if (record.completedAt !== null && !facts.declared) {
    const until = Math.max(from, Date.parse(record.completedAt))
    return { ...claim, until, extendedAt: extensionIn(record, from, until), end: 'committed' }
  }
  if (record.state === 'sending' || record.state === 'claimed') {
    const end = record.leaseOver ? 'over' : 'running'
    return { ...claim, until: runsOut, extendedAt: extensionIn(record, from, runsOut), end }
  }
  // In doubt, `leaseUntil` is the time of the next check: the lease ended with the commit that noted the doubt.
  const line = workOf(facts).find(({ outcome }) => record.fence === 1 || outcome === 'executed')
  const noted = record.fence === 1 && line ? endOf(line) : Date.parse(facts.updatedAt)
  return { ...claim, until: Math.max(from, noted), extendedAt: null, end: 'doubt' }
}

/**
 * The last extension: each sets the lease's end to a whole lease from then. Null where the record's times show none; the first one is due after a
 * third of a lease, and one after the end cannot be.
 */
function extensionIn({ leaseUntil, leaseMs }: ClaimRecord, from: number, until: number): number | null {
  const at = Date.parse(leaseUntil) - leaseMs
  return at >= from + leaseMs / 4 && at <= until ? at : null
}
