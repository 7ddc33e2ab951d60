import { ProblemError } from '@payonce/idempotency/problems'
import type { Acted } from '@/platform/act'

/** @throws ProblemError `key-reused` where the id was that of another request */
export function demandNotReused(outcome: Acted): void {
  if (outcome !== 'reused') return
  const detail = 'This key was used for another request. Nothing was done.'
  throw new ProblemError({ kind: 'key-reused', detail })
}

/**
 * The refusal of a change that came too late, with who was before it.
 * @param by their name and when; null where it is not known
 * @throws ProblemError `changed-meanwhile`
 */
export function demandUnchanged({ who, at }: { who: string | null; at: string | null }): never {
  const when = at === null ? '' : ` at ${at.slice(11, 19)} UTC`
  const detail = `${who ?? 'Somebody'} changed this${when}, after you had opened it. Nothing was done. Reload it, and decide again.`
  throw new ProblemError({ kind: 'changed-meanwhile', detail })
}
