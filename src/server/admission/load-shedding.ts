import type { Problem } from '@payonce/idempotency/problems'

/**
 * Waiting requests per connection of the pool at which new ones are shed. 4: they wait about as long as a
 * client is patient.
 */
const WAITING_PER_CONNECTION = 4

/**
 * True when new requests must be shed: so many wait for a connection that one more would delay all of them
 * until each times out.
 */
export function isOverloaded(pool: { waitingCount: number; options: { max?: number } }): boolean {
  return pool.waitingCount >= WAITING_PER_CONNECTION * (pool.options.max ?? 10)
}

/** The answer to a request that is shed. */
export const OVERLOADED: Problem = {
  kind: 'unavailable',
  detail: 'The server is overloaded. Nothing was done; send the same request again.',
  retryAfterSeconds: 1,
}
