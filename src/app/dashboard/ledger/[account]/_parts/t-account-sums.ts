/** The figures of a T-account, in minor units. `opening` and `closing` are signed; a side's sums are positive. */
export interface TSums {
  /** The balance before the oldest line shown: on the left when positive, on the right when negative. */
  opening: number
  debits: number
  credits: number
  /** The total of both sides, once the balance is carried down on the lighter one. */
  foot: number
  closing: number
}

/** @param lines newest first */
export function tSums(lines: readonly { amount: number; balance: number }[]): TSums {
  const newest = lines[0]
  const oldest = lines.at(-1)
  const opening = oldest ? oldest.balance - oldest.amount : 0
  const closing = newest?.balance ?? 0
  const debits = Math.max(opening, 0) + lines.reduce((sum, { amount }) => sum + Math.max(amount, 0), 0)
  const credits = Math.max(-opening, 0) + lines.reduce((sum, { amount }) => sum + Math.max(-amount, 0), 0)
  return { opening, debits, credits, foot: Math.max(debits, credits), closing }
}
