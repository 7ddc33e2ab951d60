import type { Scheduler } from 'fast-check'
import type { StoreForm } from '../core/operation'
import type { SimulatedGateway } from './gateway'
import { LawBroken } from './law-broken'
import type { Plan } from './plan'
import { allAnswered, atTheEnd, chargedOnce, everythingDone } from './verdict'
import { type SimulatedStore, StoreWorld } from './world'

/** Faults for 90 s, then calm for 150 s: a slow gateway, one more lease, and some rounds of the resolver. */
const FAULTS_MS = 90_000
const CALM_MS = 150_000
/** Workers run often during the faults, so that they meet all of them, and rarely afterwards. */
const UPKEEP_MS = { faults: 5_000, calm: 30_000 }
const RETENTION_MS = 31 * 24 * 3_600_000
/** A run takes some thousand steps; one with this many does not end. */
const STEPS_MAX = 60_000

/** Plays one schedule to its end and checks the laws after every step. @returns the world at the end @throws LawBroken */
export async function play<Form extends StoreForm>(
  s: Scheduler,
  plan: Plan,
  store: SimulatedStore<Form>,
  gateway: SimulatedGateway,
): Promise<StoreWorld<Form>> {
  const world = new StoreWorld(s, plan, store, gateway)
  let failure: unknown
  const noted = (work: Promise<void>) =>
    void work.catch((error: unknown) => {
      failure ??= error
    })
  for (const press of plan.presses) world.time.after(press.at, () => noted(world.press(press)))
  const began = world.time.now
  let rounds = 0
  const upkeep = () => {
    if (world.time.now - began > FAULTS_MS + CALM_MS) return
    noted(world.upkeep(rounds++))
    world.time.after(world.faults ? UPKEEP_MS.faults : UPKEEP_MS.calm, upkeep)
  }
  world.time.after(UPKEEP_MS.faults, upkeep)
  world.time.after(FAULTS_MS, () => {
    world.faults = false
  })
  const run = async () => {
    for (let step = 0; await world.next(); step++) {
      if (failure) throw failure
      if (world.laws.broken) throw new LawBroken(world.laws.broken)
      if (step > STEPS_MAX) throw new LawBroken('the engine does not come to an end')
    }
    await chargedOnce(gateway)
  }
  await run()
  // Every client sends its request once more: at once, and long after the answers have expired.
  for (const afterMs of [0, RETENTION_MS]) {
    await world.pass(afterMs)
    world.time.now += afterMs
    noted(world.upkeep(0))
    await run()
    for (const press of plan.presses) noted(world.press({ ...press, waitMs: 2_000 }))
    await run()
    allAnswered(world, plan.presses.length)
  }
  await atTheEnd(world, store, gateway)
  if (plan.calm) await everythingDone(plan, gateway)
  return world
}
