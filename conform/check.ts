import type { Trial } from './trial'

/** The outcome of a check, and the evidence for it, in words for people. */
export interface Verdict {
  outcome: 'pass' | 'fail' | 'skip'
  evidence: string
}

/** One rule of idempotency, and how to judge an API by it. */
export interface ConformCheck {
  id: string
  /** The rule that an API keeps when the check passes. */
  rule: string
  /** The consequence for money when it fails. */
  money: string
  /** Ids of checks that must have passed, or this one would mean nothing. */
  after: readonly string[]
  judge(trial: Trial): Promise<Verdict>
}

export const pass = (evidence: string): Verdict => ({ outcome: 'pass', evidence })
export const fail = (evidence: string): Verdict => ({ outcome: 'fail', evidence })
export const skip = (evidence: string): Verdict => ({ outcome: 'skip', evidence })
export const judged = (good: boolean, evidence: string): Verdict => (good ? pass(evidence) : fail(evidence))
