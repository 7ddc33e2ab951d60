import fc from 'fast-check'

/** One request: its key and server, and the time from the start in ms (`at`). */
export interface SimulatedPress {
  key: number
  amount: number
  server: number
  waitMs: number
  at: number
}

/** What happens to one question to the outside. `lost`: it never arrives. `silent`: its answer is lost. `slow`: longer than a lease. */
export type Fate = 'answered' | 'lost' | 'silent' | 'slow'

/** An accident at a point where a process waits. `cut off`: it cannot reach the store, for a while. */
export type Accident = 'none' | 'kill' | 'stop' | 'cut before' | 'cut after' | 'cut off'

/** One random schedule: who asks for what and when, and what breaks. */
export interface Plan {
  presses: SimulatedPress[]
  fates: Fate[]
  /** Dealt one by one, in a cycle, to the steps of all processes. */
  accidents: Accident[]
  /** Nothing breaks: then everything must be done, and nobody may get an error. */
  calm: boolean
}

export const SERVERS = 3
/** Requests under this key are refused by the domain: they begin nothing. */
export const REFUSED_KEY = 5
const FATES: readonly Fate[] = ['answered', 'lost', 'silent', 'slow']
const ACCIDENTS: readonly Accident[] = ['kill', 'stop', 'cut before', 'cut after', 'cut off']

/** What a campaign must have met at least once: one in which nothing broke proves nothing. */
export const MUST_SEE: readonly string[] = [
  ...FATES,
  ...ACCIDENTS,
  'executed',
  'replayed',
  'joined',
  'key-reused',
  'in-progress',
  'outcome-unknown',
  'answer-expired',
  'not-found',
  'error',
  'lost-lease',
]

const press: fc.Arbitrary<SimulatedPress> = fc.record({
  key: fc.nat(REFUSED_KEY),
  // Mostly the right amount; another one under the same key is a mistake of the client.
  amount: fc.constantFrom(1, 1, 1, 1, 2),
  server: fc.nat(SERVERS - 1),
  waitMs: fc.constantFrom(0, 100, 2_000),
  at: fc.integer({ min: 0, max: 40_000 }),
})

/** Random schedules. */
export const plans: fc.Arbitrary<Plan> = fc
  .record({
    presses: fc.array(press, { minLength: 8, maxLength: 16 }),
    fates: fc.array(fc.constantFrom(...FATES, 'answered' as const), { minLength: 7, maxLength: 7 }),
    accidents: fc.array(
      fc.constantFrom<Accident>(...ACCIDENTS, ...Array<Accident>(35).fill('none')),
      // 97: a prime, so that the same accident meets another step in each cycle.
      { minLength: 97, maxLength: 97 },
    ),
    calm: fc.constantFrom(true, false, false, false, false),
  })
  .map((plan) => (plan.calm ? calmed(plan) : plan))

function calmed({ presses }: Plan): Plan {
  return {
    presses: presses.map((one) => ({ ...one, amount: 1 })),
    fates: ['answered'],
    accidents: ['none'],
    calm: true,
  }
}
