import { setTimeout as pause } from 'node:timers/promises'
import { recordId, subjectIdOf } from '@payonce/idempotency'
import { newShopper, shopperCookie } from '@/access/shopper'
import { secretFor } from '@/platform/env'
import { print, until } from '@/setup/process/console'
import { type Accident, whyNever } from './accidents'
import { actOf } from './acts'
import { type Caller, Client, type Purchase, type Sent } from './client'
import type { History } from './history'
import { type Installation, SECRET } from './installation'
import { type Played, TRACES } from './played'
import type { Act, Program } from './program'
import type { Chance } from './random'
import type { Aim } from './strikes'

/** The server that a client retries at after the accident: the same, the other, or none. */
export type ComeBack = 'same' | 'other' | 'none'
export interface Round {
  accident: Accident
  retry: ComeBack
  /** Without it: a shopper's checkout. */
  played?: Played
}

const RETRIES: readonly ComeBack[] = ['same', 'other', 'none']
/** What shoppers answer at their bank's page: most of them pass. */
const ANSWERS = ['pass', 'pass', 'pass', 'fail', 'leave'] as const
/** The most purchases under way at once: a round begins while clients of earlier ones still retry. */
const OPEN_MAX = 6
/** 400 ms between two accidents. */
const APART_MS = 400
/** 6 s for an accident to strike: as long as a client waits for an answer. */
const STRIKES_MS = 6_000

/**
 * Every accident with every way to retry, in an order that the seed decides, without end. Each of the three is another operation. Two laps play
 * every operation, and six every operation with every way to retry.
 */
export function* rounds(
  chance: Chance,
  accidents: readonly Accident[],
  played: readonly Played[] = ['checkout'],
): Generator<Round> {
  const plans = accidents.map((accident) => ({
    accident,
    played: chance.shuffled(played.filter((one) => whyNever(accident, one) === null)),
  }))
  for (let lap = 0; ; lap++)
    yield* chance.shuffled(
      plans.flatMap(({ accident, played: each }) =>
        RETRIES.map((retry, at) => ({
          accident,
          retry,
          played: each[(lap * RETRIES.length + Math.floor(lap / 2) + at) % each.length] ?? 'checkout',
        })),
      ),
    )
}

/** As a person reads it. */
export function nameOf({ accident: { id }, played = 'checkout' }: Omit<Round, 'retry'>): string {
  return `${id} ${played}`
}

/** One request under one key, by whoever sends it. */
interface Going {
  sent: Sent
  played: Played
  amount: bigint
  bankKey: string | null
  actor: string
  press(server: Installation['servers'][number], index: number): Promise<boolean>
  insist(servers: readonly [Installation['servers'][number], number][]): Promise<boolean>
}

/** Plays rounds on one installation, and remembers everything that was tried. */
export class Campaign {
  readonly purchases: Purchase[] = []
  /** What programs asked for by the HTTP API. */
  readonly acts: Act[] = []
  readonly aims: Aim[] = []
  /** Those whose client retried to the end and got no answer. */
  readonly unanswered: Sent[] = []
  private readonly actor: string
  private readonly client: Client
  private readonly open = new Set<Promise<void>>()
  private orders = 0
  private rounds = 0

  constructor(
    private readonly installation: Installation,
    private readonly chance: Chance,
    history: History,
    /** Shares of the cards that are declined, and of those whose bank asks the shopper first. */
    private readonly cards: { declined: number; challenged: number } = { declined: 0.15, challenged: 0 },
    /** Who asks by the HTTP API. */
    private readonly program: Program | null = null,
  ) {
    const shopper = newShopper(secretFor({ PAYONCE_SECRET: SECRET }, 'shopper-cookie'))
    this.actor = `shopper:${shopper.id}`
    this.client = new Client(shopperCookie(shopper.value, false).split(';')[0] ?? '', history)
  }

  async play({ accident, retry, played = 'checkout' }: Round): Promise<void> {
    while (this.open.size >= OPEN_MAX) await Promise.race(this.open)
    const number = this.rounds++
    const first = number % this.installation.servers.length
    const server = this.installation.servers[first]
    if (!server) return
    await server.ready()
    const going = await this.begin(number, accident, played)
    // An accident of an earlier round may have killed it meanwhile.
    await server.ready()
    const { merchantId } = this.installation
    const { key, mark } = going.sent
    const record = recordId({ merchantId, actor: going.actor }, TRACES[played].name, key)
    const bankKey = going.bankKey ?? subjectIdOf(record)
    const victim = { server, mark, amount: going.amount, recordId: record, played, bankKey }
    this.aims.push({ accident, played, key, mark, bankKey })
    await accident.arm(this.installation, victim)
    const done = Promise.all([
      this.carry(going, first, accident.parks ? 'none' : retry),
      accident.over?.(this.installation, victim),
    ]).then(() => undefined)
    this.open.add(done)
    void done.finally(() => this.open.delete(done))
    // Accidents at one server must not overlap: the next one there would take back what has not struck yet. What the bank does waits for its key.
    const struck = () => accident.fault !== undefined || this.installation.struck.has(mark)
    await Promise.race([done, Promise.all([pause(APART_MS), until(struck, STRIKES_MS)])])
  }

  /** Repeats what missed (the card was declined, or the bank was killed first): the judge wants each of them once. */
  async makeUp(missed: () => Promise<readonly Omit<Round, 'retry'>[]>): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      const again = await missed()
      if (again.length === 0) return
      print(`  once more: ${again.map(nameOf).join(', ')}`)
      for (const encounter of again) await this.play({ ...encounter, retry: 'same' })
      await this.over()
    }
  }

  /** Resolves when every client has its answer, or has given up. */
  async over(): Promise<void> {
    await Promise.all(this.open)
  }

  /** Sends everything once more, to both servers: the answers now are the stored ones. @returns the purchases without a final answer */
  async replayAll(): Promise<Purchase[]> {
    const unanswered: Purchase[] = []
    const { servers } = this.installation
    const parks = new Set(this.aims.filter(({ accident }) => accident.parks).map(({ key }) => key))
    for (const act of this.acts) {
      const again = { ...act, mark: 'replay' }
      // One that never reached a server is carried out only now, and may be in doubt first. What is parked would be waited for in vain.
      if (!parks.has(act.key))
        await this.program?.insist(
          servers.map((server, index) => [server, index]),
          again,
        )
      for (const [index, server] of servers.entries()) await this.program?.press(server, index, again)
    }
    for (const purchase of this.purchases)
      for (const [index, server] of servers.entries())
        if (!(await this.client.press(server, index, { ...purchase, mark: 'replay' })))
          unanswered.push(purchase)
    return unanswered
  }

  /** A purchase without an accident: the positive control. @returns whether it was answered */
  async buyUndisturbed(card: string): Promise<boolean> {
    const purchase = {
      key: `control-${card}-${this.purchases.length}`,
      ...(await this.newOrder()),
      card,
      mark: 'control',
    }
    this.purchases.push(purchase)
    return this.client.insist([[this.installation.servers[0] as never, 0]], purchase)
  }

  /** One purchase through a proxy before two servers: one that is stopping, or refuses the connection, is passed over. */
  async buyThroughProxy(): Promise<boolean> {
    const placed = await this.newOrder()
    const purchase = { key: `deploy-${placed.order}`, ...placed, card: this.card(), mark: 'deploy' }
    const first = this.purchases.push(purchase)
    for (let turn = first; turn < first + 4; turn++) {
      const answer = await this.client.forward(
        this.installation.servers[turn % 2] as never,
        turn % 2,
        purchase,
      )
      if (answer === 'later')
        return this.client.insist(
          this.installation.servers.map((server, index) => [server, index]),
          purchase,
        )
      if (answer !== 'elsewhere') return answer === 'answered'
    }
    return false
  }

  private async begin(number: number, accident: Accident, played: Played): Promise<Going> {
    const placed = await this.newOrder()
    const common = {
      key: `key-${number}-${this.chance.below(1e9)}`,
      mark: `round-${number}.`,
      accident: accident.id,
      card: accident.card ?? this.card(),
    }
    const { program } = this
    if (played === 'checkout' || !program) {
      const answer = ANSWERS[this.chance.below(ANSWERS.length)] ?? 'pass'
      const purchase: Purchase = { ...common, ...placed, answer }
      this.purchases.push(purchase)
      return this.goingOf(this.client, purchase, { played, actor: this.actor, bankKey: null })
    }
    const plan = { ...common, played, placed, whole: this.chance.next() < 0.5, first: number % 2 }
    const { act, before, bankKey } = await actOf(this.installation, program, plan)
    this.acts.push(...before, act)
    return this.goingOf(program, act, { played, actor: 'api', bankKey })
  }

  private goingOf<Request extends Sent & { amount: bigint }>(
    by: Caller<Request>,
    request: Request,
    more: Pick<Going, 'played' | 'actor' | 'bankKey'>,
  ): Going {
    return {
      ...more,
      sent: request,
      amount: request.amount,
      press: (server, index) => by.press(server, index, request),
      insist: (servers) => by.insist(servers, request),
    }
  }

  private async carry(going: Going, first: number, retry: ComeBack): Promise<void> {
    const server = (index: number) =>
      [this.installation.servers[index % 2], index % 2] as [Installation['servers'][number], number]
    // In 30 % of them the button is pressed twice, and the second press goes to the other server.
    const second =
      this.chance.next() < 0.3
        ? pause(this.chance.below(120)).then(() => going.press(...server(first + 1)))
        : null
    const answered = await going.press(...server(first))
    await second
    if (answered || retry === 'none') return
    if (!(await going.insist([server(retry === 'same' ? first : first + 1)])))
      this.unanswered.push(going.sent)
  }

  private async newOrder(): Promise<{ order: string; amount: bigint }> {
    // Two cents apart: a bank that charges a wrong amount takes one more.
    const amount = 1_200n + 2n * BigInt(this.orders++)
    for (;;) {
      try {
        return { order: await this.installation.newOrder(amount), amount }
      } catch {
        // The database is being restarted.
        await pause(50)
      }
    }
  }

  private card(): string {
    const { declined, challenged } = this.cards
    const at = this.chance.next()
    if (at < declined) return 'pm_card_declined'
    return at < declined + challenged ? 'pm_card_challenge' : 'pm_card_visa'
  }
}
