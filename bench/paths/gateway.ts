import { setTimeout as pause } from 'node:timers/promises'
import type { Gateway, Outcome } from '@/payments/gateway'

/** A bank that approves at once, so that only our own work is measured. */
export interface InstantBank {
  gateway: Gateway
  /** How often it was asked to charge. */
  asked(): number
}

/**
 * @param refOf the bank's name for a charge, from its key
 * @param answerMs what it takes to answer, where what a payment waits for matters. 0: nothing
 */
export function instantBank(refOf = (key: string) => `ch_${key}`, answerMs = 0): InstantBank {
  let asked = 0
  const gateway: Gateway = {
    mode: 'test',
    name: 'instant',
    settlesWithinMs: 0,
    remembersForMs: Number.POSITIVE_INFINITY,
    charge: async ({ key, amountMinor, currency }): Promise<Outcome> => {
      asked += 1
      if (answerMs > 0) await pause(answerMs)
      return {
        kind: 'approved',
        ref: refOf(key),
        amountMinor,
        currency,
        feeMinor: 36n,
        cardLabel: 'Visa •••• 4242',
      }
    },
    find: async () => ({ kind: 'absent' }),
    cancel: async () => ({ kind: 'cancelled' }),
    refund: async () => ({ kind: 'refused', reason: 'nothing was charged' }),
    charges: async () => ({ kind: 'page', charges: [], next: null }),
    movements: async () => ({ kind: 'unlisted' }),
    dispute: async () => ({ kind: 'absent' }),
  }
  return { gateway, asked: () => asked }
}
