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
