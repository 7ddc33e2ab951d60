import { z } from 'zod'
import { DOUBTS, type Judged, type Verdict } from '@/platform/integrity-verdict'
import { maybeTime, time } from './json'
import { offenderOut, showOffender } from './offender'

const timeOut = z.string()

/** When what was checked, and by which kind of check. */
export const checkedOut = z.object({
  now: timeOut,
  /** What was written before this instant is checked; null: nothing is. */
  upTo: timeOut.nullable(),
  /** Rows of this merchant that were checked as they were written or changed. */
  rows: z.number(),
  /** The last check of every row; null: some invariant was never checked over every row. */
  wholeCheckedAt: timeOut.nullable(),
  /** A check of everything that an operator asked for, while it is not over: invariants done, of all. */
  asked: z.object({ done: z.number(), all: z.number() }).nullable(),
})

export const judgedOut = z.object({
  id: z.string(),
  says: z.string(),
  offenders: z.array(offenderOut.extend({ foundBy: z.enum(['changes', 'whole']), foundAt: z.string() })),
  /** Why it is not known whether it holds; null: it is known. */
  doubt: z.enum(DOUBTS).nullable(),
  wholeCheckedAt: timeOut.nullable(),
  /** Why only a check of every row can tell; null: changes are checked too. */
  wholeOnly: z.string().nullable(),
})

export function showChecked({ now, upTo, rows, wholeCheckedAt, asked }: Verdict): z.infer<typeof checkedOut> {
  return { now: time(now), upTo: maybeTime(upTo), rows, wholeCheckedAt: maybeTime(wholeCheckedAt), asked }
}

export function showJudged({
  id,
  rule,
  violations,
  doubt,
  wholeCheckedAt,
  wholeOnly,
}: Judged): z.infer<typeof judgedOut> {
  return {
    id,
    says: rule,
    offenders: violations.map(({ foundBy, foundAt, ...row }) => ({ ...showOffender(row), foundBy, foundAt })),
    doubt,
    wholeCheckedAt: maybeTime(wholeCheckedAt),
    wholeOnly,
  }
}
