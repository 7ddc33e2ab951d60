import fc, { type Scheduler } from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Begun, Bench, type Effect, outcome } from './testing'

/**
 * SIM: random requests in three processes, in every order that their steps may take, with crashes in between. The outside keeps no
 * memory of keys and so charges at every question: only the engine stands between a key and a second charge.
 */
interface Press {
  key: number
  amount: number
  process: number
  waitMs: number
}

/** What becomes of one question to the outside: `crash` is a process that dies before or after the charge, and never returns. */
type Fate = 'answer' | 'decline' | 'silence, charged' | 'silence, not charged' | 'crash, charged' | 'crash, not charged'

const FATES: Fate[] = ['answer', 'answer', 'decline', 'silence, charged', 'silence, not charged', 'crash, charged', 'crash, not charged']
const press = fc.record({ key: fc.nat(2), amount: fc.integer({ min: 1, max: 2 }), process: fc.nat(2), waitMs: fc.constantFrom(0, 100, 2_000) })
const plan = fc.record({
  presses: fc.array(press, { minLength: 1, maxLength: 12 }),
  fates: fc.array(fc.constantFrom(...FATES), { minLength: 12, maxLength: 12 }),
  commitsLost: fc.array(fc.constantFrom('no', 'no', 'no', 'before', 'after'), { minLength: 12, maxLength: 12 }),
})

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

class Simulation {
  readonly bench = new Bench()
  readonly charges: string[] = []
  readonly seen = new Set<string>()
  private readonly processes = [0, 1, 2].map(() => this.bench.process())
  private questions = 0
  private commits = 0

  constructor(
    private readonly s: Scheduler,
    private readonly fates: Fate[],
    private lost: string[],
  ) {
    this.bench.ask = (begun) => this.ask(begun)
    this.bench.find = async (begun) => ({ kind: this.charges.includes(begun.subject) ? 'done' : 'refused' })
    this.scheduleStore()
  }

  /** Faults stop: from here on all must come to its end. */
  calm(): void {
    this.lost = ['no']
  }

  async press({ key, amount, process, waitMs }: Press) {
    const reply = await this.bench.run({ key: `k${key}`, input: { amount }, waitMs }, this.processes[process])
    this.seen.add(outcome(reply))
    return { key, amount, reply }
  }

  /** Runs until all of `work` is done, one step at a time; where only clocks can help, time passes. */
  async drive(work: Promise<unknown>): Promise<void> {
    let done = false
    const finished = work.then(() => {
      done = true
    })
    while (!done) {
      await vi.advanceTimersByTimeAsync(0)
      if (this.s.count() > 0) await this.s.waitOne()
      else if (!done) await vi.advanceTimersToNextTimerAsync()
    }
    await finished
  }

  private async ask(begun: Begun): Promise<Effect> {
    const fate = this.fates[this.questions++ % this.fates.length] as Fate
    this.seen.add(fate)
    await this.s.schedule(Promise.resolve(), 'the question arrives')
    if (fate === 'answer' || fate.endsWith(', charged')) this.charges.push(begun.subject)
    await this.s.schedule(Promise.resolve(), 'the answer arrives')
    if (fate.startsWith('crash')) return new Promise(() => undefined)
    if (fate.startsWith('silence')) throw new Error('silence')
    return { kind: fate === 'answer' ? 'done' : 'refused' }
  }

  /** Every call of the store takes a turn before it happens and one before its result is known; some commits break off. */
  private scheduleStore(): void {
    const { store } = this.bench
    for (const verb of ['read', 'claim', 'takeOver', 'release', 'sweep', 'commit'] as const) {
      const real = (store[verb] as (...args: unknown[]) => Promise<unknown>).bind(store)
      const slow = async (...args: unknown[]) => {
        const lost = verb === 'commit' ? this.lost[this.commits++ % this.lost.length] : 'no'
        await this.s.schedule(Promise.resolve(), `${verb} arrives`)
        if (lost === 'before') throw new Error('cut before COMMIT')
        const result = await real(...args)
        await this.s.schedule(Promise.resolve(), `${verb} answers`)
        if (lost === 'after') throw new Error('cut after COMMIT')
        return result
      }
      Object.assign(store, { [verb]: slow })
    }
  }
}

/** A press whose process dies never comes back: the test waits for the others, and for every timer that could still matter. */
async function playOut(sim: Simulation, presses: Press[]) {
  const early: Awaited<ReturnType<Simulation['press']>>[] = []
  for (const one of presses) void sim.press(one).then((told) => early.push(told))
  // Longer than any wait and than the lease.
  await sim.drive(new Promise((resolve) => setTimeout(resolve, 35_000)))
  for (let round = 0; round < 5; round++) {
    if (round === 3) sim.calm()
    await sim.drive(Promise.all([sim.bench.recover(), sim.bench.recover()]))
    await vi.advanceTimersByTimeAsync(31_000)
  }
  return early
}

const seenEver = new Set<string>()

test('any order, any crash: at most one charge for a key, and one answer to all who get one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plan, async (s, { presses, fates, commitsLost }) => {
      const sim = new Simulation(s, fates, commitsLost)
      const early = await playOut(sim, presses)
      for (const key of new Set(presses.map((one) => one.key))) {
        const winner = presses.filter((one) => one.key === key)
        const late = []
        for (const amount of [1, 2]) {
          const again = sim.press({ key, amount, process: 0, waitMs: 0 })
          await sim.drive(again)
          late.push((await again).reply)
        }
        // After all is quiet, one payload has its answer and the other is a mismatch, unless nobody ever sent it.
        const answers = late.flatMap((reply) => (reply.kind === 'answer' ? [reply.answer.body] : []))
        expect(answers).toHaveLength(1)
        expect(late.map(outcome).sort()).toEqual(winner.length > 0 ? ['key-reused', 'replayed'] : [])
        const told = early.flatMap(({ key: of, reply }) => (of === key && reply.kind === 'answer' ? [reply.answer.body] : []))
        expect(new Set([...told, ...answers])).toHaveLength(1)
        const { subject, did } = JSON.parse(answers[0] as string) as { subject: string; did: string }
        expect(sim.charges.filter((charged) => charged === subject)).toHaveLength(did === 'done' ? 1 : 0)
      }
      const keys = new Set(presses.map((one) => one.key)).size
      expect(sim.bench.asked).toHaveLength(keys)
      expect(new Set(sim.charges)).toHaveLength(sim.charges.length)
      expect(sim.bench.lines.filter((line) => line.startsWith('begin'))).toHaveLength(keys)
      for (const what of sim.seen) seenEver.add(what)
    }),
    { numRuns: 200, endOnFailure: true },
  )
  // Coverage: a run in which nothing broke proves nothing.
  expect(
    [...new Set(FATES), 'executed', 'replayed', 'joined', 'key-reused', 'in-progress', 'outcome-unknown'].filter((what) => !seenEver.has(what)),
  ).toEqual([])
}, 30_000)
