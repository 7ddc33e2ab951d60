import type { SignedIn } from '@/access/operator'
import type { Env } from '@/platform/env'

/**
 * True for an admin of a live installation who has no second factor: they may add one, and nothing else. In the sandbox it is offered, since
 * its demo operator's password is no secret.
 */
export function mustAddFactor(
  { PAYONCE_MODE }: Pick<Env, 'PAYONCE_MODE'>,
  { role, hasFactor }: Pick<SignedIn, 'role' | 'hasFactor'>,
): boolean {
  return PAYONCE_MODE === 'live' && role === 'admin' && !hasFactor
}

export const FACTOR_NEEDED = {
  kind: 'second-factor-required',
  detail:
    'An admin of a live installation needs a second factor. Add one on your account page. Nothing was done.',
} as const
