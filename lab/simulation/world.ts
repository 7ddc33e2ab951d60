import type { Claim, EngineEvent, EngineReply, Operation } from '@payonce/idempotency'
import { CommitRefused, Engine, type Store, StoreUnavailable } from '@payonce/idempotency'
import { type MemoryForm, type MemoryRecord, MemoryStore } from '@payonce/idempotency/memory'
import type { Scheduler } from 'fast-check'
import { Process, VirtualTime } from '@/idempotency/simulation/clock'
import type { Batches, LostCommits } from '@/idempotency/stores/batches'
import { GroupCommitStore } from '@/idempotency/stores/group-commit'
import { ModelBank, type ModelEffect } from './bank'
import { type Plan, type Press, SERVERS, type StepAccident } from './plan'
import { type ModelPayment, ModelShop, type OrderInput } from './shop'

interface Server {
  process: Process
  engine: Engine<MemoryForm>
  store: Store<MemoryForm>
}

const MERCHANT = 'm'
/** 45 s, longer than a lease of 30 s: how long a process is stopped, and a slow bank takes. */
const LONG_MS = 45_000
/** 8 s: longer than the engine tries to store an answer. */
const AWAY_MS = 8_000
/** The event that the database has lost a payment which was charged. */
export const FORGOTTEN = 'a charge is forgotten'
const STORE_METHODS = [
  'read',
  'claim',
  'takeOver',
  'renew',
  'commit',
  'release',
  'takeOverdue',
  'takeInDoubt',
  'markOverdue',
  'reap',
  'expireAnswers',
  'findClaim',
  'findCommit',
] as const

/** Several servers on one store and one bank; fast-check decides the order of their steps. The engine is the real one. */
export class SimulatedWorld {
  readonly time = new VirtualTime()
  readonly bank: ModelBank
  readonly shop = new ModelShop(() => this.time.now)
  /** The reply to each press; null for an error. */
  readonly replies: Array<{ press: Press; reply: EngineReply | null }> = []
  /** The events that happened in this run, for coverage. */
  readonly seen = new Set<string>()
  readonly records: MemoryStore
  readonly servers: Server[]
  faults = true
  /** A law that was broken inside a step, noted here because the engine would take an exception for an accident. */
  broken: string | null = null
  /** How often the database has gone back to an earlier state. */
  losses = 0
  private marked: { records: MemoryRecord[]; payments: ModelPayment[] } | null = null
  private ids = 0
  private dealt = 0
  private questions = 0

  constructor(
    private readonly s: Scheduler,
    private readonly plan: Plan,
  ) {
    this.bank = new ModelBank(plan.loss !== null)
    this.records = new MemoryStore(() => this.time.now, this.newId)
    this.servers = Array.from({ length: SERVERS }, () => this.boot())
  }

  /** One press of a client. If its server dies on the way, there is no reply. */
  async press(press: Press): Promise<void> {
    const server = this.servers[press.server] as Server
    const { losses } = this
    const input = { order: `order-${press.order}`, amount: press.amount }
    const request = {
      scope: { merchantId: MERCHANT, actor: 'a' },
      key: keyOf(press),
      input,
      waitMs: press.waitMs,
      source: 'sim',
      requestId: 'q',
    }
    const reply = await server.engine.run(this.operation(server), request).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error
      return null
    })
    this.seen.add(reply === null ? 'error' : reply.kind === 'answer' ? reply.outcome : reply.problem.kind)
    // What the database knew before it forgot, it may answer differently now.
    if (losses === this.losses) this.replies.push({ press, reply })
  }

  /** Marks the state of the database to which `lose` goes back. */
  mark(): void {
    this.marked = { records: this.records.all().map((record) => ({ ...record })), payments: this.shop.copy() }
  }

  /** The database forgets what was committed since `mark`. The processes and the bank go on. */
  lose(): void {
    if (!this.marked) return
    this.records.restore(this.marked.records)
    this.shop.restore(this.marked.payments)
    this.losses++
    this.replies.length = 0
    if (this.bank.charges.some((subject) => !this.shop.payments.has(subject))) this.seen.add(FORGOTTEN)
  }

  /** One round of a worker's jobs, on one of the servers. */
  async upkeep(which: number): Promise<void> {
    const server = this.servers[which % SERVERS] as Server
    await server.store.markOverdue(10).catch(ignoreUnavailable)
    await server.engine.recover(this.operation(server), 10, 'worker').catch(ignoreUnavailable)
    // The rarer jobs, in some rounds only.
    if (which % 3 === 0) await server.store.reap(10).catch(ignoreUnavailable)
    if (which % 4 === 0) await server.store.expireAnswers(50).catch(ignoreUnavailable)
  }

  /** A hint of the bank that a payment has changed. Any record will do, since a hint is never believed. */
  async hint(which: number): Promise<void> {
    const server = this.servers[which % SERVERS] as Server
    const record = this.records.all()[which % Math.max(1, this.records.all().length)]
    if (record)
      await server.engine
        .hint(this.operation(server), { merchantId: MERCHANT, recordId: record.id }, 'bank')
        .catch(ignoreUnavailable)
  }

  private observe(event: EngineEvent): void {
    this.seen.add(event.step)
    // The guards of a commit are the second line of defence: where one refuses, the first has failed.
    if (event.step === 'alert' && event.error instanceof CommitRefused)
      this.broken ??= `a guard had to refuse: ${event.error.message}`
  }

  private readonly newId = () => `id-${++this.ids}`

  private boot(): Server {
    const process = new Process(this.time)
    const single = this.storeOf(process)
    const store = this.plan.batched
      ? new GroupCommitStore(single, this.batchesOf(process), this.newId, {
          clock: process,
          turn: () => Promise.resolve(),
        })
      : single
    return {
      process,
      store,
      engine: new Engine({
        store,
        observe: (event) => this.observe(event),
        clock: process,
        newId: this.newId,
        fieldSecrets: ['simulation'],
      }),
    }
  }

  /** Kills the process and starts another one in its place, as a supervisor would. */
  private kill(process: Process): void {
    process.kill()
    const index = this.servers.findIndex((server) => server.process === process)
    if (index >= 0) this.servers[index] = this.boot()
  }

  /** A point where a process waits: others run first, and an accident may strike. */
  private async turn(process: Process, label: string): Promise<StepAccident> {
    await this.s.schedule(Promise.resolve(), label)
    await process.goOn()
    const accident = this.faults
      ? (this.plan.accidents[this.dealt++ % this.plan.accidents.length] ?? 'none')
      : 'none'
    if (accident !== 'none') this.seen.add(accident)
    if (accident === 'kill') this.kill(process)
    if (accident === 'stop') process.stop(LONG_MS)
    if (accident === 'cut off') process.cutOff(AWAY_MS)
    await process.goOn()
    return accident
  }

  /** The store behind a connection that may break before or after a call is carried out. */
  private storeOf(process: Process): Store<MemoryForm> & LostCommits<MemoryForm> {
    const store: Record<string, unknown> = { leaseMs: this.records.leaseMs }
    for (const verb of STORE_METHODS) {
      const real = (this.records[verb] as (...args: unknown[]) => Promise<unknown>).bind(this.records)
      store[verb] = async (...args: unknown[]) => {
        if ((await this.turn(process, `${verb} arrives`)) === 'cut before' || process.isCutOff())
          throw new StoreUnavailable('cut before')
        const result =
          verb === 'commit' ? await this.fenced(args[0] as Claim, () => real(...args)) : await real(...args)
        if ((await this.turn(process, `${verb} answers`)) === 'cut after') return this.cutAfter(verb, result)
        return result
      }
    }
    return store as unknown as Store<MemoryForm> & LostCommits<MemoryForm>
  }

  /** Batches over the same connection. One row may be such that the database refuses every batch with it. */
  private batchesOf(process: Process): Batches<MemoryForm> {
    const { records } = this
    const refused = new Set<string>()
    const send = async <Result>(
      verb: string,
      ids: string[],
      carryOut: () => Promise<Result>,
    ): Promise<Result> => {
      const accident = await this.turn(process, `${verb} arrives`)
      if (accident === 'cut before' || process.isCutOff()) throw new StoreUnavailable('cut before')
      if (ids.length > 1) this.seen.add('batch of several')
      if (accident === 'row fails') refused.add(ids[0] as string)
      const row = ids.find((id) => refused.has(id))
      if (row !== undefined) {
        if (ids.length === 1) refused.delete(row)
        throw new Error(`the database refuses ${row}`)
      }
      const result = await carryOut()
      if ((await this.turn(process, `${verb} answers`)) === 'cut after')
        throw new StoreUnavailable('cut after', { maybeDone: true })
      return result
    }
    return {
      claimRows: null,
      readAll: (calls) =>
        send(
          'readAll',
          calls.map(({ id }) => id),
          () => records.readAll(calls),
        ),
      claimAll: (calls) =>
        send(
          'claimAll',
          calls.map(({ claim }) => claim.id),
          () => records.claimAll(calls),
        ),
      commitAll: (calls) =>
        send(
          'commitAll',
          calls.map(({ claim }) => claim.id),
          () =>
            this.allFenced(
              calls.map(({ claim }) => claim),
              () => records.commitAll(calls),
            ),
        ),
      kindOfClaim: () => records.kindOfClaim(),
      kindOfCommit: () => records.kindOfCommit(),
      apart: () => records.apart(),
      written: () => records.written(),
      // Some errors name their row, and the batches of the others are halved.
      isNamed: ({ claim }, error) => claim.id.charCodeAt(0) % 2 === 0 && String(error).includes(claim.id),
    }
  }

  private async fenced(claim: Claim, write: () => Promise<unknown>): Promise<unknown> {
    return (await this.allFenced([claim], async () => [await write()]))[0]
  }

  /** Checks that a successful write was made by the holder of the record; read before the write, since another may hold it right after. */
  private async allFenced<Result>(claims: Claim[], write: () => Promise<Result[]>): Promise<Result[]> {
    const holds = claims.map((claim) => {
      const { fence, token } = this.records.all().find(({ id }) => id === claim.id) ?? {}
      return fence === claim.fence && token === claim.token
    })
    const results = await write()
    if (results.some((result, index) => result === true && !holds[index]))
      this.broken ??= 'a write was made under a superseded fence'
    return results
  }

  /** A real store finds its token over another connection, so it knows that it has the claim, but not the answer of `begin`. */
  private cutAfter(verb: string, result: unknown): unknown {
    const claimed = result as Awaited<ReturnType<MemoryStore['claim']>>
    if ((verb === 'claim' || verb === 'takeOver') && claimed?.begun.kind === 'written')
      return { ...claimed, begun: { kind: 'answer-lost' } }
    throw new StoreUnavailable('cut after', { maybeDone: true })
  }

  private operation(server: Server): Operation<OrderInput, ModelPayment, ModelEffect, MemoryForm> {
    return {
      name: 'pay',
      volatile: [],
      begin: (input, { subjectId: subject, recordId: record }) => this.shop.begin(input, { subject, record }),
      whyRefused: async (input) => this.shop.whyRefused(input),
      ask: (payment) => this.ask(server.process, payment),
      find: (payment) => this.find(server.process, payment),
      doubt: (reason) => ({ kind: 'doubt', reason }),
      finish: (payment, effect) => this.shop.finish(payment, effect),
      recall: async (_, subject) => {
        await this.turn(server.process, 'recall')
        return this.shop.payments.get(subject) ?? null
      },
      resourceFacts: () => ({}),
      parkWrites: () => [],
    }
  }

  private async ask(process: Process, { subject }: ModelPayment): Promise<ModelEffect> {
    const fate =
      this.faults || this.plan.calm
        ? (this.plan.fates[this.questions++ % this.plan.fates.length] ?? 'answer')
        : 'answer'
    this.seen.add(fate)
    await this.turn(process, 'the question is sent')
    if (fate === 'slow') await new Promise<void>((resolve) => void this.time.after(LONG_MS, resolve))
    const answer = this.bank.ask(subject, fate)
    if (fate === 'hang') await new Promise(() => undefined)
    await this.turn(process, 'the answer arrives')
    return answer
  }

  private async find(process: Process, { subject }: ModelPayment): Promise<ModelEffect> {
    await this.turn(process, 'the look-up is sent')
    const answer = this.bank.find(subject)
    await this.turn(process, 'the look-up is answered')
    return answer
  }
}

export function keyOf({ order, key }: Pick<Press, 'order' | 'key'>): string {
  return `${order}/${key}`
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof StoreUnavailable)) throw error
}
