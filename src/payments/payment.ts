/**
 * `sending`: the bank is being asked. `unknown`: it was asked, and the outcome is not known. `requires_action`: the shopper must confirm
 * first. `authorised`: the bank has reserved the amount, until we capture or void it. The others are final. `not_charged`: the bank was asked,
 * and confirmed that it charged nothing. `voided`: what was authorised was released, and nothing was charged.
 */
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

export const PAYMENT_STATUSES = [
  'sending',
  'unknown',
  'requires_action',
  'authorised',
  'succeeded',
  'declined',
  'not_charged',
  'voided',
] as const

/** Names of the operations that begin a payment: of the checkout page, and of programs. Bound into every record's id, so they never change. */
export const PAYMENT_OPERATIONS = { pay: 'checkout.pay', createPayment: 'payments.create' } as const

/** The legal moves. The database keeps the same list (trigger payment_move_is_legal). */
export const MOVES: Record<PaymentStatus, readonly PaymentStatus[]> = {
  sending: ['unknown', 'requires_action', 'authorised', 'succeeded', 'declined', 'not_charged'],
  unknown: ['sending', 'requires_action', 'authorised', 'succeeded', 'declined', 'not_charged'],
  requires_action: ['unknown', 'authorised', 'succeeded', 'declined', 'not_charged'],
  authorised: ['succeeded', 'voided'],
  succeeded: [],
  declined: [],
  not_charged: [],
  voided: [],
}

/** Payments that hold their order: an order has at most one of them (trigger payment_one_live_per_order). */
export const LIVE = ['sending', 'unknown', 'requires_action', 'authorised', 'succeeded'] as const

export function mayMove(from: PaymentStatus, to: PaymentStatus): boolean {
  return MOVES[from].includes(to)
}

/** Statuses from which `to` may be reached. One in doubt may be reached from itself: asked again, and still unknown. */
export function origins(to: PaymentStatus): PaymentStatus[] {
  const from = (Object.keys(MOVES) as PaymentStatus[]).filter((status) => mayMove(status, to))
  return IN_DOUBT.includes(to) && !from.includes(to) ? [...from, to] : from
}

/** The bank is asked about these again and again. */
const IN_DOUBT: readonly PaymentStatus[] = ['sending', 'unknown', 'requires_action']
