/** A T-account's figures, from lines that stand newest first. Everything is counted upwards; the side says the sign. */
export interface TSums {
  /** What stood there before the oldest line shown: on the left when positive, on the right when negative. */
  opening: number
  debits: number
  credits: number
  /** The sum at the foot of both sides, once the balance is carried down on the lighter one. */
  foot: number
  closing: number
}

export function tSums(lines: readonly { amount: number; balance: number }[]): TSums {
  const newest = lines[0]
  const oldest = lines.at(-1)
  const opening = oldest ? oldest.balance - oldest.amount : 0
  const closing = newest?.balance ?? 0
  const debits = Math.max(opening, 0) + lines.reduce((sum, { amount }) => sum + Math.max(amount, 0), 0)
  const credits = Math.max(-opening, 0) + lines.reduce((sum, { amount }) => sum + Math.max(-amount, 0), 0)
  return { opening, debits, credits, foot: Math.max(debits, credits), closing }
}
