import type { ParkedCase } from './parked-case'

export const ENDINGS = [
  'charged',
  'not-charged',
  'return',
  'refunded',
  'not-refunded',
  'returned',
  'keep',
] as const
/**
 * How it ends. `charged`, `not-charged`, `refunded`, `not-refunded`, `returned`: as the bank's statement says. `return`: what was charged is
 * given back. `keep`: the money stays with the merchant. The database has the same list (CHECK resolution_ending).
 */
export type Ending = (typeof ENDINGS)[number]

/** Endings that name what the statement shows: the charge, or the refund, by the bank's reference. */
export function needsReference(ending: Ending): boolean {
  return ending === 'charged' || ending === 'refunded'
}

/** Ends that are safe, by what is known. Pure. */
export function endingsOf({ kind, facts }: Pick<ParkedCase, 'kind' | 'facts'>): Ending[] {
  switch (kind) {
    case 'payment':
      // The bank's own list outranks a statement: what it shows under this key was charged.
      if (facts.charges.length === 0) return ['charged', 'not-charged']
      return chargeOf(facts) ? ['charged', 'return'] : ['return']
    case 'refund':
      return ['refunded', 'not-refunded']
    case 'surplus':
      return ['return', 'returned', 'keep']
    case 'stray':
      return ['return']
  }
}

/** The one charge of the bank's list that can be the payment's: alone, of its amount, and not given back. Null: there is none. */
export function chargeOf({ amount, currency, charges }: ParkedCase['facts']): string | null {
  const [only, ...others] = charges
  if (!only || others.length > 0) return null
  const same = only.amount === amount && only.currency === currency && only.refunded === '0'
  return same ? only.ref : null
}
