import Stripe from 'stripe'
import type { DoubleEvent, Events } from './events'

export interface SenderOptions {
  events: Events
  /** Where events are sent: a URL, or a function that takes the request. */
  to: string | ((request: Request) => Promise<Response>)
  secret: string
  /** The clock of the signature, in ms. */
  now?: () => number
  /** True: each event is sent as it happens, once; what does not arrive is in the list of undelivered events. */
  atOnce?: boolean
  /** A number in [0, 1), from a seed where a test must be repeatable. */
  random?: () => number
}

/** What a sender does to the events that it has gathered. All are chances between 0 and 1. */
export interface Disorder {
  dropped?: number
  doubled?: number
  shuffled?: boolean
}

/**
 * Sends the events of the double, signed as Stripe signs them. It gathers them until `flush`, so that a test decides when they come, and in
 * what disorder. An event that was answered with 2xx counts as delivered; any other is one that `GET /v1/events?delivery_success=false` lists.
 */
export class EventSender {
  private waiting: DoubleEvent[] = []
  readonly close: () => void

  constructor(private readonly options: SenderOptions) {
    this.close = options.events.subscribe((event) => {
      if (options.atOnce) void this.send(event).catch(() => undefined)
      else this.waiting.push(event)
    })
  }

  /** Sends what has been gathered. @returns the statuses of the answers, in the order of sending */
  async flush({ dropped = 0, doubled = 0, shuffled = false }: Disorder = {}): Promise<number[]> {
    const random = this.options.random ?? Math.random
    const kept = this.waiting.filter(() => random() >= dropped)
    this.waiting = []
    const sent = kept.flatMap((event) => (random() < doubled ? [event, event] : [event]))
    if (shuffled) shuffle(sent, random)
    const statuses: number[] = []
    for (const event of sent) statuses.push((await this.send(event)).status)
    return statuses
  }

  /** Sends one event, whether it was gathered or not. */
  async send(event: DoubleEvent): Promise<Response> {
    const { to, events } = this.options
    const request = this.request(event)
    const answer =
      typeof to === 'string'
        ? await fetch(new Request(to, request))
        : await to(new Request(URL_OF_NONE, request))
    if (answer.ok) events.delivered.add(event.id)
    return answer
  }

  /** The request of an event: its bytes and its signature. */
  request(event: object): RequestInit & { body: string; headers: Record<string, string> } {
    const { secret, now = Date.now } = this.options
    const body = JSON.stringify(event, null, 2)
    const timestamp = Math.floor(now() / 1_000)
    const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp })
    return {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
      body,
    }
  }
}

/** The address of a request that a function takes. */
const URL_OF_NONE = 'http://payonce.test/api/webhooks/stripe/main'

function shuffle<T>(list: T[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[list[at], list[other]] = [list[other] as T, list[at] as T]
  }
}
