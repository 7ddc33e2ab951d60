import type { SealStateData } from '../../_parts/api'

/** 60 s: the worker seals every 5 s, and a transaction that is left open elsewhere in the database may hold it up for a while. */
const LATE_SECONDS = 60

/** A late ledger needs an operator; a current one may have a few transactions that wait. */
export type SealHealth = 'empty' | 'current' | 'late'

export function sealHealth({ last, oldestSeconds }: SealStateData): SealHealth {
  if (oldestSeconds !== null && oldestSeconds >= LATE_SECONDS) return 'late'
  return last === null && oldestSeconds === null ? 'empty' : 'current'
}

/** How many transactions have no seal yet. */
export function waitingSentence({ waiting, more, oldestSeconds }: SealStateData): string {
  if (waiting === 0) return 'None of the newest transactions'
  const count = more ? `${waiting.toLocaleString('en')} or more` : waiting.toLocaleString('en')
  return `${count}, the oldest for ${ageOf(oldestSeconds ?? 0)}`
}

function ageOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3_600)} h`
}
