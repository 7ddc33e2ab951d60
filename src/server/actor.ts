import { createHash } from 'node:crypto'
import type { Actor } from '@/lib/actor'
import { addressOf } from './admission/address'
import type { Deps } from './deps'

/** Facts about a request from which its actor is named. */
export interface RequestFacts {
  /** See `addressOfRequest`. */
  address: string | null
  requestId: string
}

/**
 * A guest. Named by a hash of the id in their cookie: the id is what opens their orders, and an audit log is read by many.
 */
export function shopperActor({ address, requestId, shopper }: RequestFacts & { shopper: string }): Actor {
  const hash = createHash('sha256').update(`shopper\n${shopper}`).digest('base64url').slice(0, 22)
  return { name: `shopper:${hash}`, address, requestId }
}

export function operatorActor(facts: RequestFacts & { operator: { id: string } }): Actor {
  return { name: `operator:${facts.operator.id}`, address: facts.address, requestId: facts.requestId }
}

/** A program, by the id of its API key. */
export function keyActor({
  address,
  requestId,
  caller,
}: RequestFacts & { caller: { keyId: string } }): Actor {
  return { name: `key:${caller.keyId}`, address, requestId }
}

/** The address by our own proxies (`addressOf`); null where it cannot be known, as for a page that Next renders without a socket. */
export function addressOfRequest(
  { env }: Pick<Deps, 'env'>,
  headers: Headers,
  socket?: string,
): string | null {
  const address = addressOf(socket, headers.get('x-forwarded-for') ?? undefined, env.PAYONCE_TRUSTED_HOPS)
  return address === 'unknown' ? null : address
}
