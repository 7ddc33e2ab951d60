import type { Because } from '@payonce/idempotency/client'
import { isProblemKind } from '@payonce/idempotency/problems'
import { keyStatusOf } from './checkout-order'
import { hasMessage } from './end-messages'

/** A refused attempt that the form posted without scripts. */
export interface NoScriptOutcome {
  key: string
  because: Because
}

/** The query that the form's post redirects with: the attempt's key, and the problem that refused it before it began. */
export interface NoScriptQuery {
  attempt?: string | string[]
  problem?: string | string[]
}

type Status = Parameters<typeof keyStatusOf>[0]

/**
 * The outcome to show; null: none. The address is untrusted, so only the server's status makes a decline. Any other problem
 * was refused before it began, and its message is true of every order that no payment holds.
 * @param statusOf asks the server for the status of a key
 */
export async function noScriptOutcomeOf(
  { attempt, problem }: NoScriptQuery,
  statusOf: (key: string) => Promise<Status>,
): Promise<NoScriptOutcome | null> {
  const key = typeof attempt === 'string' ? attempt : ''
  if (key !== '') {
    // A malformed key, or another guest's, has no outcome that this page could show.
    const found = await statusOf(key).then(keyStatusOf, () => null)
    if (found?.found === 'refused') return { key, because: found.problem }
  }
  return typeof problem === 'string' && (hasMessage(problem) || isProblemKind(problem))
    ? { key, because: { kind: problem, retry: 'after-fixing', safeNewKey: true } }
    : null
}
