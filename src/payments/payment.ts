/**
 * `sending`: the bank is being asked. `unknown`: it was asked, and the outcome is not known. `requires_action`: the shopper must confirm
 * first. The other three are final. `not_charged`: the bank was asked, and confirmed that it charged nothing.
 */
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

export const PAYMENT_STATUSES = [
  'sending',
  'unknown',
  'requires_action',
  'succeeded',
  'declined',
  'not_charged',
] as const

/** Names of the operations that begin a payment: of the checkout page, and of programs. Bound into every record's id, so they never change. */
export const PAYMENT_OPERATIONS = { pay: 'checkout.pay', createPayment: 'payments.create' } as const

/** The legal moves. The database keeps the same list (trigger payment_move_is_legal). */
export const MOVES: Record<PaymentStatus, readonly PaymentStatus[]> = {
  sending: ['unknown', 'requires_action', 'succeeded', 'declined', 'not_charged'],
  unknown: ['sending', 'requires_action', 'succeeded', 'declined', 'not_charged'],
  requires_action: ['unknown', 'succeeded', 'declined', 'not_charged'],
  succeeded: [],
  declined: [],
  not_charged: [],
}

/** Payments that hold their order: an order has at most one of them (trigger payment_one_live_per_order). */
export const LIVE: readonly PaymentStatus[] = ['sending', 'unknown', 'requires_action', 'succeeded']

export function mayMove(from: PaymentStatus, to: PaymentStatus): boolean {
  return MOVES[from].includes(to)
}

/** Statuses from which `to` may be reached. A status that is not final may be reached from itself: asked again, and still unknown. */
export function origins(to: PaymentStatus): PaymentStatus[] {
  const from = (Object.keys(MOVES) as PaymentStatus[]).filter((status) => mayMove(status, to))
  return MOVES[to].length > 0 && !from.includes(to) ? [...from, to] : from
}
