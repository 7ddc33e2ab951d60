import { setTimeout as pause } from 'node:timers/promises'
import { EventSender } from '../../stripe-double/event-sender'
import type { DoubleEvent } from '../../stripe-double/events'
import {
  type Fault,
  type FaultProxy,
  openFaultProxy,
  type ProxiedAnswer,
  type ProxiedRequest,
} from '../../stripe-double/fault-proxy'
import { type RunningDouble, startStripeDouble } from '../../stripe-double/server'
import type { Bank, BankLine } from '../bank-process'
import type { ProductProcess } from '../product-process'
import type { Chance } from '../random'

/** A request to Stripe that an accident may strike. */
export type Step = 'create' | 'confirm' | 'cancel' | 'refund'

/** A request of one purchase on its way, and the process that sent it. */
export interface Struck {
  process: ProductProcess
  /** Empty before Stripe has answered to `create`. */
  intentId: string
}

/** What becomes of the next request of that step about the purchase of that amount. It happens once, whichever process asks. */
export interface Order {
  amount: bigint
  step: Step
  /** Before the request is passed on. */
  asked?(struck: Struck): Fault | Promise<Fault>
  /** When Stripe has answered, and the process does not know it yet. */
  answered?(struck: Struck): void | Promise<void>
}

/** An event that is to be sent, from this turn on. */
interface Waiting {
  event: DoubleEvent
  turn: number
  struck: boolean
}

const SECRET = 'whsec_a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4'
/** 2 s for all requests of a charge: on a busy machine too, most of them get as far as the accident that waits for them. */
export const TIMEOUT_MS = 2_000
/** 3 s: longer than one look at Stripe takes, as in production, or each look would be taken over before its end. */
export const LEASE_MS = 3_000
/** 50 ms, which a card's bank takes at least. */
const CARDS_BANK_MS = 50
/** 200 ms between two turns of the sender. */
const SEND_MS = 200
/** Chance of each of the sender's accidents to an event. */
const LOST = 0.2
const LATE = 0.2
const DOUBLED = 0.2

/**
 * Stripe's double as the bank of an installation: one account, a fault proxy for each process of the product, and a sender that loses, doubles,
 * delays and shuffles events. It runs in the lab's own process and is never killed: Stripe forgets no payment.
 */
export class StripeBank implements Bank {
  /** Accidents of events that have happened, by id. */
  readonly eventsStruck = new Map<string, number>()
  /** Called with each request to Stripe of a worker. */
  onWorkersRequest: (worker: ProductProcess, request: ProxiedRequest) => Promise<void> = async () => undefined
  private orders: Order[] = []
  private readonly proxies: FaultProxy[] = []
  private readonly servers: ProductProcess[] = []
  private readonly sender: EventSender
  private readonly closeSender: () => void
  private waiting: Waiting[] = []
  private disorderly = true
  private leaving = false
  private sending: Promise<void> = Promise.resolve()

  private constructor(
    readonly double: RunningDouble,
    private readonly dice: Chance,
  ) {
    double.account.bankMs = CARDS_BANK_MS
    this.sender = new EventSender({
      events: double.account.events,
      secret: SECRET,
      to: (one) => this.deliver(one),
    })
    this.closeSender = double.account.events.subscribe((event) =>
      this.waiting.push({ event, turn: 0, struck: false }),
    )
  }

  static async start(dice: Chance): Promise<StripeBank> {
    const bank = new StripeBank(await startStripeDouble(), dice)
    bank.sending = bank.sendUntilLeft()
    return bank
  }

  async line(): Promise<BankLine> {
    let by: ProductProcess | null = null
    const proxy = await openFaultProxy({
      upstream: this.double.url,
      fault: async (request) => (by ? this.struckBefore(by, request) : 'none'),
      answered: async (request, answer) => (by ? this.struckAfter(by, request, answer) : undefined),
    })
    this.proxies.push(proxy)
    return {
      port: proxy.port,
      variable: 'PAYONCE_STRIPE_URL',
      settings: {
        PAYONCE_GATEWAY: 'stripe',
        STRIPE_SECRET_KEY: 'sk_test_double',
        STRIPE_WEBHOOK_SECRET: SECRET,
        PAYONCE_GATEWAY_TIMEOUT_MS: String(TIMEOUT_MS),
        PAYONCE_LEASE_MS: String(LEASE_MS),
      },
      taken: (process) => {
        by = process
        if (process.name === 'web') this.servers.push(process)
      },
    }
  }

  arm(order: Order): void {
    this.orders.push(order)
  }

  /** From here on events are sent as they happen; those that were lost stay lost. */
  async calm(): Promise<void> {
    this.orders = []
    this.disorderly = false
  }

  /** The lab counts the accidents of this bank where they happen. */
  async faults(): Promise<ReadonlyMap<string, number>> {
    return this.eventsStruck
  }

  /** Whether every event that will be sent has arrived. */
  isSent(): boolean {
    return this.waiting.length === 0
  }

  async leave(): Promise<void> {
    this.leaving = true
    await this.sending
    this.closeSender()
    this.sender.close()
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
    await this.double.close()
  }

  private async struckBefore(process: ProductProcess, request: ProxiedRequest): Promise<Fault> {
    if (process.name === 'worker') await this.onWorkersRequest(process, request)
    const order = this.take(request, 'asked')
    return order?.asked?.({ process, intentId: intentOf(request.path) }) ?? 'none'
  }

  private async struckAfter(
    process: ProductProcess,
    request: ProxiedRequest,
    answer: ProxiedAnswer,
  ): Promise<void> {
    const order = this.take(request, 'answered')
    const created = /"id":\s*"(pi_\w+)"/.exec(answer.body)?.[1] ?? ''
    await order?.answered?.({ process, intentId: intentOf(request.path) || created })
  }

  /** Takes what is ordered for this moment of the request; the rest of the order stays. */
  private take(request: ProxiedRequest, moment: 'asked' | 'answered'): Order | undefined {
    const step = stepOf(request)
    const amount = this.amountOf(request)
    const order = this.orders.find((one) => one.step === step && one.amount === amount && one[moment])
    if (!order) return undefined
    const { asked, answered, ...about } = order
    this.orders = this.orders.filter((one) => one !== order)
    if (moment === 'asked' && answered) this.orders.push({ ...about, answered })
    return order
  }

  /** Each order has an amount of its own, so that the amount names the purchase at Stripe. */
  private amountOf({ path, body }: ProxiedRequest): bigint | null {
    const params = new URLSearchParams(body)
    // Of a refund: its own amount may be a part.
    const charge = this.double.account.charges.find(({ id }) => id === params.get('charge'))
    if (charge) return BigInt(charge.amount)
    const named = params.get('amount')
    if (named !== null) return BigInt(named)
    const intent = this.double.account.intents.find(({ id }) => id === intentOf(path))
    return intent ? BigInt(intent.amount) : null
  }

  /** To the servers in turn, as by a proxy before them. @throws Error where the server is down */
  private async deliver(request: Request): Promise<Response> {
    const server = this.servers[this.dice.below(this.servers.length)]
    if (!server) throw new Error('there is no server yet')
    return fetch(server.url('/api/webhooks/stripe/main'), {
      method: 'POST',
      headers: request.headers,
      body: await request.text(),
      signal: AbortSignal.timeout(2_000),
    })
  }

  private async sendUntilLeft(): Promise<void> {
    for (let turn = 0; !this.leaving; turn++) {
      await pause(SEND_MS)
      const due = this.waiting.filter((one) => one.turn <= turn)
      this.waiting = this.waiting.filter((one) => one.turn > turn)
      // Stripe sends it again later.
      for (const event of this.disordered(due, turn))
        if (!(await this.arrives(event))) this.waiting.push({ event, turn: turn + 3, struck: true })
    }
  }

  private async arrives(event: DoubleEvent): Promise<boolean> {
    return this.sender.send(event).then(
      ({ ok }) => ok,
      () => false,
    )
  }

  /** What the sender does to the events of one turn: each is struck once at most. */
  private disordered(due: Waiting[], turn: number): DoubleEvent[] {
    if (!this.disorderly) return due.map(({ event }) => event)
    const kept = due.flatMap(({ event, struck }) => {
      if (struck) return [event]
      const at = this.dice.next()
      if (at < LOST) return this.struck('W30', [])
      if (at < LOST + LATE) {
        this.waiting.push({ event, turn: turn + 2 + this.dice.below(8), struck: true })
        return this.struck('W33', [])
      }
      return at < LOST + LATE + DOUBLED ? this.struck('W31', [event, event]) : [event]
    })
    const shuffled = this.dice.shuffled(kept)
    return shuffled.some((event, at) => event !== kept[at]) ? this.struck('W32', shuffled) : shuffled
  }

  private struck<T>(id: string, result: T): T {
    this.eventsStruck.set(id, (this.eventsStruck.get(id) ?? 0) + 1)
    return result
  }
}

function stepOf({ method, path }: ProxiedRequest): Step | null {
  if (method !== 'POST') return null
  if (path === '/v1/payment_intents') return 'create'
  if (path === '/v1/refunds') return 'refund'
  const [, step] = /^\/v1\/payment_intents\/\w+\/(confirm|cancel)$/.exec(path) ?? []
  return (step as Step | undefined) ?? null
}

function intentOf(path: string): string {
  return /pi_\w+/.exec(path)?.[0] ?? ''
}
