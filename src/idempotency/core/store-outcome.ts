import { pause } from './clock'
import type { AnyOperation, Finish, StoreForm } from './operation'
import type { EngineOptions } from './options'
import type { Claim } from './record'
import { StoreUnavailable } from './store'

/** An answer in hand is worth some tries to store it: 6 tries over about 3 s, well inside a lease of 30 s. */
const COMMIT_RETRY_MS = [50, 150, 400, 900, 1_500]

/** `lost`: somebody else holds the record now, and it will say what happened. `unstored`: the answer is in no record; only asking helps. */
export type StoreResult = 'committed' | 'lost' | 'not-stored'

/** What the outcome of an operation is stored under: its claim, and the row it works on. */
export interface ClaimedWork {
  claim: Claim
  subjectId: string | null
}

/** Stores an outcome that is in hand. A broken connection is tried again: the write is conditional, so a second one is harmless. */
export async function storeOutcome<Form extends StoreForm>(
  { store, clock, observe }: EngineOptions<Form>,
  operation: Pick<AnyOperation<Form>, 'name' | 'parked'>,
  work: ClaimedWork,
  outcome: Finish<Form>,
): Promise<StoreResult> {
  const { claim } = work
  const alert = (message: string, error?: unknown) =>
    observe({ step: 'alert', recordId: claim.id, operation: operation.name, message, error })
  const next =
    outcome.to === 'parked'
      ? { ...outcome, writes: [...outcome.writes, ...traces(operation, work, outcome.reason)] }
      : outcome
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

function traces<Form extends StoreForm>(
  operation: Pick<AnyOperation<Form>, 'parked'>,
  { claim, subjectId }: ClaimedWork,
  reason: string,
): Form['write'][] {
  return operation.parked({ merchantId: claim.merchantId, recordId: claim.id, subjectId }, reason)
}
