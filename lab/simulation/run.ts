import fc from 'fast-check'
import { ACCIDENTS, FATES, plans } from './plan'
import { play } from './play'
import { FORGOTTEN } from './world'

/** Plans played between two checks of the clock. */
const BATCH = 200
/** The same where somebody watches the count. */
const SMALL_BATCH = 25
/** Events that must have happened at least once: a campaign in which nothing broke proves nothing. */
const MUST_SEE = [
  ...FATES,
  ...ACCIDENTS,
  'executed',
  'replayed',
  'joined',
  'key-reused',
  'in-progress',
  'already-paid',
  'outcome-unknown',
  'answer-expired',
  'error',
  'lost-lease',
  'batch of several',
  FORGOTTEN,
]

/** What was played so far. */
export interface CampaignTally {
  plans: number
  payments: number
  charges: number
  steps: number
}

/** The counts of a campaign, the events of `MUST_SEE` that it missed, and the broken law with its seed and path. */
export interface CampaignResult extends CampaignTally {
  seed: number
  seconds: number
  missed: string[]
  failure: string | null
}

/**
 * Plays plans until `seconds` have passed and `payments` were made, or a law is broken. The same seed plays the same plans in the
 * same order; `path` replays one counterexample of a seed. `plans`: exactly so many, whatever the time.
 * @param progress called after each batch
 */
export async function simulate(
  options: { seed: number; seconds: number; payments: number; plans?: number; path?: string },
  progress: (tally: CampaignTally) => void = () => undefined,
): Promise<CampaignResult> {
  const began = performance.now()
  const seen = new Set<string>()
  const tally = { plans: 0, payments: 0, charges: 0, steps: 0 }
  const property = fc.asyncProperty(fc.scheduler(), plans, async (s, plan) => {
    const world = await play(s, plan)
    for (const what of world.seen) seen.add(what)
    tally.plans++
    tally.payments += world.shop.payments.size
    tally.charges += world.bank.charges.length
    tally.steps += s.report().length
  })
  let failure: string | null = null
  const over = () =>
    options.plans === undefined
      ? performance.now() - began > options.seconds * 1_000 && tally.payments >= options.payments
      : tally.plans >= options.plans
  for (let batch = 0; failure === null && (batch === 0 || !over()); batch++) {
    const seed = options.seed + batch
    const result = await fc.check(property, {
      seed,
      numRuns: options.plans === undefined ? BATCH : Math.min(SMALL_BATCH, options.plans - tally.plans),
      endOnFailure: true,
      ...(options.path ? { path: options.path } : {}),
    })
    if (result.failed)
      failure = `seed ${seed}, path ${result.counterexamplePath}: ${String(result.errorInstance)}`
    progress(tally)
    if (options.path) break
  }
  const missed = MUST_SEE.filter((what) => !seen.has(what))
  return { seed: options.seed, ...tally, seconds: (performance.now() - began) / 1_000, missed, failure }
}
