/**
 * `sending`: the bank is being asked. `unknown`: it was asked and we do not know what it did. `requires_action`: it wants the shopper
 * to prove who they are. The other three are final. `not_charged`: asked, and the bank says that it did nothing.
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

/** The legal moves. The database keeps the same list (trigger payment_move_is_legal). */
export const MOVES: Record<PaymentStatus, readonly PaymentStatus[]> = {
  sending: ['unknown', 'requires_action', 'succeeded', 'declined', 'not_charged'],
  unknown: ['sending', 'requires_action', 'succeeded', 'declined', 'not_charged'],
  requires_action: ['unknown', 'succeeded', 'declined', 'not_charged'],
  succeeded: [],
  declined: [],
  not_charged: [],
}

/** Payments that hold their order: an order has at most one of them (unique index payment_one_live_per_order). */
export const LIVE: readonly PaymentStatus[] = ['sending', 'unknown', 'requires_action', 'succeeded']

export function mayMove(from: PaymentStatus, to: PaymentStatus): boolean {
  return MOVES[from].includes(to)
}

/** From which statuses `to` may be reached; staying where one is (asked again, still unknown) moves nothing and is allowed. */
export function origins(to: PaymentStatus): PaymentStatus[] {
  const from = (Object.keys(MOVES) as PaymentStatus[]).filter((status) => mayMove(status, to))
  return MOVES[to].length > 0 && !from.includes(to) ? [...from, to] : from
}
