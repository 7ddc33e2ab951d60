import fc from 'fast-check'
import { checkNames, checkStore } from '../core/check-options'
import type { StoreForm } from '../core/operation'
import { forgetfulGateway, type SimulatedGateway } from './gateway'
import { MUST_SEE, plans } from './plan'
import { play } from './play'
import type { SimulatedStore } from './world'

/** What `open` gets. */
export interface SimulatedHost {
  /**
   * A point where the store waits for its database. A store that awaits it there is tried in every order of its steps, and a schedule can be
   * played again exactly. A store that does not is tried in the orders in which its calls really end.
   */
  step(): Promise<void>
}

/** What `simulate` tries, and how often. */
export interface SimulationOptions<Form extends StoreForm> {
  /** Opens an empty store. Called for each schedule. */
  open(host: SimulatedHost): SimulatedStore<Form> | Promise<SimulatedStore<Form>>
  /** Opens the outside that is asked. Left out: one that charges at every question. */
  gateway?: () => SimulatedGateway | Promise<SimulatedGateway>
  /** Number of schedules, 1 to 1,000,000; 200 by default. */
  schedules?: number
  /** The same seed plays the same schedules. A whole number; random by default. */
  seed?: number
  /** Plays one schedule again: the path of an earlier failure, with its seed. */
  path?: string
}

/** What a simulation found. */
export interface SimulationResult {
  /** Null: no law was broken. Else the law, with the seed and the path that play the schedule again. */
  failure: string | null
  seed: number
  schedules: number
  charges: number
  /** What should have happened at least once and did not. With many schedules it is empty. */
  missed: string[]
}

const KNOWN = ['open', 'gateway', 'schedules', 'seed', 'path']

/**
 * Tries a store, and a gateway, under random schedules: three servers run the real engine over it while processes are killed and stopped,
 * connections break before and after a call, and answers are lost or late. Each key must be charged at most once, and each client must get
 * one true answer.
 *
 *     const { failure } = await simulate({ open: () => ({ store, begin, write, lines, passTime }) })
 *     expect(failure).toBeNull()
 *
 * @throws TypeError for an option that is wrong, with what to write instead
 */
export async function simulate<Form extends StoreForm>(
  options: SimulationOptions<Form>,
): Promise<SimulationResult> {
  const { open, gateway = forgetfulGateway, schedules, seed, path } = checked(options)
  const seen = new Set<string>()
  const tally = { schedules: 0, charges: 0 }
  const property = fc.asyncProperty(fc.scheduler(), plans, async (s, plan) => {
    const store = await open({ step: () => s.schedule(Promise.resolve(), 'the store waits') })
    checkHarness(store)
    const outside = await gateway()
    try {
      const world = await play(s, plan, store, outside)
      for (const what of world.seen) seen.add(what)
      tally.schedules += 1
      tally.charges += (await outside.charges()).length
    } finally {
      await store.close?.()
    }
  })
  const ran = await fc.check(property, {
    seed,
    numRuns: schedules,
    // A smaller schedule is seldom easier to read, and takes minutes to find.
    endOnFailure: true,
    ...(path === undefined ? {} : { path }),
  })
  if (ran.errorInstance instanceof TypeError) throw ran.errorInstance
  return {
    failure: ran.failed
      ? `${String(ran.errorInstance)} Play it again: simulate({ open, seed: ${seed}, path: '${ran.counterexamplePath}' })`
      : null,
    seed,
    ...tally,
    missed: MUST_SEE.filter((what) => !seen.has(what)),
  }
}

function checked<Form extends StoreForm>(options: SimulationOptions<Form>) {
  if (typeof options?.open !== 'function')
    throw new TypeError(
      'simulate: `open` is missing. Write simulate({ open: () => ({ store, begin, write, lines, passTime }) }).',
    )
  checkNames('simulate', options, KNOWN)
  const { schedules = 200, seed = Math.floor(Math.random() * 2 ** 31), gateway, path } = options
  if (!Number.isInteger(schedules) || schedules < 1 || schedules > 1_000_000)
    throw new TypeError('simulate: `schedules` is a whole number from 1 to 1000000, or left out (200).')
  if (!Number.isInteger(seed)) throw new TypeError('simulate: `seed` is a whole number, or left out.')
  if (gateway !== undefined && typeof gateway !== 'function')
    throw new TypeError('simulate: `gateway` is a function that returns { ask, find, charges }, or left out.')
  if (path !== undefined && typeof path !== 'string')
    throw new TypeError("simulate: `path` is the path of an earlier failure, such as '12:3:1'.")
  return { ...options, schedules, seed }
}

function checkHarness<Form extends StoreForm>(harness: SimulatedStore<Form>): void {
  for (const name of ['begin', 'write', 'lines', 'passTime'] as const)
    if (typeof harness?.[name] !== 'function')
      throw new TypeError(`simulate: what \`open\` returns has no \`${name}\`. See SimulatedStore.`)
  checkStore('simulate', harness.store)
}
