import type { LabPlan } from '@/server/lab/run'
import type { Chance } from '../chaos/random'

/** One press of Pay: at which of the two servers it arrives, and how long after the first one. */
export interface Press {
  server: 0 | 1
  afterMs: number
}

/** How many requests a storm is. */
const STORM = 50

/** The presses of a plan, all under one key. */
export function pressesOf(who: LabPlan['who'], chance: Chance): Press[] {
  const first: Press = { server: 0, afterMs: 0 }
  if (who === 'one') return [first]
  // 40 to 160 ms: the two clicks of a double click.
  if (who === 'double') return [first, { server: 0, afterMs: 40 + chance.below(120) }]
  if (who === 'windows') return [first, { server: 1, afterMs: chance.below(120) }]
  return Array.from({ length: STORM }, (_, index) =>
    index === 0 ? first : { server: index % 2 === 0 ? 0 : 1, afterMs: chance.below(60) },
  )
}
