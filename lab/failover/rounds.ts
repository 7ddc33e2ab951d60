import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@/setup/process/console'
import { type Chance, chance } from '../chaos/random'
import type { Failure, ReplicatedDatabase } from './replicated-database'

/** 8 clients at once: payments are in hand at each moment, on 2 cores. */
const CLIENTS = 8
/** 60 s: longer than the longest doubt, on a busy machine. */
const PATIENCE_MS = 60_000

/** A shop that is asked to pay. `final`: the client need not ask again. */
export interface Answer {
  status: number
  payment: string | null
  final: boolean
}

export interface World {
  database: Pick<ReplicatedDatabase, 'addStandby' | 'failOver'>
  /** Sends a payment under a key; rejects when no answer came. `turn`: which try of it. */
  pay(key: string, amount: number, turn: number): Promise<Answer>
  /** How often the bank has charged each amount, by what it has itself. */
  charges(): Promise<ReadonlyMap<number, number>>
  /** Those of these payments that have not succeeded in the database. */
  missing(payments: readonly string[]): Promise<string[]>
}

/** What was seen of one failure. */
export interface Round {
  failure: Failure
  /** Payments acknowledged so far. */
  acknowledged: number
  /** Requests that were in hand at the failure. */
  inHand: number
  promotionMs: number
  /** From the moment at which the new primary could be reached to the first payment that was acknowledged by it. */
  firstPaymentMs: number
  lost: number
}

export interface Outcome {
  rounds: Round[]
  /** Of all rounds: keys that were answered, and those of them that the bank charged more than once. */
  keys: number
  doubled: number
  wrong: string[]
}

interface Paid {
  at: number
  amount: number
  payment: string | null
  status: number
}

/** Clients pay all the time, each key with an amount of its own, and again until the answer is final. */
class Load {
  readonly done: Paid[] = []
  readonly unanswered = new Map<string, number>()
  inHand = 0
  private amount = 10_000
  private stopping = false
  private readonly loops: Promise<void>[]

  constructor(
    private readonly world: World,
    private readonly name: string,
  ) {
    this.loops = Array.from({ length: CLIENTS }, () => this.run())
  }

  paid(): Paid[] {
    return this.done.filter(({ status }) => status === 201)
  }

  async end(): Promise<void> {
    this.stopping = true
    await Promise.all(this.loops)
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const amount = ++this.amount
      const key = `${this.name}-${amount}`
      this.unanswered.set(key, amount)
      const end = performance.now() + PATIENCE_MS
      for (let turn = 0; performance.now() < end; turn++) {
        this.inHand += 1
        const answer = await this.world.pay(key, amount, turn).catch(() => null)
        this.inHand -= 1
        if (answer?.final) {
          const { payment, status } = answer
          this.done.push({ at: performance.now(), amount, payment, status })
          this.unanswered.delete(key)
          break
        }
        await pause(50)
      }
    }
  }
}

/** Fails the primary so many times under load, and promotes its standby each time. `report` gets each round as it ends. */
export async function failOver(
  world: World,
  { seed, rounds, report }: { seed: number; rounds: number; report(round: Round): void },
): Promise<Outcome> {
  const dice = chance(seed)
  const load = new Load(world, `failover-${seed}`)
  const seen: Round[] = []
  const wrong: string[] = []
  try {
    for (let index = 0; index < rounds; index++) {
      const { round, problems } = await play(world, load, dice, index % 2 === 0 ? 'kill' : 'partition')
      seen.push(round)
      wrong.push(...problems)
      report(round)
    }
  } finally {
    await load.end()
  }
  const charged = await world.charges()
  const doubled = load.done.filter(({ amount }) => (charged.get(amount) ?? 0) > 1).length
  const free = load.paid().filter(({ amount }) => !charged.has(amount)).length
  const refused = load.done.filter(({ amount, status }) => status !== 201 && charged.has(amount)).length
  const lost = (await world.missing(idsOf(load.paid()))).length
  return {
    rounds: seen,
    keys: load.done.length,
    doubled,
    wrong: [
      ...wrong,
      ...(lost > 0 ? [`${lost} acknowledged payments are not in the database at the end`] : []),
      ...(doubled > 0 ? [`${doubled} keys were charged more than once`] : []),
      ...(free > 0 ? [`${free} payments were acknowledged, and the bank charged nothing`] : []),
      ...(refused > 0 ? [`${refused} keys were answered as not charged, and the bank charged`] : []),
      ...(load.unanswered.size > 0 ? [`${load.unanswered.size} keys got no answer in a minute`] : []),
    ],
  }
}

async function play(
  world: World,
  load: Load,
  dice: Chance,
  failure: Failure,
): Promise<{ round: Round; problems: string[] }> {
  await world.database.addStandby()
  // Payments are in hand: the failure comes after some answers, and not between two batches of clients.
  const from = load.paid().length
  const some = 8 + dice.below(24)
  if (!(await until(() => load.paid().length >= from + some && load.inHand > 0, PATIENCE_MS, 1)))
    throw new Error('positive control: nothing is paid while both servers live')
  const before = load.paid()
  const { inHand } = load
  const began = performance.now()
  const { servesFrom, fenced } = await world.database.failOver(failure)
  const first = () => load.paid().find(({ at }) => at > servesFrom)
  if (!(await until(() => first() !== undefined, PATIENCE_MS, 1)))
    throw new Error('nothing is paid after the promotion')
  const problems = await fenced()
  const lost = (await world.missing(idsOf(before))).length
  return {
    round: {
      failure,
      acknowledged: before.length,
      inHand,
      promotionMs: Math.round(servesFrom - began),
      firstPaymentMs: Math.round((first()?.at ?? Number.POSITIVE_INFINITY) - servesFrom),
      lost,
    },
    problems: lost > 0 ? [...problems, `${lost} acknowledged payments were lost by a ${failure}`] : problems,
  }
}

function idsOf(paid: readonly Paid[]): string[] {
  return paid.flatMap(({ payment }) => (payment === null ? [] : [payment]))
}
