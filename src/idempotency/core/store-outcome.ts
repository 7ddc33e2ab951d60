import { withoutLargeAnswer } from './answer-size'
import { pause } from './clock'
import type { AnyOperation, Finish, StoreForm } from './operation'
import type { RecoveryOptions } from './options'
import type { Claim } from './record'
import { type Claims, StoreUnavailable } from './store'

/**
 * Pauses between tries to store an outcome. 6 tries over about 3 s: worth waiting for, and well inside a
 * lease of 30 s.
 */
const COMMIT_RETRY_MS = [50, 150, 400, 900, 1_500]

/**
 * Result of storing an outcome. `lost`: the claim has passed to another holder, and the record will show what
 * happened. `not-stored`: the outcome is in no record; only asking the outside again helps.
 */
export type StoreResult = 'committed' | 'lost' | 'not-stored'

/** A claim, and the row that its operation works on (null: nothing was begun). */
export interface ClaimedWork {
  claim: Claim
  subjectId: string | null
}

/** The part of the dependencies that storing needs. */
type OutcomeOptions<Form extends StoreForm> = Pick<RecoveryOptions<Form>, 'observe' | 'clock'> & {
  store: Pick<Claims<Form>, 'commit'>
}

/**
 * Stores a known outcome. Tries again after a broken connection: the write is conditional on the claim, so a
 * second one is harmless. Never rejects; a failure is reported as an alert.
 */
export async function storeOutcome<Form extends StoreForm>(
  { store, clock, observe }: OutcomeOptions<Form>,
  operation: Pick<AnyOperation<Form>, 'name' | 'parkWrites'>,
  work: ClaimedWork,
  outcome: Finish<Form>,
): Promise<StoreResult> {
  const { claim } = work
  const alert = (message: string, error?: unknown) =>
    observe({ step: 'alert', recordId: claim.id, operation: operation.name, message, error })
  const next = withoutLargeAnswer(
    outcome.to === 'parked'
      ? { ...outcome, writes: [...outcome.writes, ...parkWrites(operation, work, outcome.reason)] }
      : outcome,
  )
  for (const pauseMs of [...COMMIT_RETRY_MS, null]) {
    try {
      const committed = await store.commit(claim, next)
      if (committed && next.to === 'parked') alert(`parked for a person: ${next.reason}`)
      return committed ? 'committed' : 'lost'
    } catch (error) {
      if (pauseMs === null || !(error instanceof StoreUnavailable)) {
        alert(`an answer could not be stored (fence ${claim.fence})`, error)
        return 'not-stored'
      }
      await pause(clock, pauseMs)
    }
  }
  return 'not-stored'
}

function parkWrites<Form extends StoreForm>(
  operation: Pick<AnyOperation<Form>, 'parkWrites'>,
  { claim, subjectId }: ClaimedWork,
  reason: string,
): Form['write'][] {
  return operation.parkWrites({ merchantId: claim.merchantId, recordId: claim.id, subjectId }, reason)
}
