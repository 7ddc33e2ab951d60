import type { Scheduler } from 'fast-check'
import { LawBroken } from '@/idempotency/simulation/law-broken'
import { Laws } from './laws'
import type { Plan } from './plan'
import { SimulatedWorld } from './world'

/** Faults for 90 s, then calm for 450 s: ten leases of a bank that hangs, one more lease, and some rounds of the resolver. */
const FAULTS_MS = 90_000
const CALM_MS = 450_000
/** Workers run often during the faults, so that they meet all of them, and rarely afterwards, when there is little left to do. */
const UPKEEP_MS = { faults: 5_000, calm: 45_000 }
const RETENTION_MS = 31 * 24 * 3_600_000
/** A run takes some thousand steps; one with this many does not end. */
const STEPS_MAX = 60_000

/** Plays one plan to its end and checks the laws after every step. @returns the world at the end @throws LawBroken */
export async function play(s: Scheduler, plan: Plan): Promise<SimulatedWorld> {
  const world = new SimulatedWorld(s, plan)
  const laws = new Laws(world)
  for (const press of plan.presses) world.time.after(press.at, () => void catchFailure(world.press(press)))
  if (plan.loss) {
    world.time.after(plan.loss.markedAt, () => world.mark())
    world.time.after(plan.loss.lostAt, () => world.lose())
  }
  const began = world.time.now
  let rounds = 0
  let failure: unknown
  const upkeep = () => {
    if (world.time.now - began > FAULTS_MS + CALM_MS) return
    void catchFailure(world.upkeep(rounds++))
    if (rounds % 3 === 0) void catchFailure(world.hint(rounds))
    world.time.after(world.faults ? UPKEEP_MS.faults : UPKEEP_MS.calm, upkeep)
  }
  world.time.after(UPKEEP_MS.faults, upkeep)
  world.time.after(FAULTS_MS, () => (world.faults = false))
  await run()
  // Every client sends its request once more: at once, and long after the answers have expired.
  for (const afterMs of [0, RETENTION_MS]) {
    world.time.now += afterMs
    void catchFailure(world.upkeep(0))
    await run()
    for (const press of plan.presses) void catchFailure(world.press({ ...press, waitMs: 0 }))
    await run()
    if (afterMs === 0) laws.atTheEnd()
  }
  laws.atTheEnd()
  if (plan.calm) everythingIsPaid(world)
  return world

  function catchFailure(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      failure ??= error
    })
  }

  async function run(): Promise<void> {
    for (let step = 0; await next(s, world); step++) {
      laws.afterEachStep()
      if (failure) throw failure
      if (step > STEPS_MAX) throw new LawBroken('the engine does not come to an end')
    }
  }
}

/** Runs one step of one process, or advances time where there is none. @returns false when nothing is left to happen */
async function next(s: Scheduler, world: SimulatedWorld): Promise<boolean> {
  if (s.count() === 0) await new Promise(setImmediate)
  if (s.count() > 0) await s.waitOne()
  else return world.time.advance()
  return true
}

/** Positive control: without accidents, each order that a client paid is charged. */
function everythingIsPaid(world: SimulatedWorld): void {
  const orders = new Set(world.replies.map(({ press }) => press.order)).size
  if (world.bank.charges.length !== orders)
    throw new LawBroken(`calm, and yet ${world.bank.charges.length} of ${orders} orders were charged`)
  if (world.replies.some(({ reply }) => reply === null))
    throw new LawBroken('calm, and yet a client got an error')
}
