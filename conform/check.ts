import type { Trial } from './trial'

/** What a check says, and what it saw. */
export interface Verdict {
  outcome: 'pass' | 'fail' | 'skip'
  evidence: string
}

export interface ConformCheck {
  id: string
  /** What holds when it passes. */
  rule: string
  /** What it means for money when it fails. */
  money: string
  /** Checks that must have passed, or this one would say nothing. */
  after: readonly string[]
  judge(trial: Trial): Promise<Verdict>
}

export const pass = (evidence: string): Verdict => ({ outcome: 'pass', evidence })
export const fail = (evidence: string): Verdict => ({ outcome: 'fail', evidence })
export const skip = (evidence: string): Verdict => ({ outcome: 'skip', evidence })
export const judged = (good: boolean, evidence: string): Verdict => (good ? pass(evidence) : fail(evidence))
