import type { LabSchedules } from '@/server/lab/run'
import { reasonOf } from '@/setup/process/console'
import { inRoot } from '@/setup/process/project-root'
import { bundleSimulation } from '../simulation/bundle'
import { campaign } from '../simulation/processes'
import type { CampaignTally } from '../simulation/run'

/** How many schedules one press plays. */
export const SCHEDULES = 500

/** Plays random schedules of the engine on a simulated clock, and reports after each batch. */
export async function playSchedules(seed: number, report: (state: LabSchedules) => void): Promise<void> {
  const state: LabSchedules = {
    seed,
    asked: SCHEDULES,
    played: 0,
    payments: 0,
    charges: 0,
    steps: 0,
    over: false,
    failure: null,
  }
  report(state)
  try {
    // In the project, where its packages are found.
    const bundle = inRoot('dist/lab/page-simulation.mjs')
    await bundleSimulation(bundle)
    const tell = ({ plans, payments, charges, steps }: CampaignTally) =>
      report(Object.assign(state, { played: plans, payments, charges, steps }))
    const result = await campaign(bundle, { seed, seconds: 0, plans: SCHEDULES }, tell)
    tell(result)
    state.failure = result.failure
  } catch (error) {
    state.failure = reasonOf(error)
  }
  report(Object.assign(state, { over: true }))
}
