import type { Problem } from '../problems'
import type { Clock } from './clock'
import type { Observe } from './events'
import type { StoreForm } from './operation'
import type { Store } from './store'

/** What an engine works with. All of it is passed in, so that a test or a simulation can be the store, the clock and chance. */
export interface EngineOptions<Form extends StoreForm> {
  store: Store<Form>
  observe: Observe
  clock: Clock
  newId: () => string
  /** A secret of the server's: keys what is kept of a request's fields. */
  fieldSecret: string
  /** Why this operation may not be begun at this moment; null when it may. What is stored is replayed all the same. */
  notNow?: (operation: string) => Problem | null
}
