import { randomBytes } from 'node:crypto'
import type Stripe from 'stripe'
import { listed } from './pages'
import { mapOf, type Params, textOf } from './params'
import { notFound } from './problem'

/** An event, as the double keeps and sends it. */
export interface DoubleEvent extends Record<string, unknown> {
  id: string
  object: 'event'
  type: string
  api_version: string
  created: number
  livemode: boolean
  data: { object: Record<string, unknown> }
  pending_webhooks: number
  request: { id: null; idempotency_key: null }
}

/**
 * The events of the account: a snapshot of each change. Stripe sends more kinds than these, some of them several for one change.
 */
export class Events {
  /** Oldest first. */
  readonly all: DoubleEvent[] = []
  /** Ids of events that reached their endpoint. */
  readonly delivered = new Set<string>()
  private readonly listeners = new Set<(event: DoubleEvent) => void>()

  /** @param seconds the clock, in whole seconds */
  constructor(
    private readonly seconds: () => number,
    private readonly apiVersion = '2026-10-28.endive',
  ) {}

  /** Called for each event from now on. @returns the way to stop that */
  subscribe(listener: (event: DoubleEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  emit(type: Stripe.Event.Type, object: object): DoubleEvent {
    const event = {
      id: `evt_${randomBytes(12).toString('hex')}`,
      object: 'event' as const,
      type,
      api_version: this.apiVersion,
      created: this.seconds(),
      livemode: false,
      data: { object: structuredClone(object) as Record<string, unknown> },
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
    } satisfies Omit<Stripe.EventBase, 'data'> & { type: string; data: object }
    this.all.push(event)
    for (const listener of this.listeners) listener(event)
    return event
  }

  /** `GET /v1/events/:id` */
  find(id: string): DoubleEvent {
    const found = this.all.find((one) => one.id === id)
    if (!found) throw notFound('event', id)
    return found
  }

  /** `GET /v1/events` */
  list(params: Params) {
    const type = textOf(params, 'type')
    const types = Object.values(mapOf(params, 'types'))
    const success = textOf(params, 'delivery_success')
    const wanted = this.all.filter(
      (one) =>
        (type === undefined || one.type === type) &&
        (types.length === 0 || types.includes(one.type)) &&
        (success === undefined || this.delivered.has(one.id) === (success === 'true')),
    )
    return { ...listed(wanted, params), url: '/v1/events' }
  }
}
