import { keyProblem } from '@payonce/idempotency'
import { ProblemError } from '@payonce/idempotency/problems'
import { modeOf } from '@/access/merchant'
import type { SignedIn } from '@/access/operator'
import type { Actor } from '@/lib/actor'
import type { Context } from '../context'
import { refuseOtherMode } from '../one-mode'
import { notFound } from '../wire/json'

/** What every operation that an operator's page sends has in common: its key, its mode, and who sent it. */
export type OperatorCaller = Context & { operator: SignedIn; actor: Actor }

/** Time that a press waits for one that is running. 10 s, as at the checkout. */
const JOIN_MS = 10_000

export function sentBy({ requestId, actor }: OperatorCaller) {
  return { waitMs: JOIN_MS, source: 'browser', requestId, by: actor }
}

/** @throws ProblemError `key-missing` or `key-invalid`, before the database is asked */
export function validKey(key: unknown): string {
  const problem = keyProblem(key)
  if (problem) throw new ProblemError(problem)
  return key as string
}

/**
 * @param done what is not done then, for the sentence of the refusal
 * @throws ProblemError `not-found`: the merchant's money is of another mode than this installation's
 */
export async function refuseMoneyOfOtherMode(
  { db, operator, gateway }: OperatorCaller,
  done: 'refunded' | 'captured' | 'voided',
): Promise<void> {
  const mode = (await modeOf(db, operator.merchantId)) ?? notFound()
  refuseOtherMode(mode, gateway.mode, { subject: 'payment', done })
}
