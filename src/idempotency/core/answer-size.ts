import type { Finish, StoreForm } from './operation'
import type { StoredOutcome } from './store'

/**
 * 1 MiB: some hundred times a large answer of an API. A larger one would be read from the database, and sent, for every retry, and all that
 * a client may need of it is where to read the result.
 */
export const ANSWER_MAX_BYTES = 1024 * 1024

/** True for an answer that is stored; a longer one is sent once. `body` is measured in UTF-8. */
export function isKept(body: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8, and at least one: most bodies need not be encoded to be measured.
  if (body.length * 3 <= ANSWER_MAX_BYTES) return true
  return body.length <= ANSWER_MAX_BYTES && new TextEncoder().encode(body).length <= ANSWER_MAX_BYTES
}

/**
 * The outcome as it is stored (O5). Without an answer that is too large: what is done is a tombstone at once, so a retry gets *answer-expired* with the
 * facts of the row, and what is in doubt has no interim answer.
 */
export function withoutLargeAnswer<Form extends StoreForm>(next: Finish<Form>): StoredOutcome<Form> {
  if (next.answer === null || isKept(next.answer.body)) return next
  return next.to === 'completed'
    ? { to: 'tombstone', answer: null, writes: next.writes }
    : { ...next, answer: null }
}
