/** What a campaign breaks: the checkout of a shopper, and what programs ask for by the HTTP API. */
export const PLAYED = ['checkout', 'payment', 'refund', 'capture', 'void', 'order'] as const
export type Played = (typeof PLAYED)[number]

/** Where an accident finds an operation: on the wires of its server, and at the bank. */
export interface Traces {
  /** The name under which its record is made. */
  name: string
  /**
   * Values that only the statement of its claim holds, and only the statement which stores its answer; both name the record. No text of a statement:
   * a connection sends that once, and then its name.
   */
  claim: string
  settlement: string
  /** Its request to the bank; null: it asks the bank nothing. */
  request: string | null
  /** The bank's own kind of that request. */
  verb: 'charge' | 'refund' | 'end'
}

const CHARGE = {
  claim: 'pm_card',
  settlement: 'outbox-event',
  request: 'POST /charges',
  verb: 'charge',
} as const
const END = { settlement: 'outbox-event', verb: 'end' } as const
/** The reason that the lab's programs give for a refund. */
export const REFUND_REASON = 'chaos gives it back'

export const TRACES: Record<Played, Traces> = {
  checkout: { name: 'checkout.pay', ...CHARGE },
  payment: { name: 'payments.create', ...CHARGE },
  refund: {
    name: 'refunds.create',
    claim: REFUND_REASON,
    settlement: 'outbox-event',
    request: 'POST /refunds',
    verb: 'refund',
  },
  capture: { name: 'payments.capture', claim: 'payment.capture', ...END, request: 'POST /captures' },
  void: { name: 'payments.void', claim: 'payment.void', ...END, request: 'POST /releases' },
  order: {
    name: 'orders.create',
    claim: 'orders.create',
    settlement: 'checkoutUrl',
    request: null,
    verb: 'charge',
  },
}
