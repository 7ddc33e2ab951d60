import type { TrialLineData } from '../../../_parts/api'

/** Money of a period in one currency, in minor units: what the bank owed before, what changed it, and what it owes after. */
export interface MoneyFlow {
  currency: string
  opening: bigint
  /** In the order of `STEPS`; positive: the bank owes us more. Steps of nothing are left out. */
  steps: { word: string; amount: bigint }[]
  closing: bigint
}

const RECEIVABLE = 'gateway_clearing'

/** What each account against which the receivable is posted stands for. */
const STEPS: readonly { word: string; codes: readonly string[] }[] = [
  { word: 'Captured', codes: ['sales'] },
  { word: 'Sold at the bank itself', codes: ['bank_sales'] },
  { word: 'Charged twice, and not returned yet', codes: ['surplus_charges'] },
  { word: 'Refunded', codes: ['refunds'] },
  { word: 'Fees of the bank', codes: ['processing_fees'] },
  { word: 'Disputes', codes: ['disputes_held', 'disputes_lost'] },
  { word: 'Paid out to our bank account', codes: ['bank_account'] },
]
const NAMED = new Set([RECEIVABLE, ...STEPS.flatMap(({ codes }) => codes)])

/** Pure. Each posting has two sides, so what the other accounts were credited is what the receivable was debited. */
export function moneyFlows(accounts: readonly TrialLineData[]): MoneyFlow[] {
  const currencies = [...new Set(accounts.map(({ currency }) => currency))]
  return currencies.map((currency) => {
    const own = accounts.filter((account) => account.currency === currency)
    const credited = (has: (code: string) => boolean) =>
      own
        .filter(({ code }) => has(code))
        .reduce((sum, { debits, credits }) => sum + BigInt(credits) - BigInt(debits), 0n)
    const receivable = own.find(({ code }) => code === RECEIVABLE)
    const steps = [
      ...STEPS.map(({ word, codes }) => ({ word, amount: credited((code) => codes.includes(code)) })),
      { word: 'Other accounts', amount: credited((code) => !NAMED.has(code)) },
    ]
    return {
      currency,
      opening: BigInt(receivable?.opening ?? 0),
      steps: steps.filter(({ amount }) => amount !== 0n),
      closing: BigInt(receivable?.closing ?? 0),
    }
  })
}
