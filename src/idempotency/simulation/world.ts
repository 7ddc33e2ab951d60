import type { Scheduler } from 'fast-check'
import { Engine } from '../core/engine'
import type { EngineEvent } from '../core/events'
import type { Operation, StoreForm } from '../core/operation'
import type { EngineReply } from '../core/request'
import { CommitRefused, type Store, StoreUnavailable } from '../core/store'
import type { StoreHarness } from '../testing/store.contract'
import { Process, VirtualTime } from './clock'
import { connect, type Wire } from './connection'
import type { GatewayAnswer, SimulatedGateway } from './gateway'
import { StoreLaws } from './laws'
import { type Accident, type Plan, REFUSED_KEY, SERVERS, type SimulatedPress } from './plan'

/** Access of the simulation to a store: most of what the contract suite needs, and time. */
export interface SimulatedStore<Form extends StoreForm>
  extends Pick<StoreHarness<Form>, 'store' | 'begin' | 'write' | 'lines'> {
  /** Lets time pass for the store: what it judges leases and retention by is `ms` later from here on. */
  passTime(ms: number): void | Promise<void>
  /** Called at the end of each schedule. */
  close?(): void | Promise<void>
}

interface Server<Form extends StoreForm> {
  process: Process
  engine: Engine<Form>
  store: Store<Form>
}

interface Begun {
  line: string
}

interface Effect {
  outcome: GatewayAnswer
}

const MERCHANT = '00000000-0000-0000-0000-000000000000'
/** 45 s, longer than a lease of 30 s: how long a process is stopped, and a slow gateway takes. */
const LONG_MS = 45_000
/** 8 s: longer than the engine tries to store an answer. */
const AWAY_MS = 8_000

/** Several servers on one store and one gateway; fast-check decides the order of their steps. The engine is the real one. */
export class StoreWorld<Form extends StoreForm> implements Wire {
  readonly time = new VirtualTime()
  readonly laws = new StoreLaws()
  /** The reply to each press; null for an error. */
  readonly replies: { press: SimulatedPress; reply: EngineReply | null }[] = []
  /** The events that happened in this run. */
  readonly seen = new Set<string>()
  faults = true
  private readonly servers: Server<Form>[]
  private inFlight = 0
  private ids = 0
  private dealt = 0
  private questions = 0

  constructor(
    private readonly s: Scheduler,
    private readonly plan: Plan,
    private readonly store: SimulatedStore<Form>,
    private readonly gateway: SimulatedGateway,
  ) {
    this.servers = Array.from({ length: SERVERS }, () => this.boot())
  }

  /** One press of a client. If its server dies on the way, there is no reply. */
  async press(press: SimulatedPress): Promise<void> {
    const { engine, process } = this.servers[press.server] as Server<Form>
    const request = {
      scope: { merchantId: MERCHANT, actor: 'a' },
      key: keyOf(press),
      input: { amount: press.amount, refuse: press.key === REFUSED_KEY },
      waitMs: press.waitMs,
      source: 'simulation',
      requestId: 'q',
    }
    const reply = await engine.run(this.operation(process), request).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error
      return null
    })
    this.seen.add(reply === null ? 'error' : reply.kind === 'answer' ? reply.outcome : reply.problem.kind)
    this.replies.push({ press, reply })
  }

  /** One round of a worker's jobs, on one of the servers. */
  async upkeep(round: number): Promise<void> {
    const { engine, store, process } = this.servers[round % SERVERS] as Server<Form>
    await store.markOverdue(10).catch(ignoreUnavailable)
    await engine.recover(this.operation(process), 10, 'worker').catch(ignoreUnavailable)
    // The rarer jobs, in some rounds only.
    if (round % 3 === 0) await store.reap(10).catch(ignoreUnavailable)
    if (round % 4 === 0) await store.expireAnswers(50).catch(ignoreUnavailable)
  }

  /** Runs one step of one process, or advances time where there is none. @returns false when nothing is left to happen */
  async next(): Promise<boolean> {
    if (this.s.count() === 0) await new Promise(setImmediate)
    if (this.s.count() > 0) {
      await this.s.waitOne()
      return true
    }
    if (this.inFlight > 0) return true
    await this.pass(this.time.untilNext() ?? 0)
    return this.time.advance()
  }

  /** Time passes for the store and for the processes. */
  async pass(ms: number): Promise<void> {
    if (ms > 0) await this.store.passTime(ms)
  }

  /** A point where a process waits: others run first, and an accident may strike. */
  async turn(process: Process, label: string): Promise<Accident> {
    await this.s.schedule(Promise.resolve(), label)
    await process.goOn()
    const { accidents } = this.plan
    const accident = this.faults ? (accidents[this.dealt++ % accidents.length] ?? 'none') : 'none'
    if (accident !== 'none') this.seen.add(accident)
    if (accident === 'kill') this.kill(process)
    if (accident === 'stop') process.stop(LONG_MS)
    if (accident === 'cut off') process.cutOff(AWAY_MS)
    await process.goOn()
    return accident
  }

  async real<Result>(call: () => Promise<Result>): Promise<Result> {
    this.inFlight += 1
    try {
      return await call()
    } finally {
      this.inFlight -= 1
    }
  }

  private boot(): Server<Form> {
    const process = new Process(this.time)
    const store = connect(this.store.store, process, this, this.laws)
    const engine = new Engine<Form>({
      store,
      observe: (event) => this.observe(event),
      clock: process,
      newId: () => `id-${++this.ids}`,
      fieldSecrets: ['a secret of the simulation'],
    })
    return { process, store, engine }
  }

  /** Kills the process and starts another one in its place, as a supervisor would. */
  private kill(process: Process): void {
    process.kill()
    const index = this.servers.findIndex((server) => server.process === process)
    if (index >= 0) this.servers[index] = this.boot()
  }

  private observe(event: EngineEvent): void {
    this.seen.add(event.step)
    // The counts of a commit are the second line of defence: where one refuses, the first has failed.
    if (event.step === 'alert' && event.error instanceof CommitRefused)
      this.laws.broken ??= `the store refused a commit: ${event.error.message}`
  }

  private operation(process: Process): Operation<{ amount: number; refuse: boolean }, Begun, Effect, Form> {
    return {
      name: 'simulated',
      volatile: [],
      begin: ({ amount, refuse }, { subjectId }, claim) =>
        this.store.begin(`begun ${subjectId} ${amount}`, refuse)(claim),
      whyRefused: async () => ({ kind: 'problem', problem: { kind: 'not-found', detail: 'Refused.' } }),
      ask: (begun) => this.ask(process, begun),
      find: (begun) => this.find(process, begun),
      doubt: () => ({ outcome: 'unknown' }),
      finish: (begun, { outcome }) => {
        if (outcome === 'unknown') return { to: 'unknown', answer: null, writes: [], retryInMs: 5_000 }
        const { subject, amount } = begunIn(begun.line)
        // The answer holds the time, as a real one does, so that two answers made at different times differ.
        const body = JSON.stringify({ outcome, subject, amount, at: this.time.now })
        const answer =
          outcome === 'done'
            ? { status: 200, problem: null, body }
            : { status: 402, problem: 'payment-declined' as const, body }
        return { to: 'completed', answer, writes: [this.store.write(`${outcome} ${subject}`)] }
      },
      recall: async (_, subject) => {
        await this.turn(process, 'recall')
        const lines = await this.real(() => this.store.lines())
        const line = lines.find((one) => one.startsWith(`begun ${subject} `))
        return line === undefined ? null : { line }
      },
      resourceFacts: () => ({}),
      parkWrites: () => [],
    }
  }

  private async ask(process: Process, { line }: Begun): Promise<Effect> {
    const { subject, amount } = begunIn(line)
    const { fates } = this.plan
    const fate = this.faults ? (fates[this.questions++ % fates.length] ?? 'answered') : 'answered'
    this.seen.add(fate)
    await this.turn(process, 'the question is sent')
    if (fate === 'lost') return { outcome: 'unknown' }
    if (fate === 'slow') await new Promise<void>((resolve) => void this.time.after(LONG_MS, resolve))
    const outcome = await this.real(() => this.gateway.ask(subject, amount))
    await this.turn(process, 'the answer arrives')
    return { outcome: fate === 'silent' ? 'unknown' : outcome }
  }

  private async find(process: Process, { line }: Begun): Promise<Effect> {
    await this.turn(process, 'the look-up is sent')
    const outcome = await this.real(() => this.gateway.find(begunIn(line).subject))
    await this.turn(process, 'the look-up is answered')
    return { outcome }
  }
}

export function keyOf({ key }: Pick<SimulatedPress, 'key'>): string {
  return `key-${key}`
}

/** What stands in the line that `begin` wrote. */
export function begunIn(line: string): { subject: string; amount: number } {
  const [, subject = '', amount = ''] = line.split(' ')
  return { subject, amount: Number(amount) }
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof StoreUnavailable)) throw error
}
