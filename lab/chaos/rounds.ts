import { setTimeout as pause } from 'node:timers/promises'
import { recordId } from '@payonce/idempotency'
import { newShopper, shopperCookie } from '@/access/shopper'
import { secretFor } from '@/platform/env'
import { print } from '@/setup/process/console'
import type { Accident } from './accidents'
import { Client, type Purchase } from './client'
import type { History } from './history'
import { type Installation, SECRET } from './installation'
import type { Chance } from './random'

/** The server that a client retries at after the accident: the same, the other, or none. */
export type ComeBack = 'same' | 'other' | 'none'
export interface Round {
  accident: Accident
  retry: ComeBack
}

const RETRIES: readonly ComeBack[] = ['same', 'other', 'none']
/** What shoppers answer at their bank's page: most of them pass. */
const ANSWERS = ['pass', 'pass', 'pass', 'fail', 'leave'] as const
/** The most purchases under way at once: a round begins while clients of earlier ones still retry. */
const OPEN_MAX = 6

/** Every accident with every way to retry, in an order that the seed decides, without end. */
export function* rounds(chance: Chance, accidents: readonly Accident[]): Generator<Round> {
  const all = accidents.flatMap((accident) => RETRIES.map((retry) => ({ accident, retry })))
  for (;;) yield* chance.shuffled(all)
}

/** Plays rounds on one installation, and remembers every purchase that was tried. */
export class Campaign {
  readonly purchases: Purchase[] = []
  readonly played = new Map<string, number>()
  /** Purchases whose client retried to the end and got no answer. */
  readonly unanswered: Purchase[] = []
  private readonly actor: string
  private readonly client: Client
  private readonly open = new Set<Promise<void>>()
  private orders = 0

  constructor(
    private readonly installation: Installation,
    private readonly chance: Chance,
    history: History,
    /** Shares of the cards that are declined, and of those whose bank asks the shopper first. */
    private readonly cards: { declined: number; challenged: number } = { declined: 0.15, challenged: 0 },
  ) {
    const shopper = newShopper(secretFor({ PAYONCE_SECRET: SECRET }, 'shopper-cookie'))
    this.actor = `shopper:${shopper.id}`
    this.client = new Client(shopperCookie(shopper.value, false).split(';')[0] ?? '', history)
  }

  async play({ accident, retry }: Round): Promise<void> {
    while (this.open.size >= OPEN_MAX) await Promise.race(this.open)
    const number = this.purchases.length
    const purchase: Purchase = {
      key: `key-${number}-${this.chance.below(1e9)}`,
      ...(await this.newOrder()),
      card: accident.card ?? this.card(),
      mark: `round-${number}.`,
      answer: ANSWERS[this.chance.below(ANSWERS.length)] ?? 'pass',
      accident: accident.id,
    }
    this.purchases.push(purchase)
    this.played.set(`${accident.id} ${retry}`, (this.played.get(`${accident.id} ${retry}`) ?? 0) + 1)
    const first = number % this.installation.servers.length
    const server = this.installation.servers[first]
    if (!server) return
    await server.ready()
    const victim = {
      server,
      mark: purchase.mark,
      amount: purchase.amount,
      recordId: recordId(
        { merchantId: this.installation.merchantId, actor: this.actor },
        'checkout.pay',
        purchase.key,
      ),
    }
    await accident.arm(this.installation, victim)
    const going = Promise.all([
      this.buy(purchase, first, accident.parks ? 'none' : retry),
      accident.over?.(this.installation, victim),
    ]).then(() => undefined)
    this.open.add(going)
    void going.finally(() => this.open.delete(going))
    // 400 ms: accidents at one server must not overlap.
    await Promise.race([going, pause(400)])
  }

  /** Repeats accidents that missed (the card was declined, or the bank was killed first): the judge wants each of them once. */
  async makeUp(missed: () => Promise<readonly Accident[]>): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      const again = await missed()
      if (again.length === 0) return
      print(`  once more: ${again.map(({ id }) => id).join(', ')}`)
      for (const accident of again) await this.play({ accident, retry: 'same' })
      await this.over()
    }
  }

  /** Resolves when every client has its answer, or has given up. */
  async over(): Promise<void> {
    await Promise.all(this.open)
  }

  /** Sends every purchase once more, to both servers: the answers now are the stored ones. @returns the purchases without a final answer */
  async replayAll(): Promise<Purchase[]> {
    const unanswered: Purchase[] = []
    for (const purchase of this.purchases)
      for (const [index, server] of this.installation.servers.entries())
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

  private async buy(purchase: Purchase, first: number, retry: ComeBack): Promise<void> {
    const server = (index: number) =>
      [this.installation.servers[index % 2], index % 2] as [Installation['servers'][number], number]
    // In 30 % of purchases the button is pressed twice, and the second press goes to the other server.
    const second =
      this.chance.next() < 0.3
        ? pause(this.chance.below(120)).then(() => this.client.press(...server(first + 1), purchase))
        : null
    const answered = await this.client.press(...server(first), purchase)
    await second
    if (answered || retry === 'none') return
    if (!(await this.client.insist([server(retry === 'same' ? first : first + 1)], purchase)))
      this.unanswered.push(purchase)
  }

  private async newOrder(): Promise<{ order: string; amount: bigint }> {
    const amount = 1_200n + BigInt(this.orders++)
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
