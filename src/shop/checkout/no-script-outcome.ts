import type { Because } from '@/idempotency/client/attempt'
import { isProblemKind } from '@/idempotency/problems'
import { keyStatusOf } from './checkout-order'
import { hasMessage } from './end-messages'

/** An attempt that was posted by the form itself, without scripts, and came to nothing. */
export interface NoScriptOutcome {
  key: string
  because: Because
}

/** What the form's post puts into the address of the page that it leads to: which attempt, and what was wrong with it before it began. */
export interface NoScriptQuery {
  attempt?: string | string[]
  problem?: string | string[]
}

type Status = Parameters<typeof keyStatusOf>[0]

/**
 * What the page has to say of it. An address can say anything, so only the server's own word makes a decline; the rest was refused
 * before it began, and its words hold of any order that no payment holds.
 * @param statusOf asks what became of a key
 */
export async function noScriptOutcomeOf(
  { attempt, problem }: NoScriptQuery,
  statusOf: (key: string) => Promise<Status>,
): Promise<NoScriptOutcome | null> {
  const key = typeof attempt === 'string' ? attempt : ''
  if (key !== '') {
    // What cannot be asked for (a key that is none, another guest's) came to nothing that this page could tell of.
    const found = await statusOf(key).then(keyStatusOf, () => null)
    if (found?.found === 'refused') return { key, because: found.problem }
  }
  return typeof problem === 'string' && (hasMessage(problem) || isProblemKind(problem))
    ? { key, because: { kind: problem, retry: 'after-fixing', safeNewKey: true } }
    : null
}
