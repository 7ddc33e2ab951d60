import type { Scheduler } from 'fast-check'
import { LawBroken } from './law-broken'
import { Laws } from './laws'
import type { Plan } from './plan'
import { SimulatedWorld } from './world'

/** How long faults go on, and how long it is then calm: ten leases of a hanging bank, one more lease, and some rounds of the resolver. */
const FAULTS_MS = 90_000
const CALM_MS = 450_000
/** Workers look often while faults go on, so that they meet all of them, and seldom afterwards, when there is little left to do. */
const UPKEEP_MS = { faults: 5_000, calm: 45_000 }
const RETENTION_MS = 31 * 24 * 3_600_000
/** A run has some thousand steps; one that has this many goes round in circles. */
const STEPS_MAX = 60_000

/** Plays one plan to its end, checks the laws after every step, and returns the world as it then is. */
export async function play(s: Scheduler, plan: Plan): Promise<SimulatedWorld> {
  const world = new SimulatedWorld(s, plan)
  const laws = new Laws(world)
  for (const press of plan.presses) world.time.after(press.at, () => void tell(world.press(press)))
  const began = world.time.now
  let rounds = 0
  let failure: unknown
  const upkeep = () => {
    if (world.time.now - began > FAULTS_MS + CALM_MS) return
    void tell(world.upkeep(rounds++))
    if (rounds % 3 === 0) void tell(world.hint(rounds))
    world.time.after(world.faults ? UPKEEP_MS.faults : UPKEEP_MS.calm, upkeep)
  }
  world.time.after(UPKEEP_MS.faults, upkeep)
  world.time.after(FAULTS_MS, () => (world.faults = false))
  await run()
  // Everybody comes back once more, at once and long after the answers were taken away.
  for (const afterMs of [0, RETENTION_MS]) {
    world.time.now += afterMs
    void tell(world.upkeep(0))
    await run()
    for (const press of plan.presses) void tell(world.press({ ...press, waitMs: 0 }))
    await run()
    if (afterMs === 0) laws.atTheEnd()
  }
  laws.atTheEnd()
  if (plan.calm) everythingIsPaid(world)
  return world

  function tell(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      failure ??= error
    })
  }

  async function run(): Promise<void> {
    for (let step = 0; await next(s, world); step++) {
      laws.afterEachStep()
      if (failure) throw failure
      if (step > STEPS_MAX) throw new LawBroken('the engine goes round in circles')
    }
  }
}

/** One step of one process; where none can be made, time passes. False when nothing will ever happen any more. */
async function next(s: Scheduler, world: SimulatedWorld): Promise<boolean> {
  if (s.count() === 0) await new Promise(setImmediate)
  if (s.count() > 0) await s.waitOne()
  else return world.time.advance()
  return true
}

/** Positive control: where nothing breaks, each order that somebody paid is charged. */
function everythingIsPaid(world: SimulatedWorld): void {
  const orders = new Set(world.replies.map(({ press }) => press.order)).size
  if (world.bank.charges.length !== orders)
    throw new LawBroken(`calm, and yet ${world.bank.charges.length} of ${orders} orders were charged`)
  if (world.replies.some(({ reply }) => reply === null))
    throw new LawBroken('calm, and yet a client got an error')
}
