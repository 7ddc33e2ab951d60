import { pause } from './clock'
import type { Finish, Operation } from './operation'
import type { Claim } from './record'
import type { EngineOptions } from './run'
import { StoreUnavailable } from './store'

/** An answer in hand is worth some tries to store it: 6 tries over about 3 s, well inside a lease of 30 s. */
const COMMIT_RETRY_MS = [50, 150, 400, 900, 1_500]

/** `lost`: somebody else holds the record now, and it will say what happened. `unstored`: the answer is in no record; only asking helps. */
export type Stored = 'committed' | 'lost' | 'unstored'

/** What the outcome of an operation is stored under: its claim, and the row it works on. */
export interface Held {
  claim: Claim
  subjectId: string | null
}

/** Stores an outcome that is in hand. A broken connection is tried again: the write is conditional, so a second one is harmless. */
export async function storeOutcome<W>(
  { store, clock, observe }: EngineOptions<W>,
  operation: Pick<Operation<never, never, never, W>, 'name' | 'parked'>,
  held: Held,
  outcome: Finish<W>,
): Promise<Stored> {
  const { claim } = held
  const alert = (says: string, error?: unknown) =>
    observe({ step: 'alert', recordId: claim.id, operation: operation.name, says, error })
  const next =
    outcome.to === 'parked'
      ? { ...outcome, writes: [...outcome.writes, ...traces(operation, held, outcome.reason)] }
      : outcome
  for (const pauseMs of [...COMMIT_RETRY_MS, null]) {
    try {
      const committed = await store.commit(claim, next)
      if (committed && next.to === 'parked') alert(`parked for a person: ${next.reason}`)
      return committed ? 'committed' : 'lost'
    } catch (error) {
      if (pauseMs === null || !(error instanceof StoreUnavailable)) {
        alert(`an answer could not be stored (fence ${claim.fence})`, error)
        return 'unstored'
      }
      await pause(clock, pauseMs)
    }
  }
  return 'unstored'
}

function traces<W>(
  operation: Pick<Operation<never, never, never, W>, 'parked'>,
  { claim, subjectId }: Held,
  reason: string,
): W[] {
  return operation.parked({ merchantId: claim.merchantId, recordId: claim.id, subjectId }, reason)
}
