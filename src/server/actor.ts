import { createHash } from 'node:crypto'
import type { Actor } from '@/lib/actor'
import { UNKNOWN_ADDRESS } from './admission/address'

/** Facts about a request from which its actor is named. */
export interface RequestFacts {
  /** See `requestAddress`. */
  address: string
  requestId: string
}

/**
 * A guest. Named by a hash of the id in their cookie: the id is what opens their orders, and an audit log is read by many.
 */
export function shopperActor({ address, requestId, shopper }: RequestFacts & { shopper: string }): Actor {
  const hash = createHash('sha256').update(`shopper\n${shopper}`).digest('base64url').slice(0, 22)
  return { name: `shopper:${hash}`, address: knownAddress(address), requestId }
}

export function operatorActor(facts: RequestFacts & { operator: { id: string } }): Actor {
  return {
    name: `operator:${facts.operator.id}`,
    address: knownAddress(facts.address),
    requestId: facts.requestId,
  }
}

/** A program, by the id of its API key. */
export function keyActor({
  address,
  requestId,
  caller,
}: RequestFacts & { caller: { keyId: string } }): Actor {
  return { name: `key:${caller.keyId}`, address: knownAddress(address), requestId }
}

/** The address as a fact; null where it cannot be known, as for a page that Next renders without a socket. */
export function knownAddress(address: string): string | null {
  return address === UNKNOWN_ADDRESS ? null : address
}
