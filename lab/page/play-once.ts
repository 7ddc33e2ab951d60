import type { LabPlan, LabRun } from '@/server/lab/run'
import { Lab } from './lab'

/** Opens a lab, plays one run, and closes it: what a test that was copied from the lab's page calls. The product must have been built. */
export async function playOnce(plan: LabPlan): Promise<LabRun> {
  const lab = new Lab(() => undefined)
  try {
    return await lab.run(plan)
  } finally {
    await lab.close()
  }
}
