import fc from 'fast-check'
import type { Fate } from './bank'

/** One request: which order it pays, under which key, at which server, and when (in ms from the start). */
export interface Press {
  order: number
  key: number
  amount: number
  server: number
  waitMs: number
  at: number
}

/** What happens where a process waits for something. `cut off`: the store is away for this process, for a while. */
export type StepAccident = 'none' | 'kill' | 'stop' | 'cut before' | 'cut after' | 'cut off'

export interface Plan {
  presses: Press[]
  fates: Fate[]
  /** Dealt one by one, over and over, to all steps of all processes. */
  accidents: StepAccident[]
  /** Nothing breaks: then every order must be paid. */
  calm: boolean
}

export const FATES: readonly Fate[] = [
  'answer',
  'decline',
  'silence, charged',
  'silence, not charged',
  'slow',
  'hang',
]
export const ACCIDENTS: readonly StepAccident[] = ['kill', 'stop', 'cut before', 'cut after', 'cut off']
export const SERVERS = 3

const press: fc.Arbitrary<Press> = fc.record({
  order: fc.nat(7),
  key: fc.nat(1),
  // Mostly the right amount: another one under the same key is a client's mistake.
  amount: fc.constantFrom(1, 1, 1, 1, 2),
  server: fc.nat(SERVERS - 1),
  waitMs: fc.constantFrom(0, 100, 2_000),
  at: fc.integer({ min: 0, max: 40_000 }),
})

export const plans: fc.Arbitrary<Plan> = fc
  .record({
    presses: fc.array(press, { minLength: 12, maxLength: 24 }),
    fates: fc.array(fc.constantFrom(...FATES, 'answer' as const, 'answer' as const), {
      minLength: 7,
      maxLength: 7,
    }),
    accidents: fc.array(
      fc.constantFrom<StepAccident>(...ACCIDENTS, ...Array<StepAccident>(40).fill('none')),
      {
        minLength: 97,
        maxLength: 97,
      },
    ),
    calm: fc.constantFrom(true, false, false, false, false, false),
  })
  .map((plan) => (plan.calm ? calmed(plan) : plan))

/** Only slow banks, and clients without mistakes. */
function calmed({ presses, fates }: Plan): Plan {
  return {
    presses: presses.map((one) => ({ ...one, amount: 1 })),
    fates: fates.map((fate) => (fate === 'slow' ? 'slow' : 'answer')),
    accidents: ['none'],
    calm: true,
  }
}
