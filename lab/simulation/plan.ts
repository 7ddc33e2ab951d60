import fc from 'fast-check'
import type { Fate } from './bank'

/** One request: the order that it pays, its key and server, and the time from the start in ms (`at`). */
export interface Press {
  order: number
  key: number
  amount: number
  server: number
  waitMs: number
  at: number
}

/**
 * An accident at a point where a process waits. `cut off`: the store is unreachable for this process, for a while. `row fails`: the database
 * refuses every batch with the first call of this one.
 */
export type StepAccident = 'none' | 'kill' | 'stop' | 'cut before' | 'cut after' | 'cut off' | 'row fails'

export interface Plan {
  presses: Press[]
  fates: Fate[]
  /** Dealt one by one, in a cycle, to the steps of all processes. */
  accidents: StepAccident[]
  /**
   * The database goes back, at `lostAt`, to what it held at `markedAt` (ms from the start): a standby that was behind, a restored backup.
   * Null in most plans: only where the database never forgets may the bank be one that does not remember keys.
   */
  loss: { markedAt: number; lostAt: number } | null
  /** Without accidents: then every order must be paid. */
  calm: boolean
  /** With group commit: presses come in crowds then, so that they share batches. */
  batched: boolean
}

export const FATES: readonly Fate[] = [
  'answer',
  'decline',
  'silence, charged',
  'silence, not charged',
  'slow',
  'hang',
]
export const ACCIDENTS: readonly StepAccident[] = [
  'kill',
  'stop',
  'cut before',
  'cut after',
  'cut off',
  'row fails',
]
export const SERVERS = 3

const press: fc.Arbitrary<Press> = fc.record({
  order: fc.nat(7),
  key: fc.nat(1),
  // Mostly the right amount; another one under the same key is a mistake of the client.
  amount: fc.constantFrom(1, 1, 1, 1, 2),
  server: fc.nat(SERVERS - 1),
  waitMs: fc.constantFrom(0, 100, 2_000),
  at: fc.integer({ min: 0, max: 40_000 }),
})

/** In a third of the plans, in the middle of the presses. */
const loss: fc.Arbitrary<Plan['loss']> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1_000, max: 30_000 }), fc.integer({ min: 1, max: 20_000 }))
      .map(([markedAt, lostMs]) => ({ markedAt, lostAt: markedAt + lostMs })),
  },
)

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
    loss,
    calm: fc.constantFrom(true, false, false, false, false, false),
    batched: fc.boolean(),
  })
  .map((plan) => (plan.calm ? calmed(plan) : plan))
  .map((plan) => (plan.batched ? crowded(plan) : plan))

/** The same presses at four moments, on two servers. */
function crowded(plan: Plan): Plan {
  const presses = plan.presses.map((one) => ({
    ...one,
    at: one.at - (one.at % 10_000),
    server: one.server % 2,
  }))
  return { ...plan, presses }
}

/** The same plan with a bank that is at most slow, and clients that make no mistakes. */
function calmed({ presses, fates, batched }: Plan): Plan {
  return {
    batched,
    presses: presses.map((one) => ({ ...one, amount: 1 })),
    fates: fates.map((fate) => (fate === 'slow' ? 'slow' : 'answer')),
    accidents: ['none'],
    loss: null,
    calm: true,
  }
}
