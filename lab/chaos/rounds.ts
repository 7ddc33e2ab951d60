import { setTimeout as pause } from 'node:timers/promises'
import { newShopper, shopperCookie } from '@/access/shopper'
import { recordId } from '@/idempotency/core/fingerprint'
import { secretFor } from '@/platform/env'
import type { Accident } from './accidents'
import { Client, type Purchase } from './client'
import type { History } from './history'
import { type Installation, SECRET } from './installation'
import type { Chance } from './random'

/** What the client does after the accident: comes back to the same server, to the other one, or not at all. */
export type ComeBack = 'same' | 'other' | 'none'
export interface Round {
  accident: Accident
  retry: ComeBack
}

const RETRIES: readonly ComeBack[] = ['same', 'other', 'none']
/** Purchases that may be under way at once: later rounds begin while clients of earlier ones still insist. */
const OPEN_MAX = 6

/** Every accident with every way to go on, in an order that the seed decides, over and over. */
export function* rounds(chance: Chance, accidents: readonly Accident[]): Generator<Round> {
  const all = accidents.flatMap((accident) => RETRIES.map((retry) => ({ accident, retry })))
  for (;;) yield* chance.shuffled(all)
}

/** One installation, one seed: plays rounds and remembers every purchase that was ever tried. */
export class Campaign {
  readonly purchases: Purchase[] = []
  readonly played = new Map<string, number>()
  /** Purchases whose client insisted, and had no answer in the end. */
  readonly unanswered: Purchase[] = []
  private readonly actor: string
  private readonly client: Client
  private readonly open = new Set<Promise<void>>()

  constructor(
    private readonly installation: Installation,
    private readonly chance: Chance,
    history: History,
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
      order: await this.newOrder(),
      card: this.card(),
      mark: `round-${number}.`,
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
    // Accidents to one server come one after the other, each with a moment of its own.
    await Promise.race([going, pause(400)])
  }

  /** Every client that insists has its answer, or has given up. */
  async over(): Promise<void> {
    await Promise.all(this.open)
  }

  /** Everybody comes back once more, to both servers: what they are told now is what was stored. */
  async askEverybodyAgain(): Promise<Purchase[]> {
    const unanswered: Purchase[] = []
    for (const purchase of this.purchases)
      for (const [index, server] of this.installation.servers.entries())
        if (!(await this.client.press(server, index, { ...purchase, mark: 'again' })))
          unanswered.push(purchase)
    return unanswered
  }

  /** A purchase without any accident: the positive control. */
  async buyInPeace(card: string): Promise<boolean> {
    const purchase = {
      key: `peace-${card}-${this.purchases.length}`,
      order: await this.newOrder(),
      card,
      mark: 'peace',
    }
    this.purchases.push(purchase)
    return this.client.insist([[this.installation.servers[0] as never, 0]], purchase)
  }

  /** One purchase as a proxy before two servers carries it: whoever refuses the connection or answers 503 is not asked again. */
  async buyThroughProxy(): Promise<boolean> {
    const order = await this.newOrder()
    const purchase = { key: `deploy-${order}`, order, card: this.card(), mark: 'deploy' }
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
    // Now and then somebody presses twice, and the second press goes to the other server.
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

  private async newOrder(): Promise<string> {
    for (;;) {
      try {
        return await this.installation.newOrder()
      } catch {
        // The database is being restarted.
        await pause(50)
      }
    }
  }

  private card(): string {
    return this.chance.next() < 0.15 ? 'pm_card_declined' : 'pm_card_visa'
  }
}
