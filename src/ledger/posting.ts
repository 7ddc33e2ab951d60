import type { Money } from '@/lib/money'
import type { AccountCode } from './chart'

/** One line of a posting, in minor units: a debit is positive, a credit negative. */
export interface Line {
  account: AccountCode
  amountMinor: bigint
}

export const TRANSACTION_KINDS = ['capture', 'refund', 'surplus', 'reversal', 'movement'] as const

/** A ledger transaction before it is written, in one currency: its lines sum to zero. */
export interface Posting {
  merchantId: string
  kind: (typeof TRANSACTION_KINDS)[number]
  paymentId: string | null
  reverses: string | null
  description: string
  currency: Money['currency']
  lines: Line[]
}

/** The rule of double entry, in code. The database keeps it again (trigger ledger_transaction_balances). */
export class UnbalancedPosting extends Error {
  override name = 'UnbalancedPosting'
}

/** @throws UnbalancedPosting when the lines are fewer than two, one of them is zero, or they do not sum to zero */
export function balanced(posting: Posting): Posting {
  const sum = posting.lines.reduce((total, line) => total + line.amountMinor, 0n)
  if (posting.lines.length < 2)
    throw new UnbalancedPosting(`a posting needs at least two lines, not ${posting.lines.length}`)
  if (posting.lines.some((line) => line.amountMinor === 0n))
    throw new UnbalancedPosting('a line of zero moves nothing')
  if (sum !== 0n) throw new UnbalancedPosting(`debits and credits differ by ${sum}`)
  return posting
}

/** Posting of a charged card: the bank owes us the amount less its fee, and we have sold for the whole amount. */
export function capture(of: {
  merchantId: string
  paymentId: string
  money: Money
  feeMinor: bigint
  description: string
}): Posting {
  const { minor, currency } = of.money
  const lines: Line[] = [
    { account: 'gateway_clearing', amountMinor: minor - of.feeMinor },
    { account: 'processing_fees', amountMinor: of.feeMinor },
    { account: 'sales', amountMinor: -minor },
  ]
  const { merchantId, paymentId, description } = of
  return balanced({
    merchantId,
    kind: 'capture',
    paymentId,
    reverses: null,
    description,
    currency,
    lines: lines.filter((line) => line.amountMinor !== 0n),
  })
}

/** Posting of a refund: the bank owes us that much less. Its fee for the sale stays paid. */
export function refund(of: {
  merchantId: string
  paymentId: string
  money: Money
  description: string
}): Posting {
  const { merchantId, paymentId, description } = of
  const { minor, currency } = of.money
  const lines: Line[] = [
    { account: 'refunds', amountMinor: minor },
    { account: 'gateway_clearing', amountMinor: -minor },
  ]
  return balanced({ merchantId, kind: 'refund', paymentId, reverses: null, description, currency, lines })
}

/** Posting of a charge beyond what was sold: the bank owes us the amount, and we owe it to the customer. Its reversal is the refund. */
export function surplus(of: {
  merchantId: string
  paymentId: string
  money: Money
  description: string
}): Posting {
  const { merchantId, paymentId, description } = of
  const { minor, currency } = of.money
  const lines: Line[] = [
    { account: 'gateway_clearing', amountMinor: minor },
    { account: 'surplus_charges', amountMinor: -minor },
  ]
  return balanced({ merchantId, kind: 'surplus', paymentId, reverses: null, description, currency, lines })
}

/** Posting of a surplus charge that is kept: what we owed the customer is revenue now. @param surplus the charge's own posting */
export function keptSurplus(surplus: Posting, description: string): Posting {
  const { merchantId, currency } = surplus
  const owed = surplus.lines.find(({ account }) => account === 'surplus_charges')?.amountMinor ?? 0n
  const lines: Line[] = [
    { account: 'surplus_charges', amountMinor: -owed },
    { account: 'bank_sales', amountMinor: owed },
  ]
  return balanced({
    merchantId,
    kind: 'movement',
    paymentId: null,
    reverses: null,
    description,
    currency,
    lines,
  })
}

/**
 * Posting of a movement at the bank that no payment of ours stands for. The bank owes us the amount less its fee more; `against` is where
 * the amount comes from.
 * @param of.amountMinor signed; negative: the bank owes us less
 */
export function movement(of: {
  merchantId: string
  against: AccountCode
  amountMinor: bigint
  feeMinor: bigint
  currency: Money['currency']
  description: string
}): Posting {
  const { merchantId, description, currency, amountMinor, feeMinor } = of
  const lines: Line[] = [
    { account: 'gateway_clearing', amountMinor: amountMinor - feeMinor },
    { account: 'processing_fees', amountMinor: feeMinor },
    { account: of.against, amountMinor: -amountMinor },
  ]
  return balanced({
    merchantId,
    kind: 'movement',
    paymentId: null,
    reverses: null,
    description,
    currency,
    lines: lines.filter((line) => line.amountMinor !== 0n),
  })
}

/**
 * Posting of what a dispute has lost: held by the bank until now, and kept for good.
 * @param of.amountMinor signed; negative: given back after it was lost
 */
export function disputeLoss(of: {
  merchantId: string
  amountMinor: bigint
  currency: Money['currency']
  description: string
}): Posting {
  const { merchantId, description, currency, amountMinor } = of
  const lines: Line[] = [
    { account: 'disputes_lost', amountMinor },
    { account: 'disputes_held', amountMinor: -amountMinor },
  ]
  return balanced({
    merchantId,
    kind: 'movement',
    paymentId: null,
    reverses: null,
    description,
    currency,
    lines,
  })
}

/** The mirror of a posting. It is the only correction, since facts are never edited. */
export function reversed(posting: Posting, transactionId: string, why: string): Posting {
  const lines = posting.lines.map((line) => ({ ...line, amountMinor: -line.amountMinor }))
  return balanced({
    ...posting,
    kind: 'reversal',
    paymentId: null,
    reverses: transactionId,
    description: why,
    lines,
  })
}
