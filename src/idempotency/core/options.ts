import type { Problem } from '../problems'
import type { Clock } from './clock'
import type { Observe } from './events'
import type { StoreForm } from './operation'
import type { Claims, Doubts } from './store'

/**
 * Dependencies of an engine. All are passed in, so that a test or a simulation can supply the store, the
 * clock and the ids.
 */
export interface EngineOptions<Form extends StoreForm> extends RequestOptions<Form> {
  store: Claims<Form> & Doubts<Form>
  /**
   * The problem with which new work of this operation is refused at this moment; null: none. Stored answers
   * are replayed all the same.
   */
  notNow?: (operation: string) => Problem | null
}

/** Dependencies of one request. */
export interface RequestOptions<Form extends StoreForm> {
  store: Claims<Form>
  observe: Observe
  clock: Clock
  /** Makes the id of the row that `begin` writes, for an operation with `randomSubject`. */
  newId: () => string
  /**
   * Secrets of the server: HMAC keys for the stored hashes of a request's fields. New hashes are made with the first; a record may have been
   * made with any.
   */
  fieldSecrets: readonly [string, ...string[]]
}

/** Dependencies of the resolver. */
export interface RecoveryOptions<Form extends StoreForm> {
  store: Doubts<Form> & Pick<Claims<Form>, 'leaseMs' | 'renew' | 'commit'>
  observe: Observe
  clock: Clock
}
