import type { IntegrityData } from '../../_parts/api'

export type VerdictState = 'holds' | 'broken' | 'nothing'

export function stateOf(verdict: IntegrityData): VerdictState {
  if (verdict.findings.some(({ offenders }) => offenders.length > 0)) return 'broken'
  return isProven(verdict) ? 'holds' : 'nothing'
}

/** An invariant over no rows proves nothing: without a single charge none is shown as a success. */
export const isProven = ({ counted }: IntegrityData): boolean => counted.charges > 0

export function headline(verdict: IntegrityData): string {
  const all = verdict.findings.length
  const broken = verdict.findings.filter(({ offenders }) => offenders.length > 0).length
  switch (stateOf(verdict)) {
    case 'broken':
      return broken === 1 ? `1 of ${all} invariants is broken` : `${broken} of ${all} invariants are broken`
    case 'nothing':
      return 'Nothing to check yet: no charge so far'
    case 'holds':
      return `All ${all} invariants hold`
  }
}
