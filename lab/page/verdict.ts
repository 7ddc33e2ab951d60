import type { LabCounts, LabVerdict } from '@/server/lab/run'

/** What a run has shown. */
export interface Evidence {
  counts: LabCounts
  /** Everything that is wrong by the laws: broken invariants, two answers to one key, an answer that was not kept. */
  wrong: readonly string[]
  /** The accident struck. */
  struck: boolean
  /** The payment waits for a person, because the bank contradicts us. */
  parked: boolean
  /** Nothing is in doubt any more. */
  quiet: boolean
  stopped: boolean
}

/** The verdict on the product. Held is only what struck, ended, and added up. */
export function verdictOf({ counts, wrong, struck, parked, quiet, stopped }: Evidence): LabVerdict {
  if (stopped) return { kind: 'stopped', reasons: ['The run was stopped, so it proves nothing.'] }
  const unequal = parked ? [] : sumsOf(counts)
  if (wrong.length > 0 || (quiet && unequal.length > 0))
    return { kind: 'broken', reasons: [...wrong, ...unequal] }
  if (!quiet)
    return {
      kind: 'unsettled',
      reasons: ['The payment was still in doubt when the time of the run was over.'],
    }
  if (!struck)
    return {
      kind: 'missed',
      reasons: ['The step at which it was aimed was not reached, so the run proves nothing about it.'],
    }
  if (parked)
    return {
      kind: 'parked',
      reasons: [
        'The bank’s answer contradicts what we asked for, so the payment waits for a person and nothing is charged again.',
      ],
    }
  return { kind: 'held', reasons: [] }
}

/** The same of the naive handler, which has no laws but that the money adds up. */
export function naiveVerdictOf(evidence: Omit<Evidence, 'wrong' | 'parked'>): LabVerdict {
  return verdictOf({ ...evidence, wrong: [], parked: false })
}

function sumsOf({ charges, postings, differenceMinor }: LabCounts): string[] {
  return [
    ...(charges === postings ? [] : [`charges: ${charges}, postings: ${postings}`]),
    ...(differenceMinor === 0
      ? []
      : [`the bank holds ${(differenceMinor / 100).toFixed(2)} EUR more than the books say`]),
  ]
}
