import { KEY } from '../outcome'
import type { StripeEvent } from './verify'

/** What an event asks us to look at. `money`: a payout, which the bank's movements show. */
export type Subject = 'intent' | 'charge' | 'refund' | 'dispute' | 'money'

/** Null: nothing of ours can have changed. Types: docs.stripe.com/api/events/types. */
export function subjectOf(type: string): Subject | null {
  if (/^charge\.(dispute\.|refund\.)/.test(type))
    return type.startsWith('charge.refund.') ? 'refund' : 'dispute'
  if (type.startsWith('payment_intent.')) return 'intent'
  if (type.startsWith('charge.')) return 'charge'
  if (type.startsWith('refund.')) return 'refund'
  return type.startsWith('payout.') ? 'money' : null
}

/**
 * What is kept of an event's object: amounts, statuses, codes and ids. Names, addresses, cards and free text are not: whoever needs more of
 * it reads it at Stripe, where each event is kept for 30 days.
 */
const KEPT = [
  'object',
  'status',
  'amount',
  'amount_received',
  'amount_refunded',
  'currency',
  'payment_intent',
  'charge',
  'latest_charge',
  'balance_transaction',
  'failure_code',
  'failure_reason',
  'failure_balance_transaction',
  'cancellation_reason',
  'reason',
  'captured',
  'paid',
  'refunded',
  'arrival_date',
] as const

/** Values of `KEPT` that the object has: short text, whole numbers, yes or no. */
export type EventFacts = Partial<Record<(typeof KEPT)[number] | 'api_version', string | number | boolean>>

/** An event as it is stored. */
export interface ReceivedEvent {
  account: string
  id: string
  type: string
  objectId: string | null
  /** The key of ours that the object carries, by the event's word. */
  gatewayKey: string | null
  createdAt: Date
  facts: EventFacts
  source: 'webhook' | 'pull'
}

export function receivedEvent(
  account: string,
  { id, type, created, api_version, data: { object } }: StripeEvent,
  source: ReceivedEvent['source'],
): ReceivedEvent {
  return {
    account,
    id,
    type,
    objectId: plain(object.id),
    gatewayKey: keyOf(object.metadata),
    createdAt: new Date(created * 1_000),
    facts: { ...factsOf(object), ...(api_version ? { api_version } : {}) },
    source,
  }
}

function factsOf(object: Record<string, unknown>): EventFacts {
  const facts: EventFacts = {}
  for (const name of KEPT) {
    const value = object[name]
    if (typeof value === 'boolean' || Number.isSafeInteger(value)) facts[name] = value as boolean | number
    else if (plain(value) !== null) facts[name] = value as string
  }
  return facts
}

function keyOf(metadata: unknown): string | null {
  return typeof metadata === 'object' && metadata !== null ? plain(Reflect.get(metadata, KEY)) : null
}

/** Ids and codes of Stripe, and keys of ours. */
function plain(value: unknown): string | null {
  return typeof value === 'string' && /^[\w:.-]{1,150}$/.test(value) ? value : null
}
