import fc from 'fast-check'
import { ACCIDENTS, FATES, plans } from './plan'
import { play } from './play'
import { FORGOTTEN } from './world'

/** Plans played between two checks of the clock. */
const BATCH = 200
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

/** The counts of a campaign, the events of `MUST_SEE` that it missed, and the broken law with its seed and path. */
export interface CampaignResult {
  seed: number
  plans: number
  payments: number
  charges: number
  steps: number
  seconds: number
  missed: string[]
  failure: string | null
}

/**
 * Plays plans until `seconds` have passed and `payments` were made, or a law is broken. The same seed plays the same plans in the
 * same order; `path` replays one counterexample of a seed.
 */
export async function simulate(options: {
  seed: number
  seconds: number
  payments: number
  path?: string
}): Promise<CampaignResult> {
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
  const over = () => performance.now() - began > options.seconds * 1_000 && tally.payments >= options.payments
  for (let batch = 0; failure === null && (batch === 0 || !over()); batch++) {
    const seed = options.seed + batch
    const result = await fc.check(property, {
      seed,
      numRuns: BATCH,
      endOnFailure: true,
      ...(options.path ? { path: options.path } : {}),
    })
    if (result.failed)
      failure = `seed ${seed}, path ${result.counterexamplePath}: ${String(result.errorInstance)}`
    if (options.path) break
  }
  const missed = MUST_SEE.filter((what) => !seen.has(what))
  return { seed: options.seed, ...tally, seconds: (performance.now() - began) / 1_000, missed, failure }
}
