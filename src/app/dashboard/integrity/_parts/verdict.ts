import type { IntegrityData } from '../../_parts/api'
import { DOUBT_WORDS, type DoubtName } from '../../_parts/ledger/checked'

type Finding = IntegrityData['findings'][number]

export type VerdictState = 'holds' | 'broken' | 'unknown' | 'nothing'

const isBroken = ({ offenders }: Finding): boolean => offenders.length > 0

export function stateOf(verdict: IntegrityData): VerdictState {
  if (verdict.findings.some(isBroken)) return 'broken'
  if (verdict.findings.some(({ doubt }) => doubt !== null)) return 'unknown'
  return isProven(verdict) ? 'holds' : 'nothing'
}

/** An invariant over no rows proves nothing: without a single payment none is shown as a success. */
export const isProven = ({ counted }: IntegrityData): boolean =>
  counted.succeeded + counted.declined + counted.notCharged + counted.inDoubt > 0

export function headline(verdict: IntegrityData): string {
  const all = verdict.findings.length
  switch (stateOf(verdict)) {
    case 'broken':
      return brokenLine(verdict.findings.filter(isBroken).length, all)
    case 'unknown':
      return unknownLine(
        verdict.findings.map(({ doubt }) => doubt).filter((doubt) => doubt !== null),
        all,
      )
    case 'nothing':
      return 'Nothing to check yet: no payment so far'
    case 'holds':
      return `All ${all} invariants hold`
  }
}

function brokenLine(broken: number, all: number): string {
  return broken === 1 ? `1 of ${all} invariants is broken` : `${broken} of ${all} invariants are broken`
}

/** The reason of the first: as a rule it is the same for all. */
function unknownLine(doubts: readonly DoubtName[], all: number): string {
  return `Not known of ${doubts.length} of ${all} invariants: ${DOUBT_WORDS[doubts[0] as DoubtName]}`
}
