import { MAX_PAYMENT_MINOR } from '@/lib/money'

export interface Item {
  name: string
  quantity: number
  unitAmount: bigint
}

/** The order's amount in minor units, or the reason why it has none. Nothing is rounded: all are integers. */
export function total(items: readonly Item[]): { amount: bigint } | { refused: string } {
  if (items.length === 0) return { refused: 'An order needs at least one item.' }
  if (items.some((item) => !Number.isSafeInteger(item.quantity) || item.quantity < 1))
    return { refused: 'A quantity must be a whole number from 1.' }
  if (items.some((item) => item.unitAmount < 0n)) return { refused: 'A price may not be negative.' }
  const amount = items.reduce((sum, item) => sum + item.unitAmount * BigInt(item.quantity), 0n)
  if (amount < 1n) return { refused: 'The amount must be at least 1 in the smallest unit of the currency.' }
  if (amount > MAX_PAYMENT_MINOR)
    return { refused: `The amount may be at most ${MAX_PAYMENT_MINOR} in the smallest unit of the currency.` }
  return { amount }
}
