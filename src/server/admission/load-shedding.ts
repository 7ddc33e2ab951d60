/** Waiting requests per connection of the pool at which new ones are shed. 4: they wait about as long as a client is patient. */
const WAITING_PER_CONNECTION = 4

/**
 * Whether new requests must be shed. When many already wait for a connection, one more only delays all of them until each one times
 * out; so new ones are asked to come again instead.
 */
export function isOverloaded(pool: { waitingCount: number; options: { max?: number } }): boolean {
  return pool.waitingCount >= WAITING_PER_CONNECTION * (pool.options.max ?? 10)
}
