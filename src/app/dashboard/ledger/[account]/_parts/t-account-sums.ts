/** The figures of a T-account, in minor units. `opening` and `closing` are signed; a side's sums are positive. */
export interface TSums {
  /** The balance before the oldest line shown: on the left when positive, on the right when negative. */
  opening: bigint
  debits: bigint
  credits: bigint
  /** The total of both sides, once the balance is carried down on the lighter one. */
  foot: bigint
  closing: bigint
}

/** @param lines newest first */
export function tSums(lines: readonly { amount: number; balance: number | string }[]): TSums {
  const newest = lines[0]
  const oldest = lines.at(-1)
  const closing = BigInt(newest?.balance ?? 0)
  const opening = oldest ? BigInt(oldest.balance) - BigInt(oldest.amount) : 0n
  const amounts = lines.map(({ amount }) => BigInt(amount))
  const debits = [opening, ...amounts].reduce((sum, amount) => sum + above(amount), 0n)
  const credits = [opening, ...amounts].reduce((sum, amount) => sum + above(-amount), 0n)
  return { opening, debits, credits, foot: debits > credits ? debits : credits, closing }
}

/** The amount, or nothing when it is of the other side. */
export function above(amount: bigint): bigint {
  return amount > 0n ? amount : 0n
}
